"""PDM, with a real index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from python_cases import CASES, NAMES, healed, seed
from python_index import Index
from python_mutilation import mutilated
from python_packages import BACKEND
from python_project import Dialect, Project, standard
from tools import want

from remediate.model.preview import Preview
from remediate.recovery.lockfiles.pdm import Pdm
from remediate.recovery.lockfiles.tool import Lock, Unreadable

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


LOCK = b"""\
[metadata]
groups = ["default"]
strategy = ["inherit_metadata", "static_urls"]
lock_version = "4.5.1"
content_hash = "sha256:cc"

[[package]]
name = "Alpha_One"
version = "1.0"
requires_python = ">=3.8"
dependencies = [
    "beta>=1",
    "gamma[x]; python_version < \\"3.9\\"",
]
files = [
    {url = "https://user:secret@files.example/alpha.whl", hash = "sha256:aa"},
    {url = "https://files.example/alpha.tar.gz", hash = "sha256:bb"},
]
"""
OLD = b"""\
[metadata]
lock_version = "4.1"

[[package]]
name = "alpha"
version = "1.0"

[metadata.files]
"alpha 1.0" = [{file = "alpha.whl", hash = "sha256:aa"}]
"""


def test_the_lock_is_read_with_hosts_hashes_and_needs() -> None:
    lock = Pdm().read(LOCK)
    assert isinstance(lock, Lock)
    (alpha,) = lock.packages
    assert (alpha.name, alpha.version, alpha.host) == ("alpha-one", "1.0", "files.example")
    assert alpha.hashes == ("sha256:aa", "sha256:bb")
    assert alpha.needs == ("beta", "gamma")


def test_the_lock_of_an_old_pdm_is_read() -> None:
    lock = Pdm().read(OLD)
    assert isinstance(lock, Lock)
    assert lock.packages[0].hashes == ("sha256:aa",)


@given(mutilated(LOCK) | mutilated(OLD))
def test_no_text_makes_the_reading_fail(text: bytes) -> None:
    assert isinstance(Pdm().read(text), Lock | Unreadable)


@pytest.mark.parametrize(
    "requirement",
    [
        "near @ file:///${PROJECT_ROOT}/near",
        "near @ git+https://code.example/near",
        "near @ https://files.example/near.tar.gz",
    ],
)
def test_what_has_an_address_is_asked_about(requirement: str, project: Project) -> None:
    project.lock("alpha")
    project.want("alpha", requirement)
    offer = project.preview()
    assert isinstance(offer, Preview)
    assert "PDM builds it" in offer.asks


def test_a_wheel_with_an_address_is_not_built(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        standard(["near @ https://files.example/near-1-py3-none-any.whl"])
    )
    assert Pdm().hooks_in(tmp_path) == ""


def test_dependencies_left_to_the_projects_own_build_are_asked_about(project: Project) -> None:
    project.lock("alpha")
    manifest = project.workspace / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace("dependencies =", 'dynamic = ["dependencies"]\nother ='))
    offer = project.preview()
    assert isinstance(offer, Preview)
    assert "leaves its dependencies to its build" in offer.asks


def test_neither_the_projects_scripts_nor_its_build_run(project: Project) -> None:
    """A version left to the build, and scripts around locking and installing: none is needed here."""
    project.lock("alpha")
    project.want("alpha", "gamma")
    manifest = project.workspace / "pyproject.toml"
    touch = f"touch {project.canary}"
    names = ("pre_lock", "post_lock", "pre_install", "post_install", "pre_sync", "post_sync")
    scripts = "[tool.pdm.scripts]\n" + "".join(f"{name} = '{touch}'\n" for name in names)
    backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    text = manifest.read_text().replace('version = "1"', 'dynamic = ["version"]')
    manifest.write_text(text.replace("distribution = false", "distribution = true") + scripts + backend)
    (project.workspace / "backend.py").write_text(BACKEND.format(canary=str(project.canary)))
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}
    assert not project.canary.exists()


def test_the_jobs_own_settings_lead_pdm_nowhere_else(project: Project) -> None:
    elsewhere = project.folder / "elsewhere"
    elsewhere.mkdir()
    project.lock("alpha")
    project.want("alpha", "gamma")
    project.job = {
        "PDM_PROJECT": str(elsewhere),
        "PDM_LOCKFILE": str(elsewhere / "pdm.lock"),
        "PDM_FROZEN_LOCKFILE": "1",
        "PDM_NO_BINARY": ":all:",
        "VIRTUAL_ENV": str(elsewhere / "active"),
    }
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}
    assert list(elsewhere.iterdir()) == []
