"""Each name leads to its strategy, here and on a platform; one of the other place does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from remediate.errors import ConfigProblem
from remediate.model.cause import CAUSES
from remediate.model.outcome import Done, Failed
from remediate.model.plan import Step
from remediate.model.preview import Unfit
from remediate.recovery.strategies.registry import STRATEGIES
from remediate.recovery.strategies.remote_registry import (
    KNOWN_STRATEGIES,
    REMOTE_STRATEGIES,
    SNAPSHOT_FIRST,
    local_strategy_named,
    remote_strategy_named,
)

DOCS = Path(__file__).parents[2] / "docs" / "strategies"
NOWHERE = cast("Any", None)


@pytest.mark.parametrize("name", REMOTE_STRATEGIES)
def test_each_is_a_strategy_with_a_page(name: str) -> None:
    found = remote_strategy_named(name)
    assert found.name == name
    for verb in ("preview", "apply", "look", "undo"):
        assert callable(getattr(found, verb))
    assert (DOCS / f"{name}.md").is_file()


def test_all_that_rules_recommend_is_known_somewhere() -> None:
    recommended = {name for cause in CAUSES.values() for name in cause.strategies}
    assert recommended <= set(KNOWN_STRATEGIES)
    assert set(REMOTE_STRATEGIES) >= SNAPSHOT_FIRST
    assert len(set(KNOWN_STRATEGIES)) == len(KNOWN_STRATEGIES)


@pytest.mark.parametrize("name", ["free-disk", "retry-command", "nonsense"])
def test_what_does_nothing_on_a_platform_is_refused_there(name: str) -> None:
    with pytest.raises(ConfigProblem, match="does nothing on a platform"):
        remote_strategy_named(name)


@pytest.mark.parametrize("name", sorted(set(REMOTE_STRATEGIES) - set(STRATEGIES)))
def test_what_needs_a_platform_does_not_fit_here(name: str) -> None:
    step, here = Step(strategy=name), local_strategy_named(name)
    offer = here.preview(step, NOWHERE)
    assert isinstance(offer, Unfit)
    assert offer.strategy == name
    assert "the fact `run`" in offer.reason
    assert isinstance(here.apply(step, NOWHERE), Failed)
    assert isinstance(here.verify(step, NOWHERE), Failed)
    assert isinstance(here.undo(step, NOWHERE), Done)


@pytest.mark.parametrize("name", STRATEGIES)
def test_here_the_local_one_is_meant(name: str) -> None:
    assert local_strategy_named(name).name == name
    assert type(local_strategy_named(name)).__name__ == STRATEGIES[name][1]
