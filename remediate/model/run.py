"""A command that was run, and run again where that could help: the document `remediate/run/1`."""

from __future__ import annotations

from typing import Literal

import msgspec

from remediate.model.cause import UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Ending

SCHEMA = "remediate/run/1"

RunOutcome = Literal[
    "passed",  # at the first try
    "healed",  # at a later one, after a recovery
    "failed",  # with a failure that is nobody's to heal
    "refused",  # it could have been healed; a gate, or a person, has to be asked
    "rolled-back",  # a recovery was tried and undone
    "rehearsed",  # a dry run
    "interrupted",
]


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One try: `code` is what a shell would say, `waited` the seconds that were let pass after it.

    `note` says why there is no diagnosis of a failure, where there is none.
    """

    number: int
    started: float
    seconds: float
    code: int
    timed_out: bool = False
    interrupted: bool = False
    diagnosis: Diagnosis | None = None
    ending: Ending | None = None
    waited: float = 0.0
    note: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """All tries of a command; `name` is its first line, `code` its own, of the last try."""

    schema: str = SCHEMA
    name: str
    command: tuple[str, ...]
    code: int
    outcome: RunOutcome
    tries: tuple[Try, ...]

    @property
    def cause(self) -> str:
        """Of the last failure; empty where there was none."""
        diagnoses = [one.diagnosis.cause for one in self.tries if one.diagnosis]
        return diagnoses[-1] if diagnoses else UNCLASSIFIED if self.failed else ""

    @property
    def failed(self) -> bool:
        """Whether the last try did."""
        return self.code != 0

    @property
    def healed(self) -> bool:
        """Whether it passed because it was tried again."""
        return self.outcome == "healed"
