"""npm, with a real registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from node_cases import NODE_CASES
from node_project import make_project, npmrc
from npm_registry import NpmRegistry, npm_registry
from registry_cases import CASES, named, seed
from registry_project import Project


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NpmRegistry]:
    with npm_registry(tmp_path_factory.mktemp("registry") / "npm") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, registry: NpmRegistry) -> Project:
    made = make_project(tmp_path, registry, "npm", npmrc, "npm")
    seed(made)
    return made


@pytest.mark.parametrize("case", [*CASES, *NODE_CASES], ids=named)
def test_npm(case: Callable[[Project], None], project: Project) -> None:
    case(project)
