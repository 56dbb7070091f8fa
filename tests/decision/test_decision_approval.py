"""An approval holds for one plan, one commit, one run and some time."""

from __future__ import annotations

import msgspec
import pytest
from decided import plan

from remediate.decision.approval import Approval, approve, lapse
from remediate.model.plan import Plan, Step
from remediate.model.subject import Subject

NOW, DAY = 1_700_000_000.0, 86_400.0
DRAWN = plan(Subject(commit="aaa", run="17"))
GIVEN = approve(DRAWN, "ann", NOW)


def test_it_names_the_plan_and_who_gave_it() -> None:
    assert Approval(plan_hash=DRAWN.hash, approver="ann", given_at=NOW, commit="aaa", run="17") == GIVEN
    assert lapse(GIVEN, DRAWN, NOW, DAY) == ""
    assert lapse(GIVEN, DRAWN, NOW + DAY - 1, DAY) == ""
    assert lapse(GIVEN, DRAWN, NOW - 299, DAY) == ""


OTHERS = {
    "the commit has changed since": plan(Subject(commit="bbb", run="17")),
    "it was given for another run": plan(Subject(commit="aaa", run="18")),
    "the plan has changed since": plan(
        Subject(commit="aaa", run="17"), groups=((Step(strategy="cache-purge"),),)
    ),
}


@pytest.mark.parametrize("reason", OTHERS)
def test_it_lapses_with_what_it_was_given_for(reason: str) -> None:
    assert lapse(GIVEN, OTHERS[reason], NOW, DAY) == reason


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (NOW + DAY, "24.0 hours ago"),
        (NOW + 40 * DAY, "hours ago"),
        (NOW - 301, "given in the future"),
        (float("nan"), "given in the future"),
    ],
)
def test_it_lapses_with_time(now: float, reason: str) -> None:
    assert reason in lapse(GIVEN, DRAWN, now, DAY)


def test_nobody_cannot_approve() -> None:
    assert (
        lapse(msgspec.structs.replace(GIVEN, approver=""), DRAWN, NOW, DAY) == "it does not say who gave it"
    )


# Each try draws its wait anew, and tells so in its path.
LOOSE = ("schema", "path", "wait", "confidence")


@pytest.mark.parametrize("field", [f for f in Plan.__struct_fields__ if f not in LOOSE])
def test_it_is_bound_to_all_that_would_be_done(field: str) -> None:
    old = getattr(DRAWN, field)
    new = {
        "subject": Subject(commit="aaa", run="17", branch="other"),
        "groups": (*DRAWN.groups, (Step(strategy="free-disk"),)),
    }.get(field, f"{old} else")
    assert lapse(GIVEN, msgspec.structs.replace(DRAWN, **{field: new}), NOW, DAY)


def test_it_holds_for_the_same_deed_after_another_wait() -> None:
    again = msgspec.structs.replace(DRAWN, wait=17.3, path=(), confidence=0.91)
    assert lapse(GIVEN, again, NOW, DAY) == ""
