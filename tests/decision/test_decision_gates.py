"""Each gate shuts for its own reason, the first in order speaks, and doubt closes."""

from __future__ import annotations

from typing import Any

import pytest
from decided import COMMAND, plan, preview

from remediate.decision.approval import approve
from remediate.decision.gates import GATES, Circumstances, refuse
from remediate.model.plan import Plan, Refusal, Step
from remediate.model.policy import Environment, Policy
from remediate.model.preview import Change, Offer, Unfit
from remediate.model.subject import Subject

NOW = 1_700_000_000.0
WRITE = preview(Change(verb="write", what="package-lock.json"), touches=("package-lock.json",), seconds=20.0)
RUN = preview(Change(verb="run", what="npm ci"), strategy="retry-command")
RERUN = Step(strategy="rerun")
FORK = Subject(trusted=False, command=("npm", "ci"))


def pass_gates(drawn: Plan | None = None, *offers: Offer, **more: Any) -> Refusal | None:
    known = {"policy": Policy(), "now": NOW, **more}
    return refuse(drawn or plan(), offers or (RUN,), Circumstances(**known))


def at(environment: str, **more: Any) -> Plan:
    return plan(Subject(environment=environment), **more)


def demands(**more: Any) -> dict[str, Any]:
    return {"policy": Policy(environments={"live": Environment(**more)})}


# Gate, what is carried out, the circumstances, and a word of the reason.
SHUT: dict[str, tuple[str, Plan, tuple[Offer, ...], dict[str, Any], str]] = {
    "kill switch of the policy": (
        "kill-switch",
        plan(),
        (RUN,),
        {"policy": Policy(kill_switch=True)},
        "`kill-switch` is on",
    ),
    "kill switch of the environment": (
        "kill-switch",
        plan(),
        (RUN,),
        {"kill_switch": "REMEDIATE_KILL_SWITCH is set"},
        "REMEDIATE_KILL_SWITCH",
    ),
    "unreadable state": (
        "state",
        plan(),
        (RUN,),
        {"unreadable": "circuits.json is no JSON"},
        "circuits.json",
    ),
    "observe": ("mode", plan(), (RUN,), {"policy": Policy(mode="observe")}, "`observe`"),
    "suggest": ("mode", plan(), (RUN,), {"policy": Policy(mode="suggest")}, "`suggest`"),
    "fork and a file": ("trust", plan(FORK), (RUN, WRITE), {}, "`lockfile-repair` would touch package-lock"),
    "fork and a deletion": (
        "trust",
        plan(FORK),
        (preview(Change(verb="delete", what="node_modules")),),
        {},
        "node_modules",
    ),
    "fork and a path": ("trust", plan(FORK), (preview(touches=(".npmrc",)),), {}, ".npmrc"),
    "rerun hazard": (
        "rerun-hazard",
        plan(groups=((Step(strategy="cache-purge"),), (Step(strategy="rerun"),))),
        (RUN,),
        {"rerun_hazard": "the job `release` has published"},
        "has published",
    ),
    "circuit": ("circuit", plan(), (RUN,), {"circuit_holds": "open until noon"}, "open until noon"),
    "attempts": ("attempts", plan(), (RUN,), {"attempts": 3}, "3 recoveries"),
    "fewer attempts": (
        "attempts",
        plan(),
        (RUN,),
        {"attempts": 1, "policy": Policy(max_attempts=1)},
        "`max-attempts` is 1",
    ),
    "rate": ("rate", plan(), (RUN,), {"rate_holds": "10 in a minute"}, "10 in a minute"),
    "health": ("health", plan(), (RUN,), {"health_holds": "memory is critical"}, "memory"),
    "anomaly": ("anomaly", plan(), (RUN,), {"anomaly_holds": "7 files"}, "7 files"),
    "downtime": ("constraint", at("live"), (WRITE, WRITE), demands(max_downtime=39.0), "40 s are expected"),
    "downtime that is no number": (
        "constraint",
        at("live"),
        (preview(seconds=float("nan")),),
        demands(),
        "of downtime",
    ),
    "availability": (
        "constraint",
        at("live"),
        (RUN,),
        {**demands(min_availability=0.99), "availability": 0.98},
        "0.980",
    ),
    "unknown environment": ("constraint", at("moon"), (RUN,), {}, "`moon` is not configured"),
    "environment that asks": (
        "approval",
        at("production"),
        (RUN,),
        {"availability": 1.0},
        "`production` asks",
    ),
    "tree that asks": ("approval", plan(asks="Really?"), (RUN,), {}, "Really?"),
    "step that asks": ("approval", plan(), (preview(asks="build hooks run"),), {}, "build hooks run"),
    "availability that nobody measures": ("approval", at("staging"), (RUN,), {}, "is not measured here"),
}


@pytest.mark.parametrize("name", SHUT)
def test_each_gate_shuts_alone(name: str) -> None:
    gate, drawn, offers, circumstances, reason = SHUT[name]
    refusal = pass_gates(drawn, *offers, **circumstances)
    assert refusal is not None
    assert refusal.gate == gate
    assert reason in refusal.reason
    assert refusal.hint


def test_every_gate_is_tried() -> None:
    assert {gate for gate, *_ in SHUT.values()} == {gate.name for gate in GATES}
    assert len({gate.name for gate in GATES}) == len(GATES)


def test_a_sound_plan_passes() -> None:
    assert pass_gates() is None
    assert pass_gates(plan(), WRITE) is None
    assert pass_gates(plan(), Unfit(strategy="cache-purge", reason="there is none")) is None
    assert pass_gates(plan(), RUN, attempts=2) is None


def test_what_runs_nothing_again_is_no_hazard() -> None:
    assert pass_gates(plan(), RUN, rerun_hazard="it would publish") is None


def test_a_fork_may_run_its_command_again() -> None:
    assert pass_gates(plan(FORK), RUN) is None


ALL_SHUT: dict[str, Any] = {
    "kill-switch": {"kill_switch": "stopped"},
    "state": {"unreadable": "damaged"},
    "mode": {},
    "trust": {},
    "rerun-hazard": {"rerun_hazard": "it would publish"},
    "circuit": {"circuit_holds": "open"},
    "attempts": {"attempts": 9},
    "rate": {"rate_holds": "too many"},
    "health": {"health_holds": "ill"},
    "anomaly": {"anomaly_holds": "odd"},
    "constraint": {},
    "approval": {},
}


def test_the_first_in_order_speaks() -> None:
    """All are shut; one after the other is opened, and each time the next one speaks."""
    assert list(ALL_SHUT) == [gate.name for gate in GATES]
    for number, name in enumerate(ALL_SHUT):
        shut = list(ALL_SHUT)[number:]
        slow = Environment(max_downtime=0.0 if "constraint" in shut else 99.0, approval=True)
        policy = Policy(mode="observe" if "mode" in shut else "heal", environments={"live": slow})
        subject = Subject(trusted="trust" not in shut, environment="live")
        more = {key: value for gate in shut for key, value in ALL_SHUT[gate].items()}
        refusal = pass_gates(plan(subject, groups=((RERUN,),)), WRITE, policy=policy, **more)
        assert refusal is not None
        assert refusal.gate == name


def test_only_the_kill_switch_speaks_before_an_unreadable_state() -> None:
    assert [gate.name for gate in GATES][:2] == ["kill-switch", "state"]


def test_an_approval_opens_the_last_gate_until_it_lapses() -> None:
    drawn = plan(COMMAND, asks="Really?")
    given = approve(drawn, "ann", NOW)
    assert pass_gates(drawn, approval=given) is None
    late = pass_gates(drawn, approval=given, now=NOW + Policy().approval_lasts + 1)
    assert late is not None
    assert "24.0 hours ago" in late.reason
    assert f"--approve {drawn.hash}" in late.hint


def test_an_approval_opens_no_other_gate() -> None:
    drawn = plan(asks="Really?")
    refusal = pass_gates(drawn, approval=approve(drawn, "ann", NOW), circuit_holds="open")
    assert refusal is not None
    assert refusal.gate == "circuit"
