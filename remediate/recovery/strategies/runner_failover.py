"""`runner-failover`: the workflows' runner label is changed through a variable of the repository."""

from __future__ import annotations

import re

from remediate.model.case import Deed
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.recovery.remote_strategy import Note, Place, Seen
from remediate.recovery.remote_telling import shown

_NAME = "runner-failover"


class RunnerFailover:
    """`runner-variable` gets the value `runner-fallback`; what it had is noted first, and comes back."""

    name = _NAME

    def preview(self, step: Step, place: Place) -> Offer:
        name, fallback = place.policy.runner_variable, place.policy.runner_fallback
        former = place.platform.variable(name) if name else None
        reason = _obstacle(place) or (f"{name} is `{shown(fallback)}` already" if former == fallback else "")
        if reason:
            return Unfit(strategy=_NAME, reason=reason)
        return Preview(
            strategy=_NAME,
            target=f"the variable {name}",
            changes=(Change(verb="set", what=name, detail=f"{_value(former)} → {shown(fallback)}"),),
            seconds=5.0,
            cost="the other runner's minutes, until a person sets the variable back",
            risk="medium",
            affected=(f"every workflow that reads vars.{name}",),
        )

    def apply(self, step: Step, place: Place, deed: Deed, note: Note) -> StepResult:
        obstacle = _obstacle(place)
        if obstacle:
            return Failed(strategy=_NAME, reason=obstacle)
        name, fallback = place.policy.runner_variable, place.policy.runner_fallback
        former = place.platform.variable(name)
        if "set" not in deed.trace:
            if former == fallback:
                return Done(strategy=_NAME, summary=f"{name} was `{shown(fallback)}` already")
            trace = {"variable": name, "set": fallback}
            note(trace if former is None else {**trace, "former": former})
        elif former not in (deed.trace.get("former"), fallback):
            return Failed(strategy=_NAME, reason=f"someone has set {name} since, so it is left as it is")
        if former != fallback:
            place.platform.set_variable(name, fallback)
        back = _value(deed.trace.get("former") if "set" in deed.trace else former)
        return Done(
            strategy=_NAME,
            summary=f"{name} is `{shown(fallback)}`; set it back to {back} when the usual runners are back",
            changes=(Change(verb="set", what=name, detail=shown(fallback)),),
        )

    def look(self, step: Step, place: Place, deed: Deed) -> Seen:
        return Done(strategy=_NAME, summary="the other runner is asked for; the new attempt decides")

    def undo(self, step: Step, place: Place, deed: Deed) -> StepResult:
        name = deed.trace.get("variable", "")
        if not name:
            return Done(strategy=_NAME, summary="the variable had not been changed")
        former, now = deed.trace.get("former"), place.platform.variable(name)
        if now == former:
            return Done(strategy=_NAME, summary=f"{name} is {_value(former)} again")
        if now != deed.trace["set"]:
            return Done(strategy=_NAME, summary=f"someone has set {name} since, so it is left as it is")
        place.platform.set_variable(name, former)
        return Done(strategy=_NAME, summary=f"{name} is {_value(former)} again")


def _obstacle(place: Place) -> str:
    name, fallback = place.policy.runner_variable, place.policy.runner_fallback
    if not (name and fallback):
        return "no other runner is configured: `runner-variable` and `runner-fallback` are both needed"
    run = place.case.run
    text = place.platform.file(run.workflow, run.commit) if run.workflow else None
    if text is None:
        return "the workflow cannot be read, so nothing tells whether the variable chooses its runner"
    # Names of variables ignore case, in the workflow too.
    reads = rf"(?i)\bvars\s*(?:\.\s*{re.escape(name)}\b|\[\s*'{re.escape(name)}'\s*\])"
    if re.search(reads, text.decode("utf-8", "replace")) is None:
        return f"{shown(run.workflow)} does not read vars.{name}, so changing it would move nothing"
    return ""


def _value(value: str | None) -> str:
    return "unset" if value is None else f"`{shown(value)}`"
