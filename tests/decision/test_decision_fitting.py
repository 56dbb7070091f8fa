"""A step that does not fit is left out where it is optional, and stops the plan where it is needed."""

from __future__ import annotations

from decided import COMMAND, TREES, diagnosis, plan, preview

from remediate.decision.facts import Facts
from remediate.decision.fitting import Fitted, fit
from remediate.decision.walk import draw_up
from remediate.model.plan import Escalation, Plan, Step
from remediate.model.policy import Mirror, Policy
from remediate.model.preview import Unfit

MAYBE = Step(strategy="registry-failover", optional=True)
PURGE = Step(strategy="cache-purge")
AGAIN = Step(strategy="retry-command")
NO_MIRROR = Unfit(strategy="registry-failover", reason="no mirror answers")
NO_CACHE = Unfit(strategy="cache-purge", reason="there is no cache")
RUN = preview(strategy="retry-command")


def test_a_plan_that_fits_stays_as_it_is() -> None:
    drawn = plan(groups=((MAYBE,), (AGAIN,)))
    assert fit(drawn, (RUN, RUN)) == Fitted(plan=drawn, previews=(RUN, RUN))


def test_an_optional_step_is_left_out() -> None:
    drawn = plan(groups=((MAYBE,), (AGAIN,)))
    fitted = fit(drawn, (NO_MIRROR, RUN))
    assert fitted == Fitted(plan=plan(groups=((AGAIN,),)), previews=(RUN,), left_out=(NO_MIRROR,))
    beside = fit(plan(groups=((MAYBE, PURGE), (AGAIN,))), (NO_MIRROR, RUN, RUN))
    assert isinstance(beside, Fitted)
    assert beside.plan.groups == ((PURGE,), (AGAIN,))


def test_a_needed_step_that_does_not_fit_is_for_a_person() -> None:
    drawn = plan(groups=((MAYBE,), (PURGE,), (AGAIN,)))
    escalation = fit(drawn, (NO_MIRROR, NO_CACHE, RUN))
    assert escalation == Escalation(reason="cache-purge: there is no cache")


def test_a_plan_of_which_nothing_is_left_is_for_a_person() -> None:
    assert fit(plan(groups=((MAYBE,),)), (NO_MIRROR,)) == Escalation(reason="no mirror answers")


def test_the_house_tries_again_without_its_mirror() -> None:
    policy = Policy(mirrors=(Mirror(kind="npm", address="https://npm.example"),))
    drawn = draw_up(diagnosis(), COMMAND, policy, Facts(attempts=1), TREES)
    assert isinstance(drawn, Plan)
    fitted = fit(drawn, (NO_MIRROR, RUN))
    assert isinstance(fitted, Fitted)
    assert [step.strategy for step in fitted.plan.steps] == ["retry-command"]
