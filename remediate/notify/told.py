"""What was told to people: the document `remediate/told/1`, of the stage notify."""

from __future__ import annotations

import msgspec

from remediate.errors import DONE, UNREACHABLE


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """`summary` and `annotations` are for whoever runs the stage to write; the rest has been told.

    `tickets` are issues by signature, `comments` the pull requests that have one. `lines` say what was
    changed, or would have been; `problems` what could not be told.
    """

    schema: str = "remediate/told/1"
    summary: str
    annotations: tuple[str, ...] = ()
    tickets: dict[str, int] = {}
    comments: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """All that can be told is; then what could not makes the job fail, or nobody would know."""
        return UNREACHABLE if self.problems else DONE
