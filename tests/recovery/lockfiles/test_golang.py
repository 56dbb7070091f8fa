"""Go modules, with a module proxy in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from go_proxy import GoProxy
from hypothesis import given
from python_mutilation import mutilated
from registry_cases import CASES, named, newer, refused, removed_dependency, seed
from registry_project import Dialect, Project, Wishes
from tools import want

from remediate.model.outcome import Done
from remediate.recovery.lockfiles.golang import Go
from remediate.recovery.lockfiles.tool import Lock, Unreadable

SAMPLE = b"""\
registry.example/alpha v1.0.0 h1:pShsFCr45lV13t5xlC6tRw2HJKqp6BPYP01LnVU+S38=
registry.example/alpha v1.0.0/go.mod h1:fmZhzTSXnBi3w3HDc/2oI3D8f4xkrcMBjhS3r9NPt44=
registry.example/beta v1.1.0-pre/go.mod h1:T8AuvuQkXgLC++nHVT1hXQddElpu7v4LziUU843crTI=
"""


def write(wishes: Wishes, _: str) -> dict[str, str]:
    required = "".join(f"\tmade.example/{name} v{wish}\n" for name, wish in wishes.items())
    imports = "".join(f'import _ "made.example/{name}"\n' for name in wishes)
    return {
        "go.mod": f"module made.example/app\n\ngo 1.16\n\nrequire (\n{required})\n",
        "main.go": f"package main\n\n{imports}\nfunc main() {{}}\n",
    }


GO = Dialect(
    tool="go",
    programs=("go", "git"),
    write=write,
    name=lambda name: f"made.example/{name}",
    version=lambda version: f"v{version}",
    wish=lambda wish: f"v{wish}",
    environment=lambda address, folder: {
        "GOPROXY": address,
        "GOSUMDB": "off",
        "GOPATH": str(folder / "go"),
        "GOFLAGS": "-mod=mod -modcacherw",
        "GOCACHE": os.environ.get("GOCACHE", str(Path.home() / ".cache" / "go-build")),
    },
    prunes=False,
)
# go.sum names no registry: where modules come from is not its matter.
HERE = tuple(case for case in CASES if case.__name__ != "moved_registry")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    want(*GO.programs)
    proxy = GoProxy(folder=tmp_path / "proxy")
    proxy.clear()
    made = Project(tmp_path, GO, proxy)
    seed(made)
    return made


@pytest.mark.parametrize("case", HERE, ids=named)
def test_go(case: Callable[[Project], None], project: Project) -> None:
    case(project)


def test_lines_that_are_needed_no_more_stay(project: Project) -> None:
    removed_dependency(project)
    assert b"delta" in project.lockfile.read_bytes()


def test_the_manifest_is_never_written(project: Project) -> None:
    """A requirement that is imported and not in go.mod is for its author to add."""
    before = project.lock(alpha="1.0.0")
    newer(project)
    files = write({"alpha": "1.0.0", "gamma": "1.0.0"}, project.address)
    (project.workspace / "main.go").write_text(files["main.go"])
    manifest = (project.workspace / "go.mod").read_bytes()
    refused(project, before)
    assert (project.workspace / "go.mod").read_bytes() == manifest


def test_indirect_lines_that_are_missing_are_for_the_author(project: Project) -> None:
    """From Go 1.17 on, go.mod lists all that is needed: without it Go refuses, and so do we."""
    before = project.lock(alpha="1.0.0")
    project.publish("epsilon", "1.0.0", {"delta": "1.0.0"})
    project.want(alpha="1.0.0", epsilon="1.0.0")
    manifest = project.workspace / "go.mod"
    manifest.write_text(manifest.read_text().replace("go 1.16", "go 1.18"))
    refused(project, before)


def test_embedded_files_are_given_to_the_tool(project: Project) -> None:
    project.lock(alpha="1.0.0")
    project.want(alpha="1.0.0", gamma="1.0.0")
    (project.workspace / "pages").mkdir()
    (project.workspace / "pages" / "index.html").write_text("made")
    source = 'package main\n\nimport _ "embed"\n\n//go:embed pages/*.html\nvar page string\n'
    (project.workspace / "page.go").write_text(source)
    assert isinstance(project.repair(), Done)


def test_what_is_read() -> None:
    lock = Go().read(SAMPLE)
    assert isinstance(lock, Lock)
    assert [(each.name.rpartition("/")[2], each.version) for each in lock.packages] == [
        ("alpha", "v1.0.0"),
        ("alpha", "v1.0.0/go.mod"),
        ("beta", "v1.1.0-pre/go.mod"),
    ]
    assert lock.packages[0].hashes == ("h1:pShsFCr45lV13t5xlC6tRw2HJKqp6BPYP01LnVU+S38=",)


@pytest.mark.parametrize("length", [10, 60, 76, len(SAMPLE) - 5])
def test_a_cut_line_cannot_be_read(length: int) -> None:
    assert isinstance(Go().read(SAMPLE[:length]), Unreadable)


def test_what_is_wanted(tmp_path: Path) -> None:
    lines = "module made.example/app\n\ngo 1.18\n\nrequire made.example/a v1.0.0\n\nrequire (\n"
    lines += "\tmade.example/b v1.2.0 // indirect\n)\n\nreplace made.example/c v1.0.0 => ../c\n"
    (tmp_path / "go.mod").write_text(lines)
    assert Go().wanted(tmp_path) == {"made.example/a": "v1.0.0", "made.example/b": "v1.2.0"}


@given(text=mutilated(SAMPLE))
def test_nothing_that_stands_there_makes_reading_fail(text: bytes) -> None:
    assert isinstance(Go().read(text), Lock | Unreadable)
