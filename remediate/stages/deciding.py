"""Decides on a case: the tree, what its steps would do, and the gates; changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from remediate.decision.facts import Facts
from remediate.decision.fitting import fit
from remediate.decision.gates import refuse
from remediate.decision.walk import draw_up
from remediate.model.case import Case
from remediate.model.plan import Decision, Escalation, Plan, Refusal
from remediate.model.policy import Policy
from remediate.model.preview import Preview
from remediate.model.tree import Tree
from remediate.recovery.remote import RemoteEngine
from remediate.recovery.remote_strategy import Place
from remediate.safety.hazard import files_named, hazard_of, reach_of
from remediate.safety.health import Vitals
from remediate.stages.bidding import subject_of
from remediate.stages.gating import circumstances
from remediate.stages.outlook import Outlook

# What makes the platform run jobs of the failed run again.
_RERUNS = frozenset({"rerun"})
# So many of the actions and workflows that one names are read; what is not known is taken for a hazard.
_MOST_FILES = 10


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A decision on a case; `refusal` is the gate that stays shut before its plan."""

    decision: Decision
    previews: tuple[Preview, ...] = ()
    refusal: Refusal | None = None


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """What every decision of this run of ours is made with."""

    policy: Policy
    trees: tuple[Tree, ...]
    engine: RemoteEngine
    now: Callable[[], float]
    random: Callable[[], float]
    vitals: Callable[[], Vitals]


def decide(case: Case, place: Place, grounds: Grounds, outlook: Outlook) -> Decided:
    """On a case that is diagnosed."""
    policy, diagnosis = grounds.policy, case.diagnosis
    assert diagnosis is not None  # noqa: S101 - whoever asks has looked
    facts = Facts(attempts=outlook.standing(case).attempts, random=grounds.random(), run=True)
    plan = draw_up(diagnosis, subject_of(case, policy), policy, facts, grounds.trees)
    if not isinstance(plan, Plan):
        return Decided(decision=plan)
    if case.trusted and (early := _held_anyway(plan, case, grounds, outlook)):
        return Decided(decision=plan, refusal=early)
    fitted = fit(plan, grounds.engine.preview(plan, place))
    if isinstance(fitted, Escalation):
        return Decided(decision=_asks_first(case, fitted))
    seen = msgspec.structs.replace(
        circumstances(
            fitted.plan,
            outlook.standing(case, fitted.plan),
            fitted.previews,
            policy=policy,
            vitals=grounds.vitals(),
            now=grounds.now(),
        ),
        rerun_hazard=_hazard(fitted.plan, place),
    )
    refusal = _demoted(fitted.plan, outlook) or refuse(fitted.plan, fitted.previews, seen)
    return Decided(decision=fitted.plan, previews=fitted.previews, refusal=refusal)


def _held_anyway(plan: Plan, case: Case, grounds: Grounds, outlook: Outlook) -> Refusal | None:
    """What is held by a circuit or a limit is not looked at more closely: in a storm that takes all calls."""
    standing, policy = outlook.standing(case, plan), grounds.policy
    if policy.mode != "heal" or not (standing.circuit_holds or standing.rate_holds):
        return None
    seen = circumstances(plan, standing, (), policy=policy, vitals=grounds.vitals(), now=grounds.now())
    return refuse(plan, (), seen)


def _demoted(plan: Plan, outlook: Outlook) -> Refusal | None:
    """A rule or a strategy that was wrong too often may only suggest."""
    reasons = (outlook.demotion(plan.rule, step.strategy) for step in plan.steps)
    reason = next(filter(None, reasons), "")
    hint = "It acts again when its record is better; `remediate metrics show` has the figures."
    return Refusal(gate="confidence", reason=reason, hint=hint) if reason else None


def _asks_first(case: Case, escalation: Escalation) -> Escalation | Refusal:
    """Why a strategy does not fit matters less than that this is the code of a fork."""
    if case.trusted:
        return escalation
    return Refusal(
        gate="trust",
        reason=f"the code comes from a fork: {escalation.reason}",
        hint="Let someone with write access do it on a branch of this repository.",
    )


def _hazard(plan: Plan, place: Place) -> str:
    if not any(step.strategy in _RERUNS for step in plan.steps):
        return ""
    run, platform = place.case.run, place.platform
    # There the base's file is what ran: that of the head is its author's, who may be anybody.
    ref = place.default_branch if run.event == "pull_request_target" else run.commit
    text = platform.file(run.workflow, ref) if run.workflow else None
    named = files_named(text)[:_MOST_FILES]
    files = {path: data for path in named if (data := platform.file(path, ref)) is not None}
    jobs = platform.jobs(run.id, run.attempt)
    again = hazard_of(text, jobs, run.event, files)
    first = "" if again else reach_of(text, jobs, run.event, files)
    if first and _overtaken(place):
        return f"the branch has moved on since, and a re-run would bring the older commit over it: {first}"
    return again


def _overtaken(place: Place) -> bool:
    """Whether a newer commit may have been published meanwhile; a tag is no branch, and stays."""
    case, run = place.case, place.case.run
    if run.home.lower() == run.repository.lower():
        return place.forge.head_of(run.branch) not in (None, run.commit)
    pull = place.forge.pull(case.pull) if case.pull else None
    return pull is None or pull.head_commit != run.commit
