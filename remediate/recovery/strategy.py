"""What every strategy is: four verbs about one step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import StepResult
from remediate.model.plan import Step
from remediate.model.policy import Policy
from remediate.model.preview import Offer
from remediate.model.subject import Subject
from remediate.ports import Clock, Processes, Web


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where a recovery takes place: what failed, the folder it failed in, and the doors.

    `scratch` is an empty folder of this step alone, which is thrown away; `environment` that of the command
    which failed. A strategy writes to `root` in `apply` and `undo` alone, and only what its preview named.
    """

    diagnosis: Diagnosis
    subject: Subject
    policy: Policy
    root: Path
    scratch: Path
    environment: Mapping[str, str]
    clock: Clock
    processes: Processes
    web: Web


class Strategy(Protocol):
    """A way to put a failure right."""

    name: str

    def preview(self, step: Step, site: Site) -> Offer:
        """What `apply` would do. Changes nothing; starts no process but read-only probes."""

    def apply(self, step: Step, site: Site) -> StepResult:
        """The effect. May be called again after a kill: then it finishes what it finds half done."""

    def verify(self, step: Step, site: Site) -> StepResult:
        """Looks whether the effect is there and right."""

    def undo(self, step: Step, site: Site) -> StepResult:
        """Takes back what is no file: files that the preview named have been put back already."""
