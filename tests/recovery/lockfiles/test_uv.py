"""uv, with a real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_cases import CASES, NAMES, seed
from python_project import Dialect, Project, standard
from python_index import Index, python_index
from tools import want

from remediate.model.preview import Preview
from remediate.recovery.lockfiles.tool import Lock, Unreadable
from remediate.recovery.lockfiles.uv import Uv

UV = Dialect(
    tool="uv",
    programs=("uv",),
    write=lambda requirements, _: standard(requirements),
    environment=lambda address: {"UV_DEFAULT_INDEX": address},
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with python_index(tmp_path_factory.mktemp("index") / "packages") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, index: Index) -> Project:
    want(*UV.programs)
    index.clear()
    made = Project(tmp_path, UV, index)
    seed(made)
    return made


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_uv(case: Callable[[Project], None], project: Project) -> None:
    case(project)
