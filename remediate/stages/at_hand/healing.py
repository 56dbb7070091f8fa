"""Heals a failure: decides, passes the gates, carries the plan out, and remembers how it ended."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from remediate.decision.approval import Approval, approve
from remediate.decision.facts import Facts
from remediate.decision.fitting import fit
from remediate.decision.gates import Case, Circumstances, reasons_to_ask, refuse
from remediate.decision.walk import draw_up
from remediate.errors import Unreachable
from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Recovered, RollbackFailed
from remediate.model.plan import Decision, Escalation, Plan, Refusal
from remediate.model.policy import Policy
from remediate.model.preview import Preview
from remediate.model.record import OutcomeName, Record
from remediate.model.subject import Subject
from remediate.model.tree import Tree
from remediate.ports import Clock, Processes, Web
from remediate.recovery.engine import Engine
from remediate.recovery.engine_resume import Closed
from remediate.recovery.rehearsal import Rehearsal
from remediate.recovery.strategy import Site
from remediate.safety.health import Vitals
from remediate.stages.at_hand.trying import Attempt, Healing
from remediate.stages.gating import circumstances, refusal_by
from remediate.state.bid import Bid
from remediate.state.history import line_of
from remediate.state.ledger import Ledger, Standing

# Those that change files of the workspace, as far as the house's own are concerned.
_WRITERS = frozenset({"lockfile-repair", "command"})
_WROTE = frozenset({"recovered", "unhealed", "rollback-failed"})


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word for a plan: the hash that was approved beforehand, and how to ask for another.

    `ask` is given the plan and why it is asked for, and gives the name of who approved it, or nothing.
    """

    given: str = ""
    giver: str = ""
    ask: Callable[[Plan, str], str] = lambda _plan, _why: ""


class Practice(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a recovery needs besides the failure itself."""

    policy: Policy
    trees: tuple[Tree, ...]
    engine: Engine
    ledger: Ledger
    root: Path
    scratch: Path
    environment: Mapping[str, str]
    clock: Clock
    processes: Processes
    web: Web
    measure: Callable[[Path], Vitals]
    random: Callable[[], float]
    word: Word = Word()


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on a diagnosis, the tree that led to it, what its steps would do, and what holds them."""

    decision: Decision
    tree: Tree | None = None
    rehearsal: Rehearsal | None = None
    refusal: Refusal | None = None


class Healer:
    """One for each run of a command: `heal` after a failed try, `learn` after the next one.

    `owner` names the run; each recovery of it has a bid of its own.
    """

    def __init__(self, practice: Practice, owner: str) -> None:
        self._at = practice
        self._owner = owner
        self._begun: tuple[Bid, Plan, float] | None = None

    def heal(self, diagnosis: Diagnosis, subject: Subject, attempt: Attempt) -> Healing:
        """How the failure was dealt with; whatever cannot be read or written refuses."""
        practice = self._at
        facts = Facts(attempts=attempt.number - 1, random=practice.random(), retry_after=attempt.retry_after)
        plan = draw_up(diagnosis, subject, practice.policy, facts, practice.trees)
        if not isinstance(plan, Plan):
            return Healing(ending=plan)
        bid = Bid(
            subject=subject, signature=diagnosis.signature or "", owner=f"{self._owner}-{attempt.number}"
        )
        try:
            return self._decided(plan, bid, self._site(diagnosis, subject))
        except Unreachable as problem:
            return Healing(ending=Refusal(gate="state", reason=problem.message, hint=problem.hint))

    def learn(self, *, gone: bool) -> tuple[str, ...]:
        """Remembers whether the failure is gone; says where that could not be."""
        if self._begun is None:
            return ()
        (bid, plan, since), self._begun = self._begun, None
        try:
            self._end(bid, plan, "recovered" if gone else "unhealed", since)
        except Unreachable as problem:
            return (problem.message,)
        return ()

    def propose(self, diagnosis: Diagnosis, subject: Subject) -> Proposal:
        """What would be done about it, and what would refuse it; nothing is changed."""
        practice, site = self._at, self._site(diagnosis, subject)
        plan = draw_up(diagnosis, subject, practice.policy, Facts(random=0.5), practice.trees)
        if not isinstance(plan, Plan):
            return Proposal(decision=plan)
        tree = next(tree for tree in practice.trees if tree.name == plan.tree)
        fitted = fit(plan, practice.engine.preview(plan, site))
        if isinstance(fitted, Escalation):
            return Proposal(decision=fitted, tree=tree)
        bid = Bid(subject=subject, signature=diagnosis.signature or "", owner=self._owner)
        standing = practice.ledger.look(bid, fitted.plan)
        return Proposal(
            decision=fitted.plan,
            tree=tree,
            rehearsal=practice.engine.rehearse(fitted.plan, site, fitted.previews),
            refusal=refuse(
                fitted.plan, fitted.previews, self._circumstances(fitted.plan, standing, fitted.previews)
            ),
        )

    def finish(self, subject: Subject) -> tuple[Closed, ...]:
        """Ends what an earlier process left unfinished in this folder."""
        return self._at.engine.finish(self._site(_NOTHING, subject))

    def _decided(self, plan: Plan, bid: Bid, site: Site) -> Healing:
        fitted = fit(plan, self._at.engine.preview(plan, site))
        if isinstance(fitted, Escalation):
            return Healing(ending=fitted)
        plan, offers = fitted.plan, fitted.previews
        if self._at.engine.dry_run:
            return self._rehearsed(plan, bid, site, offers)
        refusal = self._refusal(plan, bid, offers)
        if refusal is not None:
            self._at.ledger.note(bid, self._record(bid, plan, "refused", site.clock.now(), refusal=refusal))
            return Healing(ending=refusal)
        return self._carried_out(plan, bid, site, offers)

    def _rehearsed(self, plan: Plan, bid: Bid, site: Site, offers: tuple[Preview, ...]) -> Healing:
        """With what would refuse it, as far as that can be known without changing anything."""
        rehearsal = self._at.engine.rehearse(plan, site, offers)
        refusal = refuse(plan, offers, self._circumstances(plan, self._at.ledger.look(bid, plan), offers))
        held = (f"[DRY-RUN] the gate `{refusal.gate}` would refuse it: {refusal.reason}",) if refusal else ()
        return Healing(ending=rehearsal, told=(*rehearsal.lines(), *held))

    def _refusal(self, plan: Plan, bid: Bid, offers: tuple[Preview, ...]) -> Refusal | None:
        """What the gates say. The state is changed last, for a probe is leased there."""
        seen = self._circumstances(plan, self._at.ledger.look(bid, plan), offers)
        refusal = refuse(plan, offers, seen)
        if refusal is not None and refusal.gate == "approval":
            approval = self._approval(plan, offers, seen)
            if approval is not None:
                refusal = refuse(plan, offers, msgspec.structs.replace(seen, approval=approval))
        if refusal is not None:
            return refusal
        policy = self._at.policy
        return refusal_by(self._at.ledger.begin(bid, lasts=2 * policy.recovery_timeout + plan.wait))

    def _carried_out(self, plan: Plan, bid: Bid, site: Site, offers: tuple[Preview, ...]) -> Healing:
        since = site.clock.now()
        outcome = self._at.engine.carry_out(plan, site, offers)
        if isinstance(outcome, Recovered):
            self._begun = (bid, plan, since)
            return Healing(ending=outcome, wait=plan.wait)
        failed = isinstance(outcome, RollbackFailed)
        self._end(bid, plan, "rollback-failed" if failed else "rolled-back", since)
        return Healing(ending=outcome, told=outcome.remains if isinstance(outcome, RollbackFailed) else ())

    def _circumstances(self, plan: Plan, standing: Standing, offers: tuple[Preview, ...]) -> Circumstances:
        practice = self._at
        return circumstances(
            plan,
            standing,
            offers,
            policy=practice.policy,
            vitals=practice.measure(practice.root),
            now=practice.clock.now(),
        )

    def _approval(self, plan: Plan, offers: tuple[Preview, ...], seen: Circumstances) -> Approval | None:
        word = self._at.word
        giver = word.giver if word.given == plan.hash else ""
        if not giver:
            giver = word.ask(plan, "; ".join(reasons_to_ask(Case(plan=plan, previews=offers, seen=seen))))
        if not giver:
            return None
        self._at.ledger.approve(plan.hash, giver)
        return approve(plan, giver, seen.now)

    def _end(self, bid: Bid, plan: Plan, outcome: OutcomeName, since: float) -> None:
        self._at.ledger.end(bid, self._record(bid, plan, outcome, since))
        # What cannot be tidied now is so the next time; what was done is told either way.
        with contextlib.suppress(Unreachable):
            self._at.ledger.forget(self._at.random())

    def _record(
        self, bid: Bid, plan: Plan, outcome: OutcomeName, since: float, *, refusal: Refusal | None = None
    ) -> Record:
        now = self._at.clock.now()
        return msgspec.structs.replace(
            line_of(bid, outcome, now, of=plan, plan=plan),
            gate=refusal.gate if refusal else "",
            reason=refusal.reason if refusal else "",
            changed=outcome in _WROTE and any(step.strategy in _WRITERS for step in plan.steps),
            seconds=max(0.0, now - since),
        )

    def _site(self, diagnosis: Diagnosis, subject: Subject) -> Site:
        practice = self._at
        return Site(
            diagnosis=diagnosis,
            subject=subject,
            policy=practice.policy,
            root=practice.root,
            scratch=practice.scratch,
            environment=practice.environment,
            clock=practice.clock,
            processes=practice.processes,
            web=practice.web,
        )


_NOTHING = Diagnosis(
    source="",
    format="plain",
    cause="unclassified",
    type=None,
    severity="info",
    confidence=0.0,
    transient=False,
    signature=None,
    rule=None,
    title="",
    evidence=(),
    step=None,
    recovery=None,
    hint=None,
)
