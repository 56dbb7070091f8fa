"""PDM, with a real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from python_cases import CASES, NAMES, seed
from python_project import Dialect, Project, standard
from python_index import Index, python_index
from tools import want


SOURCE = """
[tool.pdm]
distribution = false

[[tool.pdm.source]]
name = "pypi"
url = "{address}"
"""
PDM = Dialect(
    tool="pdm",
    programs=("pdm",),
    write=lambda requirements, address: standard(requirements, SOURCE.format(address=address)),
    by_manifest=True,
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with python_index(tmp_path_factory.mktemp("index") / "packages") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, index: Index) -> Project:
    want(*PDM.programs)
    index.clear()
    made = Project(tmp_path, PDM, index)
    seed(made)
    return made


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_pdm(case: Callable[[Project], None], project: Project) -> None:
    case(project)
