"""Years of a repository in memory: failures that are found, healed or not, counted, and forgotten in time."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "notify"))

from desk_doors import doors
from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub
from fakes.fake_shelf import FakeShelf
from made_cases import NOON, case, diagnosis, plan, run, verdicts

from remediate.model.case import Case, Deed
from remediate.model.outcome import Done
from remediate.model.policy import Policy
from remediate.safety.circuit import Permit
from remediate.stages.bidding import bid_of
from remediate.stages.collect import collect
from remediate.state import circuits
from remediate.state.cases import CaseBook
from remediate.state.history import line_of
from remediate.state.ledger import Ledger

DAY = 86400.0
_RULES = 40


class Repository:
    """A run of ours `every` so many seconds, each finding so many failures of the signatures in turn."""

    def __init__(self, folder: Path, *, failures: int, signatures: int, every: float) -> None:
        self.failures, self.signatures, self.every = failures, signatures, every
        self.shelf, self.clock = FakeShelf(), FakeClock(NOON)
        self.github = FakeGitHub(self.clock)
        self.folder = folder
        self.policy = Policy(max_attempts=20)
        self.found = self.runs = 0

    def play(self, seconds: float) -> Iterator[float]:
        """Gives the time after each run of ours."""
        until = self.clock.now() + seconds
        while self.clock.now() < until:
            self.runs += 1
            self._run_of_ours(f"run-{self.runs}-1")
            self.clock.advance(self.every)
            yield self.clock.now()

    @property
    def sizes(self) -> Counter[str]:
        """Bytes of each kind of document."""
        found: Counter[str] = Counter()
        for name, data in self.shelf.files.items():
            found[name.partition("/")[0]] += len(data)
        return found

    @property
    def circuits(self) -> tuple[circuits.Entry, ...]:
        """Those in the document."""
        return circuits.read_circuits(self.shelf.files[circuits.NAME]).circuits

    def _run_of_ours(self, owner: str) -> None:
        ended = [self._played(owner) for _ in range(self.failures)]
        at = doors(
            self.folder,
            self.clock,
            self.github,
            store=self.shelf,
            owner=owner,
            random=lambda: self.runs % 97 / 97,
        )
        collect(verdicts(*ended, at=self.clock.now()), at)

    def _played(self, owner: str) -> Case:
        """One failure from its first sight to its end: some heal, some do not, some are never tried.

        Three in a row are alike, so that a circuit opens on a branch that nobody comes back to.
        """
        self.found += 1
        now = self.clock.now()
        ledger, book = Ledger(self.shelf, self.clock, self.policy), CaseBook(self.shelf, owner)
        story = self.found // 3
        one = self._failure(story, now)
        if self.found % 50 == 0:
            ledger.approve(f"{self.found:016x}", "ada")
        bid = bid_of(one, self.policy)
        ledger.sight(bid)
        one = book.claim(one, now, now + 3600) or one
        if story % 4 == 0 or not isinstance(ledger.begin(bid), Permit):
            return self._closed(book, one, "refused", "its circuit is open")
        healed = story % 3 == 0
        done = Done(strategy="rerun", summary="attempt 2 was begun")
        one = msgspec.structs.replace(one, deeds=(Deed(step=0, strategy="rerun", begun=now, result=done),))
        book.keep(one)
        outcome = "recovered" if healed else "unhealed"
        ledger.end(bid, line_of(bid, outcome, now, of=one.diagnosis, plan=one.plan))  # type: ignore[arg-type]
        return self._closed(book, one, "healed" if healed else "escalated", "attempt 2 ended")

    def _failure(self, story: int, now: float) -> Case:
        """On a branch that lives on, or on one that is soon forgotten."""
        signature = f"{story * 7919 % self.signatures:016x}"
        branch = f"topic-{story % 7}" if story % 2 else f"feature/{story}"
        of: dict[str, Any] = {
            "branch": branch,
            "created": now - 900,
            "started": now - 900,
            "updated": now - 300,
        }
        rule = f"rule-{story % _RULES}"
        return case(
            self.found,
            of=of,
            found=now,
            gate="circuit",
            diagnosis=diagnosis(rule=rule, signature=signature),
            plan=plan(run(self.found, **of), signature=signature),
        )

    def _closed(self, book: CaseBook, one: Case, standing: str, reason: str) -> Case:
        now = self.clock.now()
        one = msgspec.structs.replace(
            one, standing=standing, phase="closed", reason=reason, closed=now, claimed=0.0
        )
        book.keep(one)
        return one
