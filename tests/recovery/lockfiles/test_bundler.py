"""Bundler, with a real gem server."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gem_folder import GemFolder, gem_folder
from hypothesis import given
from python_mutilation import mutilated
from registry_cases import CASES, named, newer, seed
from registry_project import Dialect, Project, Wishes
from tools import want

from remediate.model.outcome import Done, Failed
from remediate.model.preview import Preview
from remediate.recovery.lockfiles.bundler import Bundler
from remediate.recovery.lockfiles.bundler_settings import kept_settings
from remediate.recovery.lockfiles.tool import Lock, Unreadable

SAMPLE = b"""\
GIT
  remote: https://user:word@git.example/delta
  revision: c0ffee
  branch: main
  specs:
    delta (0.1)

PATH
  remote: .
  specs:
    app (1.0)
      alpha

GEM
  remote: https://registry.example/
  specs:
    alpha (1.0.0)
    beta (1.0.0-x86_64-linux)
      alpha (~> 1.0)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  app!
  beta (< 2, >= 1.0)
  delta!

CHECKSUMS
  alpha (1.0.0) sha256=aa11
  beta (1.0.0-x86_64-linux) sha256=bb22

BUNDLED WITH
   2.6.1
"""


def write(wishes: Wishes, address: str) -> dict[str, str]:
    gems = "".join(f'gem "{name}", "~> {wish[:-2]}", ">= {wish}"\n' for name, wish in wishes.items())
    return {"Gemfile": f'source "{address}"\n\n{gems}'}


BUNDLER = Dialect(
    tool="bundler",
    programs=("bundle", "ruby", "git"),
    write=write,
    wish=lambda wish: f"~> {wish[:-2]}",
    asks=True,
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GemFolder]:
    with gem_folder(tmp_path_factory.mktemp("registry") / "gems") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, registry: GemFolder) -> Project:
    want(*BUNDLER.programs)
    registry.clear()
    made = Project(tmp_path, BUNDLER, registry)
    seed(made)
    return made


# Bundler writes hashes only where it is told to: below, the tests do.
HERE = tuple(case for case in CASES if not case.__name__.startswith("wrong_hash"))


@pytest.mark.parametrize("case", HERE, ids=named)
def test_bundler(case: Callable[[Project], None], project: Project) -> None:
    case(project)


def test_a_person_is_told_that_the_gemfile_is_a_program(project: Project) -> None:
    project.lock(alpha="1.0.0")
    offer = project.preview()
    assert isinstance(offer, Preview)
    assert "Ruby programs" in offer.asks


def test_settings_that_freeze_the_project_do_not_stop_its_mending(project: Project) -> None:
    project.lock(alpha="1.0.0", gamma="1.0.0")
    newer(project)
    (project.workspace / ".bundle").mkdir()
    text = '---\nBUNDLE_FROZEN: "true"\nBUNDLE_DEPLOYMENT: "true"\nBUNDLE_PATH: "elsewhere"\n'
    (project.workspace / ".bundle" / "config").write_text(text)
    project.want(alpha="1.0.0")
    assert isinstance(project.repair(), Done)
    assert project.versions() == {"alpha": "1.0.0"}
    assert not (project.workspace / "elsewhere").exists()


def test_the_canary_would_tell(project: Project) -> None:
    project.lock(beta="1.0.0")
    assert not project.canary.exists()
    command = ("bundle", "install")
    subprocess.run(
        command,
        cwd=project.workspace,
        env={**project.environment, "BUNDLE_PATH": str(project.folder / "installed")},
        capture_output=True,
        check=False,
    )
    assert project.canary.exists()


def hashed(project: Project, digest: str = "") -> bytes:
    """The lockfile of `alpha` with its hash, or with another one."""
    text = project.lock(alpha="1.0.0").decode()
    gem = (project.registry.folder / "gems" / "alpha-1.0.0.gem").read_bytes()
    line = f"  alpha (1.0.0) sha256={digest or hashlib.sha256(gem).hexdigest()}\n"
    text = text.replace("BUNDLED WITH", f"CHECKSUMS\n{line}\nBUNDLED WITH")
    project.lockfile.write_text(text)
    return text.encode()


def test_a_wrong_hash_goes_back_to_the_one_that_git_knows(project: Project) -> None:
    before = hashed(project)
    project.commit()
    hashed(project, "0" * 64)
    assert isinstance(project.repair(), Done)
    assert project.lockfile.read_bytes() == before


def test_hashes_do_not_vanish(project: Project) -> None:
    """A Bundler that knows no hashes would leave them out."""
    before = hashed(project)
    project.want(alpha="1.0.0", gamma="1.0.0")
    if isinstance(project.repair(), Done):
        assert b"sha256=" in project.lockfile.read_bytes()
    else:
        assert project.lockfile.read_bytes() == before


def test_a_wrong_hash_that_nobody_knows_is_refused(project: Project) -> None:
    if bundler_version() < (2, 6):
        pytest.skip("by nature: Bundler compares hashes from 2.6 on")
    wrong = hashed(project, "0" * 64)
    assert isinstance(project.repair(), Failed)
    assert project.lockfile.read_bytes() == wrong


def bundler_version() -> tuple[int, ...]:
    told = subprocess.run(["bundle", "--version"], capture_output=True, check=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", told)
    assert found
    return tuple(int(each) for each in found.groups())


def test_a_platform_that_is_not_locked_is_added(project: Project) -> None:
    text = project.lock(alpha="1.0.0", gamma="1.0.0")
    newer(project)
    project.lockfile.write_bytes(re.sub(rb"PLATFORMS\n  .*\n", b"PLATFORMS\n  arm64-darwin-21\n", text))
    assert isinstance(project.repair(), Done)
    assert project.versions() == {"alpha": "1.0.0", "gamma": "1.0.0"}
    assert b"arm64-darwin-21" in project.lockfile.read_bytes()
    assert isinstance(project.verify(), Done)


def test_plugins_that_the_gemfile_names_are_not_installed(project: Project) -> None:
    project.lock(alpha="1.0.0")
    project.publish("plug", "1.0.0", canary=True)
    gemfile = project.workspace / "Gemfile"
    gemfile.write_text(gemfile.read_text() + f'plugin "plug", source: "{project.address}"\n')
    project.repair()
    assert not project.canary.exists()


def test_mirrors_and_credentials_of_the_project_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".bundle").mkdir()
    kept = {"BUNDLE_MIRROR__ALL": "https://mirror.example", "BUNDLE_REGISTRY__EXAMPLE": "user:word"}
    other = {"BUNDLE_FROZEN": "true", "BUNDLE_BUILD__ALPHA": "--with-program=mine", "BUNDLE_BIN": "bin"}
    lines = "".join(f'{key}: "{value}"\n' for key, value in {**kept, **other}.items())
    (tmp_path / ".bundle" / "config").write_text(f"---\n{lines}")
    assert kept_settings(tmp_path) == kept
    assert Bundler().registries(tmp_path) == {"mirror.example"}


@pytest.mark.parametrize("text", ["", "- a\n", "BUNDLE_A__B: 3\n", ": [", "a: &a [*a]\n", "\x00"])
def test_settings_that_are_none_are_passed_over(text: str, tmp_path: Path) -> None:
    (tmp_path / ".bundle").mkdir()
    (tmp_path / ".bundle" / "config").write_text(text)
    assert kept_settings(tmp_path) == {}


def test_a_mirror_of_the_project_is_used(project: Project) -> None:
    """The Gemfile's own host answers nothing: only the mirror can have."""
    project.lock(alpha="1.0.0")
    dead = "http://registry.example"
    (project.workspace / ".bundle").mkdir()
    named = f'---\nBUNDLE_MIRROR__HTTP://REGISTRY__EXAMPLE/: "{project.address}"\n'
    (project.workspace / ".bundle" / "config").write_text(named)
    text = project.lockfile.read_text().replace(project.address, dead)
    project.lockfile.write_text(text)
    project.address = dead
    project.want(alpha="1.0.0", gamma="1.0.0")
    assert isinstance(result := project.repair(), Done), result
    assert project.versions() == {"alpha": "1.0.0", "gamma": "1.0.0"}


def test_what_is_read() -> None:
    lock = Bundler().read(SAMPLE)
    assert isinstance(lock, Lock)
    delta, alpha, beta = lock.packages
    assert (delta.host, delta.hashes) == ("git.example", ("git:c0ffee",))
    assert (alpha.host, alpha.hashes, alpha.needs) == ("registry.example", ("sha256:aa11",), ())
    assert (beta.version, beta.needs) == ("1.0.0-x86_64-linux", ("alpha",))
    assert lock.roots == {"app": "", "beta": "< 2, >= 1.0", "delta": ""}


def test_the_gemfile_words_what_the_lockfile_words(tmp_path: Path) -> None:
    text = "gem 'beta', '>= 1.0', '< 2', require: false\n  gem(\"alpha\", \"1.0\")\n# gem 'not'\ngem 'bare'\n"
    (tmp_path / "Gemfile").write_text(text)
    assert Bundler().wanted(tmp_path) == {"alpha": "= 1.0", "bare": "", "beta": "< 2, >= 1.0"}


@pytest.mark.parametrize("length", [30, 200, 300])
def test_a_cut_lockfile_cannot_be_read(length: int) -> None:
    assert isinstance(Bundler().read(SAMPLE[:length]), Unreadable)


@given(text=mutilated(SAMPLE))
def test_nothing_that_stands_there_makes_reading_fail(text: bytes) -> None:
    assert isinstance(Bundler().read(text), Lock | Unreadable)
