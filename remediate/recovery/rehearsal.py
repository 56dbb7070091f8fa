"""A dry run's report: what a plan would do, in lines for a person and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from remediate.logs.neutral import for_terminal
from remediate.model.outcome import Rehearsed
from remediate.model.plan import Plan
from remediate.model.preview import Change, Offer, Preview, Risk, Unfit

SCHEMA = "remediate/rehearsal/1"
_MARK = "[DRY-RUN]"


class StepRehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """A step, and what it would do; `unfit` says why it would do nothing."""

    strategy: str
    target: str
    changes: tuple[Change, ...] = ()
    risk: Risk = "none"
    seconds: float = 0.0
    cost: str = ""
    affected: tuple[str, ...] = ()
    reversible: bool = True
    asks: str = ""
    unfit: str = ""


class Rehearsal(Rehearsed, frozen=True, kw_only=True, tag="rehearsed"):
    """The document `remediate/rehearsal/1`."""

    schema: str = SCHEMA
    branch: str
    commit: str
    cause: str
    hash: str
    tree: str
    wait: float
    asks: str
    steps: tuple[StepRehearsed, ...]

    @property
    def fit(self) -> bool:
        """Whether every step has something to do."""
        return all(not step.unfit for step in self.steps)

    def lines(self) -> tuple[str, ...]:
        """The report for a terminal or a log, in which nothing acts."""
        return tuple(f"{_MARK} {for_terminal(line)}" for line in self._said())

    def document(self) -> bytes:
        """The report as JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)

    def _said(self) -> Iterator[str]:
        branch = self.branch or "no branch"
        yield f"{branch}: {self.cause}, by the tree {self.tree}, plan {self.hash}"
        if self.wait:
            yield f"{branch}: would wait {self.wait:.0f} s"
        for step in self.steps:
            yield from _step_lines(branch, step)
        if self.asks:
            yield f"{branch}: would ask for approval: {self.asks}"
        yield f"{branch}: {_sum(self.steps)}; nothing was changed"


def rehearsal_of(plan: Plan, offers: Sequence[Offer]) -> Rehearsal:
    """The report from what the strategies would do."""
    steps = tuple(_rehearsed(offer) for offer in offers)
    asks = [plan.asks, *(step.asks for step in steps)]
    return Rehearsal(
        branch=plan.subject.branch,
        commit=plan.subject.commit,
        cause=plan.cause,
        hash=plan.hash,
        tree=plan.tree,
        wait=plan.wait,
        asks="; ".join(dict.fromkeys(filter(None, asks))),
        steps=steps,
    )


def _rehearsed(offer: Offer) -> StepRehearsed:
    if isinstance(offer, Unfit):
        return StepRehearsed(strategy=offer.strategy, target="", unfit=offer.reason)
    return StepRehearsed(
        strategy=offer.strategy,
        target=offer.target,
        changes=offer.changes,
        risk=offer.risk,
        seconds=offer.seconds,
        cost=offer.cost,
        affected=offer.affected,
        reversible=offer.reversible,
        asks=offer.asks,
    )


def _step_lines(branch: str, step: StepRehearsed) -> Iterator[str]:
    if step.unfit:
        yield f"{branch}: {step.strategy} would do nothing: {step.unfit}"
        return
    undo = "can be undone" if step.reversible else "cannot be undone"
    cost = f", {step.cost}" if step.cost else ""
    yield f"{branch}: {step.strategy} → {step.target}: risk {step.risk}, {step.seconds:.0f} s{cost}, {undo}"
    for change in step.changes:
        detail = f" ({change.detail})" if change.detail else ""
        yield f"{branch}: {step.strategy} → {step.target}: would {change.verb} {change.what}{detail}"


def _sum(steps: Sequence[StepRehearsed]) -> str:
    changes = sum(len(step.changes) for step in steps)
    seconds = sum(step.seconds for step in steps)
    return f"{len(steps)} steps, {changes} changes, about {seconds:.0f} s"


__all__ = ["Preview", "Rehearsal", "StepRehearsed", "rehearsal_of"]
