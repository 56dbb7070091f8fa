"""Every scenario, played: what can be healed is healed, and what cannot is not touched."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenarios.judging import judge
from scenarios.playing import play, why_not
from scenarios.registries import Registries
from scenarios.scenario import Scenario, ScenarioError, load, load_all

SCENARIOS = load_all()


@pytest.fixture(scope="session")
def registries() -> Iterator[Registries]:
    shared = Registries()
    yield shared
    shared.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.id)
def test_scenario(scenario: Scenario, tmp_path: Path, registries: Registries) -> None:
    missing = why_not(scenario)
    if missing:
        pytest.skip(missing)
    began = time.monotonic()
    facts = play(scenario, tmp_path / "stage", registries)
    verdict = judge(scenario, facts, time.monotonic() - began)
    assert not verdict.complaints, f"{verdict.complaints}\n{facts.output}"


def test_there_are_enough_of_both_kinds_over_enough_tools() -> None:
    kinds = Counter(one.kind for one in SCENARIOS)
    assert kinds["heal"] >= 60
    assert kinds["leave"] >= 60
    assert len({one.tool for one in SCENARIOS}) >= 8


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("kind: heal\nabout: a\nrun: x\n", "needs `expect: {cause"),
        ("kind: leave\nabout: a\nrun: x\nexpect: {changed: [a]}\n", "changes no file"),
        ("kind: leave\nabout: a\nrun: x\ncolour: red\n", "unknown field `colour`"),
        ("kind: maybe\nabout: a\nrun: x\n", "maybe"),
    ],
)
def test_a_scenario_that_does_not_say_what_it_must_is_refused(
    text: str, complaint: str, tmp_path: Path
) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "tool.yaml").write_text("{}\n")
    (folder / "one.yaml").write_text(text)
    with pytest.raises(ScenarioError, match=complaint):
        load(folder / "one.yaml")
