"""From a diagnosis to a plan, a refusal or a person: on values alone, and never for a defect."""

from __future__ import annotations

from typing import Any

import pytest
from decided import COMMAND, NODES, TREES, diagnosis, made_tree
from hypothesis import given
from hypothesis import strategies as st

from remediate.decision.facts import Facts
from remediate.decision.walk import draw_up
from remediate.model.cause import CAUSES, DEFECTS, UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis, StepRef
from remediate.model.plan import Decision, Escalation, Plan, Refusal
from remediate.model.policy import Mirror, Policy
from remediate.model.subject import Subject
from remediate.recovery.strategies.remote_registry import REMOTE_STRATEGIES

NPM = Mirror(kind="npm", address="https://npm.example")
DESK = Subject()


def decide(
    found: Diagnosis, subject: Subject = COMMAND, policy: Policy | None = None, **facts: Any
) -> Decision:
    return draw_up(found, subject, policy or Policy(), Facts(**facts), TREES)


def steps(decision: Decision) -> list[str]:
    assert isinstance(decision, Plan), decision
    return [step.strategy for step in decision.steps]


IN_THE_JOB = {
    "network": ["retry-command"],
    "service-unavailable": ["retry-command"],
    "rate-limit": ["retry-command"],
    "artifact": ["retry-command"],
    "git": ["retry-command"],
    "flaky-test": ["retry-command"],
    "lockfile": ["lockfile-repair", "retry-command"],
    "cache": ["cache-purge", "retry-command"],
    "disk-full": ["free-disk", "retry-command"],
}
AT_THE_DESK = {
    "lockfile": ["lockfile-repair"],
    "cache": ["cache-purge"],
    "disk-full": ["free-disk"],
}


ON_A_PLATFORM = {
    "network": ["rerun"],
    "service-unavailable": ["rerun"],
    "rate-limit": ["rerun"],
    "artifact": ["rerun"],
    "git": ["rerun"],
    "flaky-test": ["rerun"],
    "runner-lost": ["rerun"],
    "lockfile": ["lockfile-repair"],
    "cache": ["cache-purge", "rerun"],
}


@pytest.mark.parametrize("cause", [name for name, cause in CAUSES.items() if cause.strategies])
def test_a_run_is_put_right_from_outside(cause: str) -> None:
    decision = decide(diagnosis(cause), DESK, run=True, random=0.5)
    if cause == "disk-full":
        assert isinstance(decision, Escalation)
        assert "within its job" in decision.reason
        return
    assert steps(decision) == ON_A_PLATFORM[cause]
    assert set(steps(decision)) <= set(REMOTE_STRATEGIES)


@pytest.mark.parametrize("cause", IN_THE_JOB)
@pytest.mark.parametrize("attempts", [0, 1, 2])
def test_in_the_job_nothing_depends_on_the_platform(cause: str, attempts: int) -> None:
    there = decide(diagnosis(cause), attempts=attempts, random=0.5, run=True)
    here = decide(diagnosis(cause), attempts=attempts, random=0.5)
    assert (type(there), getattr(there, "groups", ())) == (type(here), getattr(here, "groups", ()))


OTHER = Policy(runner_variable="RUNNER", runner_fallback="ubuntu-latest")


@pytest.mark.parametrize(
    ("policy", "attempts", "wanted"),
    [
        (OTHER, 0, ["rerun"]),
        (OTHER, 1, ["runner-failover", "rerun"]),
        (OTHER, 2, ["runner-failover", "rerun"]),
        (Policy(), 1, []),
        (Policy(runner_variable="RUNNER"), 1, []),
        (Policy(runner_fallback="ubuntu-latest"), 1, []),
    ],
)
def test_a_runner_lost_twice_is_left_for_another(policy: Policy, attempts: int, wanted: list[str]) -> None:
    decision = decide(diagnosis("runner-lost"), DESK, policy, attempts=attempts, run=True)
    if wanted:
        assert steps(decision) == wanted
    else:
        assert isinstance(decision, Escalation)
        assert "no other one is configured" in decision.reason


@pytest.mark.parametrize("cause", ["network", "rate-limit", "git", "artifact", "runner-lost"])
def test_a_platform_is_given_time_before_a_rerun(cause: str) -> None:
    plan = decide(diagnosis(cause), DESK, run=True, random=0.5)
    assert isinstance(plan, Plan)
    assert plan.wait > 0


@pytest.mark.parametrize(("cause", "attempts"), [("cache", 2), ("lockfile", 2), ("flaky-test", 1)])
def test_what_did_not_help_from_outside_is_not_done_for_ever(cause: str, attempts: int) -> None:
    assert isinstance(decide(diagnosis(cause), DESK, run=True, attempts=attempts - 1), Plan)
    assert isinstance(decide(diagnosis(cause), DESK, run=True, attempts=attempts), Escalation)


@pytest.mark.parametrize("cause", sorted(set(CAUSES) - set(ON_A_PLATFORM) - {"disk-full"}))
def test_nothing_else_is_put_right_from_outside(cause: str) -> None:
    assert isinstance(decide(diagnosis(cause), DESK, run=True), Refusal)


@pytest.mark.parametrize("cause", IN_THE_JOB)
def test_each_cause_has_its_plan_in_the_job(cause: str) -> None:
    plan = decide(diagnosis(cause))
    assert steps(plan) == IN_THE_JOB[cause]
    assert isinstance(plan, Plan)
    assert (plan.cause, plan.rule, plan.signature) == (cause, f"{cause}-rule", "5167")


@pytest.mark.parametrize("cause", [name for name, cause in CAUSES.items() if cause.strategies])
def test_at_the_desk_only_what_can_be_mended_there_is(cause: str) -> None:
    decision = decide(diagnosis(cause), DESK)
    if cause in AT_THE_DESK:
        assert steps(decision) == AT_THE_DESK[cause]
    else:
        assert isinstance(decision, Escalation)
        assert decision.path[-1].kind == "escalate"
        assert decision.path[-1].answer == decision.reason


def test_what_is_not_transient_is_not_tried_again() -> None:
    assert isinstance(decide(diagnosis("git", transient=False)), Escalation)


@pytest.mark.parametrize(
    ("cause", "attempts"), [("lockfile", 2), ("cache", 2), ("disk-full", 2), ("flaky-test", 1)]
)
def test_what_did_not_help_is_not_done_for_ever(cause: str, attempts: int) -> None:
    assert isinstance(decide(diagnosis(cause), attempts=attempts - 1), Plan)
    assert isinstance(decide(diagnosis(cause), attempts=attempts), Escalation)


@pytest.mark.parametrize(
    ("mirrors", "attempts", "command", "failover"),
    [
        ((NPM,), 0, ("npm", "ci"), False),
        ((NPM,), 1, ("npm", "ci"), True),
        ((), 1, ("npm", "ci"), False),
        ((NPM,), 1, ("pip", "install", "x"), False),
        ((NPM,), 1, ("make",), True),  # nothing tells which registry: the strategy finds out
        ((NPM,), 1, ("sh", "-c", "cd web && pnpm install"), True),
        ((NPM,), 1, ("sh", "-c", "go build ./..."), False),
    ],
)
def test_later_tries_use_a_mirror_that_fits(
    mirrors: tuple[Mirror, ...], attempts: int, command: tuple[str, ...], failover: bool
) -> None:
    plan = decide(diagnosis(), Subject(command=command), Policy(mirrors=mirrors), attempts=attempts)
    assert steps(plan) == ["registry-failover"] * failover + ["retry-command"]


def test_registry_is_told_by_the_step_or_the_rule() -> None:
    step = StepRef(name="install", first_line=1, last_line=2, command="poetry install")
    pypi = Policy(mirrors=(Mirror(kind="pypi", address="https://pypi.example"),))
    subject = Subject(command=("make",))
    assert steps(decide(diagnosis(step=step), subject, pypi, attempts=1))[0] == "registry-failover"
    assert steps(decide(diagnosis(rule="npm-reset"), subject, pypi, attempts=1))[0] == "retry-command"
    assert steps(decide(diagnosis(), subject, pypi, attempts=1, registry="npm"))[0] == "retry-command"


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "unclassified": ({"cause": UNCLASSIFIED, "reason": "log-cut"}, {}, "the log ends before its job did"),
    "unheard of": ({"cause": "gremlins"}, {}, "the cause is not known"),
    "defect": ({"cause": "test"}, {}, "`test` is a real defect"),
    "never": ({}, {"never": ("network",)}, "`never` excludes the cause `network`"),
    "only": ({}, {"only": ("cache",)}, "`only` does not name the cause `network`"),
    "withheld": ({"recovery": None, "withheld": "it was overcome"}, {}, "withheld: it was overcome"),
    "no recovery": ({"recovery": None}, {}, "the rule recommends no recovery"),
    "unsure": ({"confidence": 0.84}, {}, "the confidence is 0.84, below `confidence-threshold` (0.85)"),
    "no number": ({"confidence": float("nan")}, {}, "the confidence is nan"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_without_grounds_it_refuses_with_the_reason(name: str) -> None:
    found, policy, reason = REFUSED[name]
    refusal = decide(diagnosis(**{"cause": "network", **found}), policy=Policy(**policy))
    assert isinstance(refusal, Refusal)
    assert refusal.gate == "confidence"
    assert reason in refusal.reason


def test_reasons_to_refuse_differ() -> None:
    told = [
        decide(diagnosis(**{"cause": "network", **found}), policy=Policy(**policy))
        for found, policy, _ in REFUSED.values()
    ]
    assert len({refusal.reason for refusal in told if isinstance(refusal, Refusal)}) == len(REFUSED)


def test_only_and_the_threshold_let_through_what_they_name() -> None:
    policy = Policy(only=("network",), never=("cache",), confidence_threshold=0.95)
    assert steps(decide(diagnosis(), policy=policy)) == ["retry-command"]


def test_no_tree_is_a_refusal() -> None:
    refusal = draw_up(diagnosis(), COMMAND, Policy(), Facts(), ())
    assert isinstance(refusal, Refusal)
    assert "no decision tree" in refusal.reason


def test_own_tree_stands_before_the_house() -> None:
    ours = made_tree({**NODES, "act": "{kind: action, strategy: http, arguments: {name: x}, next: done}"})
    plan = draw_up(diagnosis(), COMMAND, Policy(), Facts(), (ours, *TREES))
    assert steps(plan) == ["http"]
    assert isinstance(plan, Plan)
    assert plan.tree == "ours"


@pytest.mark.parametrize(("branch", "tree"), [("main", "ours"), ("other", "network")])
def test_own_tree_with_when_leaves_the_rest_to_the_house(branch: str, tree: str) -> None:
    ours = made_tree(when="{fact: branch, is: main}")
    subject = Subject(branch=branch, command=("make",))
    plan = draw_up(diagnosis(), subject, Policy(), Facts(), (ours, *TREES))
    assert isinstance(plan, Plan)
    assert plan.tree == tree


TESTS = {
    "{fact: attempts, below: 2}": True,
    "{fact: attempts, above: 1}": False,
    "{fact: attempts, is: 1}": True,
    "{fact: cause, in: [cache, network]}": True,
    "{fact: cause, is: cache}": False,
    "{fact: mirrors, has: npm}": True,
    "{fact: mirrors, has: go}": False,
    "{fact: mirrors, empty: false}": True,
    "{fact: mirrors, empty: true}": False,
    "{fact: retry-after, above: 4}": True,
    "{fact: trusted, is: true}": True,
    "{not: {fact: trusted, is: true}}": False,
    "{all: [{fact: trusted, is: true}, {fact: attempts, is: 1}]}": True,
    "{all: [{fact: trusted, is: true}, {fact: attempts, is: 2}]}": False,
    "{any: [{fact: trusted, is: false}, {fact: attempts, is: 1}]}": True,
    "{fact: environment, is: staging}": True,
    "{fact: confidence, above: 0.94}": True,
    "{fact: severity, in: medium}": True,
    "{fact: rule, is: network-rule}": True,
    "{fact: recovery, is: rerun}": True,
    "{fact: workflow, is: ci}": True,
    "{fact: registry, is: npm}": True,
    "{fact: run, is: false}": True,
    "{fact: fallback, is: true}": False,
}


@pytest.mark.parametrize("test", TESTS)
def test_conditions_are_answered_from_the_facts(test: str) -> None:
    subject = Subject(environment="staging", workflow="ci", command=("npm", "ci"))
    tree = made_tree(
        {
            "which": f"{{kind: condition, if: {test}, then: act, else: no}}",
            "act": NODES["act"],
            "no": "{kind: escalate, reason: It does not hold.}",
        },
        start="which",
    )
    facts = Facts(attempts=1, retry_after=5.0)
    decision = draw_up(diagnosis(), subject, Policy(mirrors=(NPM,)), facts, (tree,))
    assert isinstance(decision, Plan) == TESTS[test]


def test_path_groups_and_reasons_to_ask_are_recorded() -> None:
    tree = made_tree(
        {
            "ask": "{kind: gate, asks: Really?, next: pause}",
            "pause": "{kind: wait, for: 30s, next: both}",
            "both": "{kind: parallel, next: act, steps: [{strategy: cache-purge}, {strategy: free-disk}]}",
            "act": NODES["act"],
        },
        start="ask",
    )
    plan = draw_up(diagnosis(), COMMAND, Policy(), Facts(random=0.5), (tree,))
    assert isinstance(plan, Plan)
    assert [(stop.node, stop.kind, stop.answer) for stop in plan.path] == [
        ("ask", "gate", "Really?"),
        ("pause", "wait", "30.0 s"),
        ("both", "parallel", "cache-purge + free-disk"),
        ("act", "action", "retry-command"),
    ]
    assert [[step.strategy for step in group] for group in plan.groups] == [
        ["cache-purge", "free-disk"],
        ["retry-command"],
    ]
    assert (plan.asks, plan.wait) == ("Really?", 30.0)


@pytest.mark.parametrize(
    ("attempts", "random", "wait"),
    [(0, 0.5, 1.0), (1, 0.5, 2.0), (2, 0.5, 4.0), (5, 0.5, 30.0), (10_000, 0.5, 30.0), (3, 0.0, 0.0)],
)
def test_backoff_doubles_up_to_its_bound(attempts: int, random: float, wait: float) -> None:
    plan = decide(diagnosis(), attempts=attempts, random=random)
    assert isinstance(plan, Plan)
    assert plan.wait == wait


@given(st.integers(0, 1000), st.floats(0, 1, exclude_max=True), st.floats(1, 3600))
def test_no_wait_is_longer_than_a_recovery(attempts: int, random: float, timeout: float) -> None:
    policy = Policy(backoff_most=10_000.0, recovery_timeout=timeout)
    plan = decide(diagnosis(), policy=policy, attempts=attempts, random=random)
    assert isinstance(plan, Plan)
    assert 0 <= plan.wait <= timeout


def test_retry_after_is_obeyed() -> None:
    plan = decide(diagnosis("rate-limit"), retry_after=120.0, random=0.3)
    assert isinstance(plan, Plan)
    assert plan.wait == 120.0


def test_retry_after_that_is_longer_than_a_recovery_goes_to_a_person() -> None:
    decision = decide(diagnosis("rate-limit"), retry_after=301.0)
    assert isinstance(decision, Escalation)
    assert "301 s of rest" in decision.reason
    assert decision.path[-1].node == "pause"


texts = st.text(max_size=5)
anything = st.builds(
    diagnosis,
    st.sampled_from(sorted(DEFECTS)),
    confidence=st.floats(0, 1),
    transient=st.booleans(),
    recovery=st.sampled_from([None, "rerun", "retry-command", "lockfile-repair"]),
    rule=st.none() | texts,
    signature=st.none() | texts,
)


@given(
    anything,
    st.builds(Subject, command=st.lists(texts, max_size=2).map(tuple), trusted=st.booleans()),
    st.builds(
        Policy,
        confidence_threshold=st.floats(0, 1),
        only=st.lists(st.sampled_from(sorted(CAUSES)), max_size=3).map(tuple),
    ),
    st.builds(Facts, attempts=st.integers(0, 5), random=st.floats(0, 1, exclude_max=True), run=st.booleans()),
)
def test_a_defect_never_has_a_plan(found: Diagnosis, subject: Subject, policy: Policy, facts: Facts) -> None:
    # Not even with a tree that was made past the loader, which refuses one for a defect.
    smuggled = made_tree()
    trees = (type(smuggled)(**{**_fields(smuggled), "causes": tuple(DEFECTS)}), *TREES)
    assert isinstance(draw_up(found, subject, policy, facts, trees), Refusal)


def _fields(tree: Any) -> dict[str, Any]:
    return {name: getattr(tree, name) for name in tree.__struct_fields__}


@given(st.sampled_from([n for n, c in CAUSES.items() if c.strategies]), st.integers(0, 9), st.booleans())
def test_the_same_values_give_the_same_plan(cause: str, attempts: int, command: bool) -> None:
    subject = COMMAND if command else DESK
    assert decide(diagnosis(cause), subject, attempts=attempts, random=0.4) == decide(
        diagnosis(cause), subject, attempts=attempts, random=0.4
    )


def test_a_tree_that_was_made_in_a_circle_ends() -> None:
    tree = made_tree()
    wait = tree.nodes["wait"]
    circle = type(tree)(**{**_fields(tree), "nodes": {"wait": type(wait)(seconds=1.0, next="wait")}})
    assert isinstance(draw_up(diagnosis(), COMMAND, Policy(), Facts(), (circle,)), Escalation)
