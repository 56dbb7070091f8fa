"""The gates that every plan passes, in their order; the first that stays shut speaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from remediate.decision.approval import Approval, lapse
from remediate.model.plan import GateName, Plan, Refusal
from remediate.model.policy import Environment, Policy
from remediate.model.preview import Offer, Preview


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when a plan is about to be carried out.

    Each `…holds` is the reason why that guard holds the plan back, empty where it lets it through.
    `unreadable` says which state could not be read, `rerun_hazard` what a re-run would publish or deploy once
    more, or why that cannot be told. `availability` is None where nobody measures it.
    """

    policy: Policy
    now: float
    kill_switch: str = ""
    unreadable: str = ""
    rerun_hazard: str = ""
    circuit_holds: str = ""
    attempts: int = 0
    rate_holds: str = ""
    health_holds: str = ""
    anomaly_holds: str = ""
    availability: float | None = None
    approval: Approval | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A plan at the gates: what its steps would do, and under which circumstances."""

    plan: Plan
    previews: tuple[Preview, ...]
    seen: Circumstances

    @property
    def environment(self) -> Environment | None:
        """The demands of the subject's environment; None where it is not configured."""
        return self.seen.policy.environments.get(self.plan.subject.environment)


class Shut(msgspec.Struct, frozen=True, kw_only=True):
    """Why a gate stays shut, and the way out."""

    reason: str
    hint: str = ""


class Barrier(msgspec.Struct, frozen=True, kw_only=True):
    """One gate: its name, what it is for, and what shuts it."""

    name: GateName
    meaning: str
    shut_by: Callable[[Case], Shut | None]


def refuse(plan: Plan, offers: Sequence[Offer], circumstances: Circumstances) -> Refusal | None:
    """The refusal of the first gate that stays shut; None where all let the plan through."""
    previews = tuple(offer for offer in offers if isinstance(offer, Preview))
    case = Case(plan=plan, previews=previews, seen=circumstances)
    for gate in GATES:
        shut = gate.shut_by(case)
        if shut:
            return Refusal(gate=gate.name, reason=shut.reason, hint=shut.hint)
    return None


def _kill_switch(case: Case) -> Shut | None:
    if case.seen.kill_switch:
        return Shut(reason=case.seen.kill_switch, hint="Unset it to let recoveries go on.")
    if case.seen.policy.kill_switch:
        return Shut(reason="`kill-switch` is on", hint="Set it to `false` to let recoveries go on.")
    return None


def _state(case: Case) -> Shut | None:
    way_out = "Mend the state first; until then nothing is done."
    return Shut(reason=case.seen.unreadable, hint=way_out) if case.seen.unreadable else None


def _mode(case: Case) -> Shut | None:
    reasons = {
        "observe": "the mode is `observe`: nothing is recovered",
        "suggest": "the mode is `suggest`: the plan is shown and not carried out",
    }
    if case.seen.policy.mode == "heal":
        return None
    reason = reasons.get(case.seen.policy.mode, f"the mode `{case.seen.policy.mode}` is not known")
    return Shut(reason=reason, hint="Set `mode: heal` to have plans carried out.")


def _trust(case: Case) -> Shut | None:
    if case.plan.subject.trusted:
        return None
    for preview in case.previews:
        files = [change.what for change in preview.changes if change.verb in ("write", "delete")]
        if preview.touches or files:
            what = (*preview.touches, *files)[0]
            reason = f"the code comes from a fork, and `{preview.strategy}` would touch {what}"
            return Shut(
                reason=reason, hint="Let someone with write access do it on a branch of this repository."
            )
    return None


def _rerun_hazard(case: Case) -> Shut | None:
    hazard = case.seen.rerun_hazard
    if not hazard or not any(step.strategy == "rerun" for step in case.plan.steps):
        return None
    way_out = "Look at what it has published or deployed already, and re-run it by hand if that is right."
    return Shut(reason=hazard, hint=way_out)


def _circuit(case: Case) -> Shut | None:
    held = case.seen.circuit_holds
    return Shut(reason=held, hint="`remediate circuits` shows it and can reset it.") if held else None


def _attempts(case: Case) -> Shut | None:
    made, most = case.seen.attempts, case.seen.policy.max_attempts
    if made < most:
        return None
    reason = f"{made} recoveries of this failure were made already, and `max-attempts` is {most}"
    return Shut(reason=reason, hint="A person has to look at what keeps failing.")


def _rate(case: Case) -> Shut | None:
    held = case.seen.rate_holds
    return Shut(reason=held, hint="Wait, or raise the limits under `rates`.") if held else None


def _health(case: Case) -> Shut | None:
    held = case.seen.health_holds
    return (
        Shut(reason=held, hint="Relieve the machine, or raise the limits under `health`.") if held else None
    )


def _anomaly(case: Case) -> Shut | None:
    held = case.seen.anomaly_holds
    return (
        Shut(reason=held, hint="Look at the changes and make them by hand if they are right.")
        if held
        else None
    )


def _constraint(case: Case) -> Shut | None:
    name, demands = case.plan.subject.environment, case.environment
    if demands is None:
        reason = f"the environment `{name}` is not configured, so its demands are not known"
        return Shut(reason=reason, hint=f"Add `{name}` under `environments`.")
    downtime = sum(preview.seconds for preview in case.previews)
    # Negated comparisons, so that a figure that is no number closes too.
    if not downtime <= demands.max_downtime:
        reason = (
            f"{downtime:.0f} s are expected, and `{name}` allows {demands.max_downtime:.0f} s of downtime"
        )
        return Shut(reason=reason, hint="Raise `max-downtime`, or recover when nobody needs it.")
    available, least = case.seen.availability, demands.min_availability
    if available is not None and not available >= least:
        reason = f"the availability is {available:.3f}, and `{name}` demands {least:.3f}"
        return Shut(reason=reason, hint="Bring it back to health first.")
    return None


def _approval(case: Case) -> Shut | None:
    asks = "; ".join(reasons_to_ask(case))
    if not asks:
        return None
    approval, now = case.seen.approval, case.seen.now
    way_out = f"Approve it with `--approve {case.plan.hash}`."
    if approval is None:
        return Shut(reason=f"a person has to approve it: {asks}", hint=way_out)
    lapsed = lapse(approval, case.plan, now, case.seen.policy.approval_lasts)
    return Shut(reason=f"the approval does not hold, for {lapsed}: {asks}", hint=way_out) if lapsed else None


def reasons_to_ask(case: Case) -> tuple[str, ...]:
    """Why a person has to approve the plan; nothing where none has to."""
    name, demands = case.plan.subject.environment, case.environment
    reasons = [case.plan.asks, *(preview.asks for preview in case.previews)]
    if demands is None or demands.approval:
        reasons.append(f"the environment `{name}` asks for it")
    if demands and demands.min_availability > 0 and case.seen.availability is None:
        reasons.append(f"the availability that `{name}` demands is not measured here")
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


GATES: tuple[Barrier, ...] = (
    Barrier(name="kill-switch", meaning="nobody has stopped all recoveries", shut_by=_kill_switch),
    Barrier(name="state", meaning="what is remembered can be read; doubt closes", shut_by=_state),
    Barrier(name="mode", meaning="the mode is `heal`", shut_by=_mode),
    Barrier(name="trust", meaning="no file is touched for the code of a fork", shut_by=_trust),
    Barrier(
        name="rerun-hazard",
        meaning="no re-run would publish or deploy once more; doubt closes",
        shut_by=_rerun_hazard,
    ),
    Barrier(name="circuit", meaning="the circuits let it through", shut_by=_circuit),
    Barrier(name="attempts", meaning="there were fewer than `max-attempts`", shut_by=_attempts),
    Barrier(name="rate", meaning="the limits under `rates` are kept", shut_by=_rate),
    Barrier(name="health", meaning="the machine and recent recoveries are well", shut_by=_health),
    Barrier(name="anomaly", meaning="the changes are not too many, too large or dangerous", shut_by=_anomaly),
    Barrier(name="constraint", meaning="the environment's demands are met", shut_by=_constraint),
    Barrier(name="approval", meaning="a person has approved what asks for it", shut_by=_approval),
)
