"""Steps and groups of a log, and the step that is still being read."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")

# An action that fails writes its ##[error] last; one further up is an annotation: the step may have gone on.
_LAST_WORDS = 3


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a job, with the lines it stands in; `name` is the step's, or what it runs."""

    name: str
    command: str | None = None
    first_line: int
    last_line: int
    exit_code: int | None = None
    failed: bool = False
    error_line: int | None = None
    job: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a log that its page can fold."""

    name: str
    first_line: int
    last_line: int


class Draft(msgspec.Struct, kw_only=True, eq=False):
    """A step while its lines come in."""

    name: str
    first: int
    last: int = 0
    job: str = ""
    command: str | None = None
    code: int | None = None
    error_line: int | None = None
    certain: bool = False
    cleanup: bool = False
    setup: bool = False
    implicit: bool = False
    order: int = 0

    def error(self, line: int | None, *, certain: bool) -> None:
        """An error stands in the line, or was told after the step; a certain one ends the step."""
        if line is not None and (certain or not self.certain):
            self.error_line = line
        self.certain = self.certain or certain

    @property
    def troubled(self) -> bool:
        """Whether anything was called an error in the step, or of it."""
        return self.certain or self.error_line is not None or bool(self.code)

    @property
    def ends_in_error(self) -> bool:
        """Whether the step's last words are an error."""
        return self.error_line is not None and self.error_line > self.last - _LAST_WORDS

    def step(self, *, failed: bool) -> Step:
        """The step as it is reported."""
        return Step(
            name=self.name,
            command=self.command,
            first_line=self.first,
            last_line=self.last,
            exit_code=self.code,
            failed=failed,
            error_line=self.error_line,
            job=self.job,
        )


def added(kept: list[T], new: T, most: int) -> None:
    """Appends; of too many, the first and the last half are kept."""
    kept.append(new)
    if len(kept) > most:
        del kept[most // 2]
