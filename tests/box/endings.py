"""Ends of jobs that no script can bring about: a lost runner, a cancelled job, one that took too long."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .runner_words import HEAD, stamp, step_name
from .runs import Annotation, Job, Step

if TYPE_CHECKING:
    from .github import Box
    from .repository import Repository
    from .tokens import Token

LOST = (
    "The hosted runner lost communication with the server. Anything in your workflow that terminates the "
    "runner process, starves it for CPU/Memory, or blocks its network access can cause this."
)
CANCELLED = "The operation was canceled."
TOO_LONG = "The job has exceeded the maximum execution time of 6h0m0s"
# What the job ends as, what its annotation says, and what its log ends with: of a lost runner there is none.
ENDINGS: Mapping[str, tuple[str, str, str | None]] = {
    "runner-lost": ("failure", LOST, None),
    "cancelled": ("cancelled", CANCELLED, CANCELLED),
    # GitHub tells it as a cancelled job; what it was stands in the annotation alone.
    "out-of-time": ("cancelled", TOO_LONG, CANCELLED),
}


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How the next run ends; `job` names the job that it strikes, None the first."""

    kind: str
    job: str | None = None

    def strikes(self, name: str) -> bool:
        """Whether it strikes this job."""
        return self.kind in ENDINGS and self.job in {None, name}


def ended_early(kind: str, name: str, now: float, definition: Mapping[str, Any]) -> Job:
    """A job that began, and did not come to its end."""
    conclusion, said, last = ENDINGS[kind]
    first = step_name((definition.get("steps") or [{"run": "true"}])[0], {})
    reached = Step(
        first, None if last is None else "cancelled", "in_progress" if last is None else "completed"
    )
    lines = [*HEAD, f"##[group]{first}", "##[endgroup]", f"##[error]{last}"]
    log = "".join(f"{stamp(now + at / 10)} {line}\n" for at, line in enumerate(lines)).encode()
    return Job(
        name,
        conclusion,
        log=None if last is None else log,
        annotations=[Annotation(said)],
        steps=[Step("Set up job", started_at=now, completed_at=now + 1), reached],
        started_at=now,
    )


class Fates:
    """What tests asked for: how the next runs of a repository end, and which job dies on the way."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.endings: dict[str, deque[Ending]] = {}
        self.losses: dict[tuple[str, str], tuple[int, re.Pattern[str]]] = {}

    def ending(self, repo: Repository) -> Ending | None:
        """The end of the run that begins now, if one was asked for."""
        waiting = self.endings.get(repo.full_name)
        return waiting.popleft() if waiting else None

    def loss(self, repo: Repository, job: str, token: Token) -> Callable[[], bool] | None:
        """Says, again and again, whether the job is to die now."""
        found = self.losses.pop((repo.full_name, job), None)
        if not found:
            return None
        after, path = found

        def lost() -> bool:
            made = [seen for seen in [*self.box.requests] if seen.token is token and path.search(seen.path)]
            return len(made) >= after

        return lost
