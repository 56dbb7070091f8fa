"""pip-tools, with a real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from python_cases import CASES, NAMES, seed
from python_project import Dialect, Project
from python_index import Index, python_index
from tools import want


def lines(requirements: Sequence[str], address: str) -> str:
    return "".join(f"{each}\n" for each in requirements)


def environment(address: str) -> dict[str, str]:
    return {"PIP_INDEX_URL": address, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


PLAIN = Dialect(
    tool="pip-tools",
    programs=("pip-compile", "pip"),
    manifest="requirements.in",
    write=lines,
    environment=environment,
    locking=(("pip-compile", "-q", "--strip-extras"),),
)
HASHED = msgspec.structs.replace(PLAIN, locking=(("pip-compile", "-q", "--strip-extras", "--generate-hashes"),))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with python_index(tmp_path_factory.mktemp("index") / "packages") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, index: Index) -> Project:
    want(*HASHED.programs)
    index.clear()
    made = Project(tmp_path, HASHED, index)
    seed(made)
    return made


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_pip_tools(case: Callable[[Project], None], project: Project) -> None:
    case(project)
