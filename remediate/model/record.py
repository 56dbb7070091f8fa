"""A line of the history: one failure, what was done about it, and how that ended."""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA = "remediate/history/1"

OutcomeName = Literal[
    "recovered", "rolled-back", "rollback-failed", "rehearsed", "refused", "escalated", "unhealed"
]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document `remediate/history/1`, one of each line.

    `unhealed`: every step was done and verified, and the failure came again. `gate` is what refused,
    `changed` whether files were written, `owner` which recovery it was. The command that failed is not kept:
    its arguments may hold a secret.
    """

    schema: str = SCHEMA
    at: float
    owner: str
    repository: str = ""
    branch: str = ""
    commit: str = ""
    workflow: str = ""
    run: str = ""
    environment: str = ""
    cause: str = ""
    rule: str = ""
    signature: str = ""
    confidence: float = 0.0
    strategies: tuple[str, ...] = ()
    outcome: OutcomeName
    gate: str = ""
    reason: str = ""
    changed: bool = False
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether the failure is gone."""
        return self.outcome == "recovered"
