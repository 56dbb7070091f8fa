"""Where the tests of lockfiles find the registries and what all recoveries share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
for place in (TESTS / "machine", TESTS / "recovery"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from npm_registry import NpmRegistry, npm_registry  # noqa: E402 - it stands in one of these
from python_index import Index, python_index  # noqa: E402


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A Python index on this machine, empty."""
    with python_index(tmp_path_factory.mktemp("index") / "packages") as served:
        yield served


@pytest.fixture(scope="module")
def npm_packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NpmRegistry]:
    """An npm registry on this machine, empty."""
    with npm_registry(tmp_path_factory.mktemp("registry") / "npm") as served:
        yield served
