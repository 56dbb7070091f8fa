"""What was right and wrong: the record of each rule and strategy, and its demotion to a suggestion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from remediate.metrics.figures import Precision
from remediate.metrics.wilson import lower_bound
from remediate.model.actions import FAILURES, WorkflowRun

SCHEMA = "remediate/rules-record/1"

# A rule or a strategy whose bound is below this only suggests.
BAR = 0.5
# Fewer cases say nothing, and one mistake may be anybody's.
_LEAST = 5
_MISTAKES = 2
# What was long ago counts less: at so many, both numbers are halved, so that a change is seen soon.
_LATELY = 40
# Decisions that no re-run has judged yet; a run can be re-run for 30 days, and the earliest matter most.
PENDING = 200
_AWAITS = 30 * 86400.0

Kind = Literal["rule", "strategy"]


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often it was right: of all, and of late."""

    right: int = 0
    wrong: int = 0
    lately_right: int = 0
    lately_wrong: int = 0


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was said of an attempt that nothing was done about: whether another try would help.

    `strategy` is what the rule recommends; it is what a person's own re-run tries out where it is a re-run.
    """

    key: str
    run: int
    attempt: int
    commit: str
    at: float
    rule: str
    transient: bool
    strategy: str = ""


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A decision was right or wrong, as a later attempt of the same commit shows."""

    decision: Decision
    right: bool
    by: str


class RulesRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document `rules.json`."""

    schema: str = SCHEMA
    rules: dict[str, Trial] = {}
    strategies: dict[str, Trial] = {}
    awaiting: tuple[Decision, ...] = ()


def demoted(record: RulesRecord, rule: str, strategy: str = "") -> str:
    """Why the rule, or the strategy, may only suggest; empty where it may act."""
    for kind, name, trials in (("rule", rule, record.rules), ("strategy", strategy, record.strategies)):
        reason = _demoted(trials[name]) if name in trials else ""
        if reason:
            return f"the {kind} `{name}` {reason}"
    return ""


def judged(record: RulesRecord, *, rule: str, strategies: Iterable[str], right: bool) -> RulesRecord:
    """With one more outcome of the rule and of each strategy."""
    rules, others = dict(record.rules), dict(record.strategies)
    if rule:
        rules[rule] = _with(rules.get(rule, Trial()), right=right)
    for name in dict.fromkeys(strategies):
        others[name] = _with(others.get(name, Trial()), right=right)
    return msgspec.structs.replace(
        record, rules=dict(sorted(rules.items())), strategies=dict(sorted(others.items()))
    )


def awaited(record: RulesRecord, decision: Decision, now: float) -> RulesRecord:
    """With a decision that a later re-run may judge; it is remembered once."""
    known = (one for one in record.awaiting if one.key != decision.key and one.at > now - _AWAITS)
    return msgspec.structs.replace(record, awaiting=(*known, decision)[-PENDING:])


def labels(decisions: Iterable[Decision], runs: Sequence[WorkflowRun]) -> tuple[Label, ...]:
    """What the later attempts say: of the same run and commit, the first that ended well or failed.

    A decision that called the failure transient is right where the next attempt passed; any other where it
    failed again. An attempt that was cancelled says nothing.
    """
    found: list[Label] = []
    for decision in decisions:
        later = sorted((run for run in runs if _follows(run, decision)), key=lambda run: run.attempt)
        if later:
            passed = later[0].conclusion == "success"
            found.append(Label(decision=decision, right=passed == decision.transient, by=later[0].key))
    return tuple(found)


def labelled(record: RulesRecord, found: Iterable[Label]) -> RulesRecord:
    """The record after these; the decisions await nothing any more.

    A strategy is judged only where a person's re-run was what it would have done.
    """
    for label in found:
        decision = label.decision
        strategies = ("rerun",) if decision.strategy == "rerun" else ()
        if any(one.key == decision.key for one in record.awaiting):
            record = judged(record, rule=decision.rule, strategies=strategies, right=label.right)
        rest = tuple(one for one in record.awaiting if one.key != decision.key)
        record = msgspec.structs.replace(record, awaiting=rest)
    return record


def precision(trials: dict[str, Trial]) -> dict[str, Precision]:
    """As it is published."""
    return {
        name: Precision(
            right=trial.right,
            wrong=trial.wrong,
            lower=round(lower_bound(trial.right, trial.wrong), 4),
            demoted=_demoted(trial),
        )
        for name, trial in sorted(trials.items())
    }


def _demoted(trial: Trial) -> str:
    right, wrong = trial.lately_right, trial.lately_wrong
    lower = lower_bound(right, wrong)
    if wrong < _MISTAKES or right + wrong < _LEAST or lower >= BAR:
        return ""
    return (
        f"was right {right} times of {right + wrong} of late, which shows no more than {lower:.0%}"
        f" where {BAR:.0%} is asked: it only suggests"
    )


def _with(trial: Trial, *, right: bool) -> Trial:
    lately_right, lately_wrong = trial.lately_right + right, trial.lately_wrong + (not right)
    if lately_right + lately_wrong >= _LATELY:
        lately_right, lately_wrong = lately_right // 2, lately_wrong // 2
    return Trial(
        right=trial.right + right,
        wrong=trial.wrong + (not right),
        lately_right=lately_right,
        lately_wrong=lately_wrong,
    )


def _follows(run: WorkflowRun, decision: Decision) -> bool:
    return (
        run.id == decision.run
        and run.attempt > decision.attempt
        and run.commit == decision.commit
        and (run.conclusion in FAILURES or run.conclusion == "success")
    )
