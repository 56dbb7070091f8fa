"""Poetry, with a real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from python_cases import CASES, NAMES, seed
from python_project import Dialect, Project, standard
from python_index import Index, python_index
from tools import want


SOURCE = """
[tool.poetry]
package-mode = false

[[tool.poetry.source]]
name = "local"
url = "{address}"
priority = "primary"
"""
POETRY = Dialect(
    tool="poetry",
    programs=("poetry",),
    write=lambda requirements, address: standard(requirements, SOURCE.format(address=address)),
    by_manifest=True,
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with python_index(tmp_path_factory.mktemp("index") / "packages") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, index: Index) -> Project:
    want(*POETRY.programs)
    index.clear()
    made = Project(tmp_path, POETRY, index)
    seed(made)
    return made


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_poetry(case: Callable[[Project], None], project: Project) -> None:
    case(project)
