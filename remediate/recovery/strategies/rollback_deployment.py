"""`rollback-deployment`: the last deployment of an environment that went well is deployed again."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from remediate.model.actions import Deployment
from remediate.model.case import Deed
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.ports import Unanswered
from remediate.recovery.remote_strategy import Note, Place, Seen, Waiting
from remediate.recovery.remote_telling import shown

_NAME = "rollback-deployment"
_FAILED = frozenset({"failure", "error"})
_LOOK_AGAIN = 60.0
_MARK_OF = {"forward": "[remediate forward ", "back": "[remediate back "}


class _Way(msgspec.Struct, frozen=True, kw_only=True):
    """From the deployment that is there to the one that is to be there."""

    environment: str
    bad: Deployment
    good: Deployment


class RollbackDeployment:
    """Asks the platform for a deployment; the workflow that answers deployments carries it out."""

    name = _NAME

    def preview(self, step: Step, place: Place) -> Offer:
        way = _find(step, place)
        if isinstance(way, str):
            return Unfit(strategy=_NAME, reason=way)
        where = shown(way.environment)
        change = Change(
            verb="request", what=f"a deployment of {way.good.commit[:12]} to {where}", detail=_instead(way)
        )
        return Preview(
            strategy=_NAME,
            target=f"the environment {where}",
            changes=(change,),
            seconds=60.0,
            cost="one run of the workflow that deploys",
            risk="high",
            affected=(where,),
            asks=_asks(way.environment, place),
        )

    def apply(self, step: Step, place: Place, deed: Deed, note: Note) -> StepResult:
        if "mark" not in deed.trace:
            way = _find(step, place)
            if isinstance(way, str):
                return Failed(strategy=_NAME, reason=way)
            trace = {
                "environment": way.environment,
                "good": way.good.commit,
                "bad": way.bad.commit,
                "mark": _mark("forward", place, deed),
            }
            note(trace)
        else:
            trace = deed.trace
        where, commit = trace["environment"], trace["good"]
        why = f"Remediate: back to {commit[:12]}, for {trace['bad'][:12]} failed"
        made = place.platform.deploy(commit, where, why, trace["mark"])
        if isinstance(made, str):
            return Failed(
                strategy=_NAME, reason=f"the platform does not deploy to {shown(where)}: {shown(made)}"
            )
        note({"deployment": str(made.id)})
        return Done(strategy=_NAME, summary=f"a deployment of {commit[:12]} to {shown(where)} was asked for")

    def look(self, step: Step, place: Place, deed: Deed) -> Seen:
        where = deed.trace["environment"]
        latest = place.platform.deployments(where)
        ours = _ours(deed, latest)
        if ours is None:
            return Failed(strategy=_NAME, reason=f"our deployment to {shown(where)} is gone")
        what = f"the deployment of {ours.commit[:12]} to {shown(where)}"
        state = _state(ours, latest)
        if state == "success":
            return _healthy(where, what, place)
        if state in _FAILED:
            return Failed(strategy=_NAME, reason=f"{what} failed")
        if state == "inactive":
            return Failed(strategy=_NAME, reason=f"{what} was replaced by another one before it was proved")
        due = place.clock.now() + _LOOK_AGAIN
        return Waiting(strategy=_NAME, reason=f"{what} is {shown(state or 'not begun')}", due=due)

    def undo(self, step: Step, place: Place, deed: Deed) -> StepResult:
        if "mark" not in deed.trace:
            return Done(strategy=_NAME, summary="nothing had been deployed")
        where, bad = deed.trace["environment"], deed.trace["bad"]
        latest = place.platform.deployments(where)
        ours = _ours(deed, latest)
        if ours is None:
            return Done(strategy=_NAME, summary="nothing had been deployed")
        back = _mark("back", place, deed)
        if latest[0].commit != ours.commit and not any(back in each.payload for each in latest):
            return Done(strategy=_NAME, summary=f"{shown(where)} has a newer deployment, which is left alone")
        made = place.platform.deploy(bad, where, f"Remediate: {bad[:12]} once more", back)
        if isinstance(made, str):
            reason = f"{shown(where)} stays at {ours.commit[:12]}, for the platform says: {shown(made)}"
            return Failed(strategy=_NAME, reason=reason)
        return Done(strategy=_NAME, summary=f"a deployment of {bad[:12]} to {shown(where)} was asked for")


def _find(step: Step, place: Place) -> _Way | str:
    """The way back, or why there is none."""
    case, configured = place.case, place.policy.deployments
    if not case.trusted:
        return "the code comes from a fork: its run decides over no deployment"
    again = place.platform.run(case.run.id)
    if again is not None and (again.attempt > case.run.attempt or not again.ended):
        return f"attempt {again.attempt} of its run was begun since, and may be deploying"
    named = step.arguments.get("environment", "")
    if named and named not in configured:
        return f"`deployments` in the configuration does not name the environment {shown(named)}"
    if not configured:
        return "the configuration names no environment under `deployments`"
    for environment in (named,) if named else configured:
        latest = place.platform.deployments(environment)
        if named or (latest and latest[0].commit == case.run.commit):
            return _way(environment, latest, place)
    return "the run's commit is not what was deployed last to any environment under `deployments`"


def _way(environment: str, latest: tuple[Deployment, ...], place: Place) -> _Way | str:
    where, commit = shown(environment), place.case.run.commit
    if not latest or latest[0].commit != commit:
        return f"{commit[:12]} is not what was deployed last to {where}: there is nothing to take back"
    # A state `inactive` may have been a failure before; only a success is known to have been one.
    bad = {commit, *_taken_back(latest)}
    good = next((each for each in latest if each.state == "success" and each.commit not in bad), None)
    if good is None:
        return f"no earlier deployment to {where} is known to have gone well"
    return _Way(environment=environment, bad=latest[0], good=good)


def _taken_back(latest: tuple[Deployment, ...]) -> Iterator[str]:
    """The commits that a rollback of ours went away from, or had to go back to: their state says nothing."""
    for at, each in enumerate(latest):
        if _MARK_OF["back"] in each.payload:
            yield each.commit
        elif _MARK_OF["forward"] in each.payload:
            yield from (older.commit for older in latest[at + 1 : at + 2] if older.commit != each.commit)


def _asks(environment: str, place: Place) -> str:
    """What is deployed to one environment may be healed by a policy for another: its own demands hold."""
    demands = place.policy.environments.get(environment)
    asks = demands is None or demands.approval
    return f"the environment `{shown(environment)}` asks for it" if asks else ""


def _instead(way: _Way) -> str:
    return f"instead of {way.bad.commit[:12]}, which is {shown(way.bad.state or 'without a state')}"


def _mark(direction: str, place: Place, deed: Deed) -> str:
    """Found again in the deployment's payload; no mark is part of another."""
    return f"{_MARK_OF[direction]}{place.case.key}/{deed.step}]"


def _ours(deed: Deed, latest: tuple[Deployment, ...]) -> Deployment | None:
    number = deed.trace.get("deployment", "")
    return next(
        (each for each in latest if str(each.id) == number or deed.trace["mark"] in each.payload), None
    )


def _state(ours: Deployment, latest: tuple[Deployment, ...]) -> str:
    """Of ours, or of one that the answering job has made for its own environment, which sets ours aside."""
    for each in latest:
        if each.id == ours.id:
            break
        if each.commit == ours.commit and each.state and each.state != "inactive":
            return each.state
    return ours.state


def _healthy(environment: str, what: str, place: Place) -> Seen:
    policy = place.policy.deployments.get(environment)
    if policy is None:
        return Done(strategy=_NAME, summary=f"{what} succeeded; no health address is configured for it")
    answer = place.web.request("GET", policy.health_url)
    if isinstance(answer, Unanswered):
        return Failed(
            strategy=_NAME, reason=f"{what} succeeded, but its health address: {shown(answer.reason)}"
        )
    if not 200 <= answer.status < 300:
        return Failed(strategy=_NAME, reason=f"{what} succeeded, but its health address says {answer.status}")
    return Done(strategy=_NAME, summary=f"{what} succeeded, and its health address says {answer.status}")
