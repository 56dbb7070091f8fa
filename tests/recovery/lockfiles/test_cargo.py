"""Cargo, with a real registry."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cargo_registry import CargoRegistry, cargo_registry
from hypothesis import given
from python_mutilation import mutilated
from registry_cases import CASES, named, newer, seed
from registry_project import Dialect, Project, Wishes
from tools import want

from remediate.model.outcome import Done
from remediate.recovery.lockfiles.cargo import Cargo
from remediate.recovery.lockfiles.tool import Lock, Unreadable

SAMPLE = b"""\
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "alpha 1.0.0",
 "inner",
]

[[package]]
name = "alpha"
version = "1.0.0"
source = "sparse+https://registry.example/index/"
checksum = "aa11"
dependencies = ["beta"]

[[package]]
name = "beta"
version = "2.0.0"
source = "git+https://user:word@git.example/beta?branch=main#c0ffee"
"""
OLD_SAMPLE = b"""\
[[package]]
name = "alpha"
version = "1.0.0"
source = "registry+https://registry.example/index"

[metadata]
"checksum alpha 1.0.0 (registry+https://registry.example/index)" = "aa11"
"""


def write(wishes: Wishes, address: str) -> dict[str, str]:
    lines = [f'{name} = {{ version = "{wish}", registry = "local" }}\n' for name, wish in wishes.items()]
    head = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n'
    return {
        "Cargo.toml": head + "".join(lines),
        "src/lib.rs": "",
        ".cargo/config.toml": f'[registries.local]\nindex = "sparse+{address}/index/"\n',
    }


CARGO = Dialect(
    tool="cargo",
    programs=("cargo", "git"),
    write=write,
    environment=lambda _, folder: {"CARGO_HOME": str(folder / "cargo"), **toolchain()},
)


def toolchain() -> dict[str, str]:
    """Where Rustup keeps its toolchains: below the home folder, which the tests replace."""
    return {"RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CargoRegistry]:
    with cargo_registry(tmp_path_factory.mktemp("registry") / "cargo") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path, registry: CargoRegistry) -> Project:
    want(*CARGO.programs)
    registry.clear()
    made = Project(tmp_path, CARGO, registry)
    seed(made)
    return made


@pytest.mark.parametrize("case", CASES, ids=named)
def test_cargo(case: Callable[[Project], None], project: Project) -> None:
    case(project)


def test_the_canary_would_tell(project: Project) -> None:
    project.lock(beta="1.0.0")
    assert not project.canary.exists()
    project.run("cargo", "build", "--locked")
    assert project.canary.exists()


def test_a_workspace_is_locked_as_one(project: Project) -> None:
    project.lock(alpha="1.0.0")
    newer(project)
    files = write({"alpha": "1.0.0", "gamma": "1.0.0"}, project.address)
    member = project.workspace / "inner"
    (member / "src").mkdir(parents=True)
    (member / "src" / "main.rs").write_text("fn main() {}\n")
    (member / "Cargo.toml").write_text(files["Cargo.toml"].replace("app", "inner"))
    root = project.workspace / "Cargo.toml"
    root.write_text(root.read_text() + 'inner = { path = "inner" }\n[workspace]\nmembers = ["inner"]\n')
    assert isinstance(project.repair(), Done)
    assert project.versions() == {"alpha": "1.0.0", "gamma": "1.1.0"}


def test_a_compiler_that_the_project_names_is_not_started(project: Project) -> None:
    project.lock(alpha="1.0.0")
    program = project.workspace / "compiler"
    program.write_text(f'#!/bin/sh\ntouch {project.canary}\nexec rustc "$@"\n')
    program.chmod(0o755)
    settings = project.workspace / ".cargo" / "config.toml"
    named = f'[build]\nrustc = "{program}"\nrustc-wrapper = "{program}"\n'
    settings.write_text(settings.read_text() + named)
    assert isinstance(project.repair(), Done)
    assert not project.canary.exists()


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        (".cargo/config.toml", '[registry]\nglobal-credential-providers = ["./mine"]\n', "registry.global"),
        (
            ".cargo/config.toml",
            '[registries.x]\ncredential-provider = "cargo:token-from-stdout ./mine"\n',
            "x.cred",
        ),
        (".cargo/config.toml", '[credential-alias]\nmine = ["./mine"]\n', "credential-alias.mine"),
        ("rust-toolchain.toml", '[toolchain]\npath = "./mine"\n', "toolchain.path"),
        (".cargo/config.toml", '[registry]\nglobal-credential-providers = ["cargo:token"]\n', ""),
    ],
)
def test_programs_that_the_settings_name_are_told(file: str, text: str, named: str, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    told = Cargo().hooks_in(tmp_path)
    assert (named in told) if named else not told


def test_what_is_read() -> None:
    lock = Cargo().read(SAMPLE)
    assert isinstance(lock, Lock)
    alpha, beta = lock.packages
    assert (alpha.name, alpha.version, alpha.host) == ("alpha", "1.0.0", "registry.example")
    assert (alpha.hashes, alpha.needs) == (("sha256:aa11",), ("beta",))
    assert (beta.host, beta.hashes) == ("git.example", ("git:c0ffee",))


def test_checksums_of_the_old_form_are_read() -> None:
    lock = Cargo().read(OLD_SAMPLE)
    assert isinstance(lock, Lock)
    assert lock.packages[0].hashes == ("sha256:aa11",)


@pytest.mark.parametrize(
    ("version", "wording", "allowed"),
    [
        ("1.4.2", "1.0", True),
        ("2.0.0", "1.0", False),
        ("0.3.1", "0.3", True),
        ("0.4.0", "0.3", False),
        ("1.2.9", "~1.2", True),
        ("1.3.0", "~1.2", False),
        ("1.5.0", ">=1.2, <1.5", False),
        ("1.5.0", "1.*", True),
        ("1.5.0", "=1.5.0", True),
        ("1.5.0", "https://git.example/alpha", None),
    ],
)
def test_ranges(version: str, wording: str, allowed: bool | None) -> None:
    assert Cargo().satisfies(version, wording) is allowed


@given(text=mutilated(SAMPLE) | mutilated(OLD_SAMPLE))
def test_nothing_that_stands_there_makes_reading_fail(text: bytes) -> None:
    assert isinstance(Cargo().read(text), Lock | Unreadable)
