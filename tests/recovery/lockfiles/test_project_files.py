"""Files that a tool is given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remediate.recovery.lockfiles.cargo import Cargo
from remediate.recovery.lockfiles.composer import Composer
from remediate.recovery.lockfiles.golang import Go
from remediate.recovery.lockfiles.project_files import files_below, is_inside


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_hidden_and_filled_folders_and_links_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, **{"a.go": "", "in/b.go": "", ".git/c.go": "", "vendor/d.go": "", "in/other": ""})
    (tmp_path / "link.go").symlink_to("/etc/hostname")
    (tmp_path / "far").symlink_to(tmp_path / "in")
    assert files_below(tmp_path, lambda name: name.endswith(".go")) == ("a.go", "in/b.go")


@pytest.mark.parametrize("path", ["", "/etc", "../x", "a/../../x"])
def test_paths_that_lead_outside(path: str) -> None:
    assert not is_inside(path)


def test_cargo_is_given_targets_and_the_registries_of_the_project(tmp_path: Path) -> None:
    manifest = (
        '[package]\nname = "a"\nbuild = "make.rs"\n[[bin]]\npath = "odd.rs"\n[lib]\npath = "/etc/x.rs"\n'
    )
    put(tmp_path, **{"Cargo.toml": manifest, "src/main.rs": "", "src/other.rs": "", "tests/t.rs": ""})
    put(
        tmp_path,
        **{".cargo/config.toml": '[source.x]\ndirectory = "crates"\n[source.y]\ndirectory = "/etc"\n'},
    )
    found = Cargo().inputs(tmp_path)
    assert {"Cargo.toml", "src/main.rs", "tests/t.rs", "make.rs", "odd.rs", "crates"} <= set(found)
    assert not {"src/other.rs", "/etc", "/etc/x.rs"} & set(found)
    assert Cargo().registries(tmp_path) == {"crates", "/etc"}


def test_go_is_given_what_sources_embed(tmp_path: Path) -> None:
    put(tmp_path, **{"go.mod": "", "a.go": '//go:embed web "my file" ../up all:x/*.txt\nvar x string\n'})
    put(tmp_path, **{"web/i.html": "", "my file": "", "x/a.txt": ""})
    found = Go().inputs(tmp_path)
    assert set(found) == {"go.mod", "a.go", "web", "my file", "x/a.txt"}


def test_composer_is_given_packages_that_lie_in_the_project(tmp_path: Path) -> None:
    found = [("path", "./in/*"), ("artifact", "zips"), ("path", "../o")]
    places = json.dumps([{"type": kind, "url": url} for kind, url in found])
    put(
        tmp_path,
        **{"composer.json": f'{{"repositories": {places}}}', "in/a/composer.json": "{}", "zips/a.zip": ""},
    )
    assert set(Composer().inputs(tmp_path)) == {"composer.json", "auth.json", "in/a/composer.json", "zips"}
