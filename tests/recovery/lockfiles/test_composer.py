"""Composer, with a real registry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from composer_folder import ComposerFolder, composer_folder
from hypothesis import given
from python_mutilation import mutilated
from registry_cases import CASES, named, newer, seed
from registry_project import Dialect, Project, Wishes
from tools import want

from remediate.model.outcome import Done, Failed
from remediate.recovery.lockfiles.composer import Composer
from remediate.recovery.lockfiles.composer_ranges import satisfies
from remediate.recovery.lockfiles.tool import Lock, Unreadable

SAMPLE = b"""\
{
    "content-hash": "aa",
    "packages": [
        {
            "name": "Made/Alpha", "version": "v1.0.0", "require": {"php": ">=7", "made/beta": "^1"},
            "source": {"type": "git", "url": "https://git.example/alpha", "reference": "c0ffee"},
            "dist": {"type": "zip", "url": "https://u:p@registry.example/a.zip",
                     "reference": "c0ffee", "shasum": "11"}
        }
    ],
    "packages-dev": [{"name": "made/beta", "version": "dev-main", "dist": {"type": "path", "url": "beta"}}]
}
"""


def write(wishes: Wishes, address: str) -> dict[str, str]:
    manifest = {
        "name": "made/app",
        "repositories": [{"packagist": False}, {"type": "composer", "url": address}],
        "config": {"secure-http": False},
        "require": {f"made/{name}": f"^{wish}" for name, wish in wishes.items()},
    }
    return {"composer.json": json.dumps(manifest, indent=4)}


COMPOSER = Dialect(
    tool="composer",
    programs=("composer", "php", "git"),
    write=write,
    name=lambda name: f"made/{name}",
    wish=lambda wish: f"^{wish}",
    environment=lambda _, folder: {"COMPOSER_HOME": str(folder / "composer")},
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposerFolder]:
    with composer_folder(tmp_path_factory.mktemp("registry") / "composer") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, registry: ComposerFolder) -> Project:
    want(*COMPOSER.programs)
    registry.clear()
    made = Project(tmp_path, COMPOSER, registry)
    seed(made)
    return made


@pytest.mark.parametrize("case", CASES, ids=named)
def test_composer(case: Callable[[Project], None], project: Project) -> None:
    case(project)


def test_scripts_of_the_project_do_not_run(project: Project) -> None:
    project.lock(alpha="1.0.0")
    newer(project)
    project.want(alpha="1.0.0", gamma="1.0.0")
    path = project.workspace / "composer.json"
    manifest = json.loads(path.read_text())
    touch = f"touch {project.canary}"
    manifest["scripts"] = {
        f"{when}-{verb}-cmd": touch for when in ("pre", "post") for verb in ("install", "update")
    }
    path.write_text(json.dumps(manifest))
    assert isinstance(project.repair(), Done)
    assert not project.canary.exists()
    project.run("composer", "install")
    assert project.canary.exists()


def test_a_manifest_with_another_hash_alone_gets_its_hash(project: Project) -> None:
    before = project.lock(alpha="1.0.0", gamma="1.0.0")
    newer(project)
    path = project.workspace / "composer.json"
    path.write_text(path.read_text().replace('"require"', '"minimum-stability": "stable", "require"'))
    assert isinstance(project.repair(), Done)
    assert project.versions() == {"alpha": "1.0.0", "gamma": "1.0.0"}
    assert project.lockfile.read_bytes() != before


def test_an_archive_on_another_host_is_refused(project: Project) -> None:
    before = project.lock(alpha="1.0.0")
    page = project.registry.folder / "packages.json"
    page.write_text(page.read_text().replace("127.0.0.1", "localhost"))
    project.want(alpha="1.0.0", gamma="1.0.0")
    result = project.repair()
    assert isinstance(result, Failed)
    assert "made/gamma comes from localhost" in result.reason
    assert project.lockfile.read_bytes() == before


def test_what_a_new_package_needs_may_move_only_where_composer_can_keep_the_rest(project: Project) -> None:
    """Before 2.8.6 nothing moves but what is named, and the repair is refused."""
    before = project.lock(alpha="1.0.0", gamma="1.0.0")
    newer(project)
    project.publish("epsilon", "1.0.0", {"alpha": "1.1.0"})
    project.want(alpha="1.0.0", gamma="1.0.0", epsilon="1.0.0")
    if isinstance(project.repair(), Done):
        assert project.versions() == {"alpha": "1.1.0", "epsilon": "1.0.0", "gamma": "1.0.0"}
    else:
        assert project.lockfile.read_bytes() == before


def test_a_stand_in_answers_a_requirement(project: Project) -> None:
    """A name that no package has, and one that provides it: nothing is to be changed."""
    project.lock(alpha="1.0.0")
    lock = json.loads(project.lockfile.read_text())
    lock["packages"][0]["provide"] = {"made/virtual": "1.0.0"}
    project.lockfile.write_text(json.dumps(lock))
    project.want(alpha="1.0.0", virtual="1.0.0")
    assert Composer().rounds(project.workspace, usable=True)[0].arguments[-1] == "--lock"


def test_what_is_read() -> None:
    lock = Composer().read(SAMPLE)
    assert isinstance(lock, Lock)
    alpha, beta = lock.packages
    assert (alpha.name, alpha.version, alpha.host) == ("made/alpha", "v1.0.0", "registry.example")
    assert (alpha.hashes, alpha.needs) == (("sha1:11", "reference:c0ffee"), ("made/beta",))
    assert (beta.version, beta.host, beta.hashes) == ("dev-main", "", ())


@pytest.mark.parametrize(
    ("version", "wording", "allowed"),
    [
        ("1.4.2", "^1.0", True),
        ("2.0.0", "^1.0", False),
        ("v1.4.2", "~1.2", True),
        ("2.0.0", "~1.2", False),
        ("1.3.0", "~1.2.3", False),
        ("1.2.9", "~1.2.3", True),
        ("1.0.0", "1.0", True),
        ("1.0.1", "1.0", False),
        ("1.0.1", "1.0.*", True),
        ("3.1.0", "^1.0 || ^3.0", True),
        ("2.1.0", "^1.0|^3.0", False),
        ("1.5.0", ">=1.2,<1.5", False),
        ("1.5.0", ">= 1.2 <2.0@dev", True),
        ("1.5.0", "^1.0 && ^2.0", False),
        ("1.5.0", "*", True),
        ("dev-main", "^1.0", None),
        ("1.0.0-beta1", "^1.0", None),
        ("1.5.0", "dev-main", None),
        ("1.5.0", "1.0 - 2.0", None),
    ],
)
def test_ranges(version: str, wording: str, allowed: bool | None) -> None:
    assert satisfies(version, wording) is allowed


@given(text=mutilated(SAMPLE))
def test_nothing_that_stands_there_makes_reading_fail(text: bytes) -> None:
    assert isinstance(Composer().read(text), Lock | Unreadable)
