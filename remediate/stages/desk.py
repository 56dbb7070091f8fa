"""Where cases are worked on: the books, the engine and the doors of one run of ours."""

from __future__ import annotations

from pathlib import Path

import msgspec

from remediate.decision.loading import all_trees
from remediate.model.case import Case
from remediate.model.policy import Policy
from remediate.model.stage import Head
from remediate.recovery.remote import RemoteEngine
from remediate.recovery.remote_strategy import Place
from remediate.recovery.strategies.remote_registry import KNOWN_STRATEGIES
from remediate.stages.deciding import Grounds
from remediate.stages.doors import Doors
from remediate.state.cases import CaseBook
from remediate.state.ledger import Ledger


class Desk:
    """`repaired` is where a step without any token leaves what it repaired."""

    def __init__(self, head: Head, doors: Doors, repaired: Path | None = None) -> None:
        self.head = head
        self.doors = doors
        self.policy: Policy = head.settings.policy
        self.dry_run = head.dry_run
        self.book = CaseBook(doors.store, doors.owner)
        self.ledger = Ledger(doors.store, doors.clock, self.policy, doors.redactor)
        self.engine = RemoteEngine(self.book.record, dry_run=head.dry_run)
        self._repaired = repaired

    def now(self) -> float:
        return self.doors.clock.now()

    def grounds(self) -> Grounds:
        """What decisions are made with."""
        texts = tuple((name, text.encode()) for name, text in self.head.settings.trees.items())
        doors = self.doors
        return Grounds(
            policy=self.policy,
            trees=all_trees(texts, KNOWN_STRATEGIES),
            engine=self.engine,
            now=doors.clock.now,
            random=doors.random,
            vitals=lambda: doors.measure(doors.folder),
        )

    def place_of(self, case: Case) -> Place:
        """Where the case's recovery takes place."""
        doors = self.doors
        return Place(
            case=case,
            policy=self.policy,
            platform=doors.platform,
            forge=doors.forge,
            web=doors.web,
            clock=doors.clock,
            folder=doors.folder,
            default_branch=self.head.default_branch,
            repaired=self._repaired,
            git=doors.git,
            address=doors.address,
        )

    def claim(self, case: Case, lasts: float) -> Case | None:
        """The case as this run of ours' own; None where another has it, or it is closed."""
        now = self.now()
        return self.book.claim(case, now, now + lasts)

    def let_go(self, case: Case) -> Case:
        """The case, which anybody may take up again."""
        return msgspec.structs.replace(case, claimed=0.0)
