"""uv, with a real index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from python_cases import CASES, NAMES, healed, seed
from python_index import Index
from python_mutilation import mutilated
from python_project import Dialect, Project, standard
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


LOCK = b"""\
version = 1
revision = 3
requires-python = ">=3.8"

[[package]]
name = "Alpha_One"
version = "1.0"
source = { registry = "https://user:secret@registry.example:8080/simple" }
dependencies = [{ name = "beta", marker = "python_full_version < '3.9'" }]
sdist = { url = "https://files.example/alpha.tar.gz", hash = "sha256:aa", size = 10 }
wheels = [
    { url = "https://files.example/alpha.whl", hash = "sha256:bb" },
    { url = "https://files.example/alpha2.whl", hash = "sha256:cc" },
]

[package.optional-dependencies]
fast = [{ name = "gamma" }]

[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "alpha-one" }]

[package.metadata]
requires-dist = [{ name = "alpha-one", extras = ["fast"], specifier = ">=1,<2", marker = "extra == 'x'" }]

[package.metadata.requires-dev]
dev = [{ name = "delta" }]
"""


def test_the_lock_is_read_with_hosts_hashes_needs_and_roots() -> None:
    lock = Uv().read(LOCK)
    assert isinstance(lock, Lock)
    alpha, app = lock.packages
    assert (alpha.name, alpha.version, alpha.host) == ("alpha-one", "1.0", "registry.example:8080")
    assert alpha.hashes == ("sha256:bb", "sha256:cc", "sha256:aa")
    assert alpha.needs == ("beta", "gamma")
    assert (app.host, app.needs) == ("", ("alpha-one",))
    assert lock.roots == {"alpha-one": ">=1,<2", "delta": ""}


@given(mutilated(LOCK))
def test_no_text_makes_the_reading_fail(text: bytes) -> None:
    assert isinstance(Uv().read(text), Lock | Unreadable)


@pytest.mark.parametrize(
    "text", [b"", b"version = 1\npackage = 3", b'version = 1\n[[package]]\nname = "a"\n']
)
def test_what_uv_would_not_take_is_unreadable(text: bytes) -> None:
    assert isinstance(Uv().read(text), Unreadable)


def test_members_and_folders_required_by_path_are_inputs(tmp_path: Path) -> None:
    rest = '[tool.uv.workspace]\nmembers = ["packages/*", "../outside"]\nexclude = ["packages/old"]\n'
    rest += '[tool.uv.sources]\nnear = { path = "near" }\nfar = { path = "../far" }\n'
    (tmp_path / "pyproject.toml").write_text(standard(["near", "far"], rest))
    for place in ("packages/one", "packages/old", "near"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "pyproject.toml").write_text(standard([f"of-{place[-3:]}>=1"]))
    named = ("pyproject.toml", "packages/one/pyproject.toml", "near/pyproject.toml")
    assert Uv().inputs(tmp_path) == (*named, "uv.toml", ".python-version")
    assert Uv().wanted(tmp_path) == {"near": "", "far": "", "of-one": ">=1", "of-ear": ">=1"}


@pytest.mark.parametrize("left", ["dependencies", "version"])
def test_what_is_left_to_the_projects_own_build_is_asked_about(left: str, project: Project) -> None:
    """uv runs that build although builds are forbidden: its code is copied, for a person may approve."""
    project.lock("alpha")
    manifest = project.workspace / "pyproject.toml"
    text = "\n".join(line for line in manifest.read_text().splitlines() if not line.startswith(left))
    manifest.write_text(f'{text}\ndynamic = ["{left}"]\n')
    (project.workspace / "backend.py").write_text("")
    offer = project.preview()
    assert isinstance(offer, Preview)
    assert "pyproject.toml leaves its version or dependencies to its build" in offer.asks
    assert offer.risk == "high"
    assert Uv().inputs(project.workspace) == ("backend.py", "pyproject.toml", "uv.lock")


def test_a_workspace_whose_root_is_no_project_is_mended(project: Project) -> None:
    member = project.workspace / "packages" / "app"
    member.mkdir(parents=True)
    (project.workspace / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["packages/*"]\n')
    (member / "pyproject.toml").write_text(standard(["alpha"]))
    project.run("uv", "lock")
    (member / "pyproject.toml").write_text(standard(["alpha", "gamma"]))
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}


def test_the_jobs_own_settings_lead_uv_nowhere_else(project: Project) -> None:
    """Another project, the environment in use, and orders not to write: all in the environment of the job."""
    project.lock("alpha")
    project.want("alpha", "gamma")
    elsewhere = project.folder / "elsewhere"
    elsewhere.mkdir()
    project.job = {
        "UV_PROJECT": str(elsewhere),
        "UV_WORKING_DIR": str(elsewhere),
        "UV_PROJECT_ENVIRONMENT": str(elsewhere / "environment"),
        "UV_FROZEN": "1",
        "UV_LOCKED": "1",
        "VIRTUAL_ENV": str(elsewhere / "active"),
    }
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}
    assert list(elsewhere.iterdir()) == []
