"""`command`: a step of the user's own, with its own check and its own undo."""

from __future__ import annotations

from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.policy import OwnCommand
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.ports import Absent
from remediate.recovery.strategies.telling import ending, flaw_of, spelled
from remediate.recovery.strategy import Site

_NAME = "command"


class UserCommand:
    """The argument `name` says which of `commands` it is. No shell takes part."""

    name = _NAME

    def __init__(self) -> None:
        self._never_ran: set[str] = set()

    def preview(self, step: Step, site: Site) -> Offer:
        own = _own(step, site)
        if own is None:
            return Unfit(strategy=_NAME, reason=_missing(step))
        return Preview(
            strategy=_NAME,
            target=step.arguments["name"],
            changes=(
                Change(verb="run", what=spelled(own.run, site), detail=f"at most {own.timeout:.0f} s"),
                *(Change(verb="write", what=path, detail="may be changed") for path in own.touches),
            ),
            touches=own.touches,
            seconds=own.timeout,
            risk="medium",
            affected=own.touches,
            reversible=bool(own.undo or own.touches),
        )

    def apply(self, step: Step, site: Site) -> StepResult:
        own = _own(step, site)
        if own is None:
            return Failed(strategy=_NAME, reason=_missing(step))
        result = _run(own.run, own, site)
        if isinstance(result, Absent):
            self._never_ran.add(step.arguments["name"])
            return Failed(strategy=_NAME, reason=f"{result.program}: {result.reason}")
        return result

    def verify(self, step: Step, site: Site) -> StepResult:
        own = _own(step, site)
        if own is None:
            return Failed(strategy=_NAME, reason=_missing(step))
        return _told(_run(own.verify, own, site))

    def undo(self, step: Step, site: Site) -> StepResult:
        own = _own(step, site)
        if own is None:
            return Failed(strategy=_NAME, reason=_missing(step))
        if step.arguments["name"] in self._never_ran:
            return Done(strategy=_NAME, summary="there was nothing to undo: it had not started")
        if own.undo:
            return _told(_run(own.undo, own, site))
        if own.touches:
            return Done(
                strategy=_NAME, summary="the paths that it touches were put back; it has no other undo"
            )
        return Failed(strategy=_NAME, reason=f"`{step.arguments['name']}` has no undo, and names no path")


def _own(step: Step, site: Site) -> OwnCommand | None:
    return site.policy.commands.get(step.arguments.get("name", ""))


def _missing(step: Step) -> str:
    return f"the configuration has no command `{step.arguments.get('name', '')}` under `commands`"


def _run(command: tuple[str, ...], own: OwnCommand, site: Site) -> StepResult | Absent:
    ended = site.processes.run(command, folder=site.root, environment=site.environment, timeout=own.timeout)
    if isinstance(ended, Absent):
        return ended
    said = spelled(command, site)
    flaw = flaw_of(ended)
    if flaw:
        return Failed(strategy=_NAME, reason=f"`{said}` {flaw}", evidence=ending(ended.output, site))
    return Done(strategy=_NAME, summary=f"`{said}` went well")


def _told(result: StepResult | Absent) -> StepResult:
    if isinstance(result, Absent):
        return Failed(strategy=_NAME, reason=f"{result.program}: {result.reason}")
    return result
