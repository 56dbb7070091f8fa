"""Yarn 2 and later, with a real registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from node_cases import NODE_CASES
from node_project import make_project, yarnrc
from npm_registry import NpmRegistry
from registry_cases import CASES, named, seed
from registry_project import Project


@pytest.fixture
def project(tmp_path: Path, npm_packages: NpmRegistry) -> Project:
    made = make_project(tmp_path, npm_packages, "yarn-berry", yarnrc, "yarn-berry")
    seed(made)
    return made


@pytest.mark.parametrize("case", [*CASES, *NODE_CASES], ids=named)
def test_yarn_berry(case: Callable[[Project], None], project: Project) -> None:
    case(project)
