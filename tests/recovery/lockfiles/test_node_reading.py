"""Lockfiles of npm, pnpm and both Yarns, whole and broken, and code that a project brings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from python_mutilation import mutilated

from remediate.recovery.lockfiles.abilities import FolderHooks
from remediate.recovery.lockfiles.registry import TOOLS
from remediate.recovery.lockfiles.tool import Lock, Unreadable

NPM = b"""{"lockfileVersion": 3, "packages": {
 "": {"dependencies": {"a": "^1.0.0"}},
 "node_modules/a": {"version": "1.0.0", "resolved": "https://u:p@registry.example/a.tgz",
   "integrity": "sha512-AA==", "dependencies": {"b": "1"}},
 "node_modules/a/node_modules/b": {"version": "1.0.0", "resolved": "git+ssh://git@git.example/b.git#c0ffee"}}}
"""
PNPM = b"""lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(b@1.0.0)
packages:
  a@1.0.0:
    resolution: {integrity: sha512-AA==, tarball: https://registry.example/a.tgz}
  b@1.0.0:
    resolution: {integrity: sha512-BB==}
snapshots:
  a@1.0.0(b@1.0.0):
    dependencies:
      b: 1.0.0
  b@1.0.0: {}
"""
YARN = b"""# yarn lockfile v1


a@^1.0.0, "a@npm:a@1":
  version "1.0.0"
  resolved "https://registry.example/a.tgz#d1"
  integrity sha512-AA==
  dependencies:
    b "1"

b@1:
  version "1.0.0"
  resolved "https://registry.example/b.tgz#d2"
"""
BERRY = b"""__metadata:
  version: 8

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0::__archiveUrl=https%3A%2F%2Fregistry.example%2Fa.tgz"
  dependencies:
    b: "npm:1"
  checksum: 10c0/aa
  languageName: node
  linkType: hard

"b@npm:1":
  version: 1.0.0
  resolution: "b@npm:1.0.0"
  checksum: 10c0/bb
  languageName: node
  linkType: hard

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
  dependencies:
    a: "npm:^1.0.0"
  languageName: unknown
  linkType: soft
"""
SAMPLES = {"npm": NPM, "pnpm": PNPM, "yarn": YARN, "yarn-berry": BERRY}


@pytest.mark.parametrize("tool", SAMPLES)
def test_what_is_read(tool: str) -> None:
    lock = TOOLS[tool].read(SAMPLES[tool])
    assert isinstance(lock, Lock)
    a, b = lock.packages
    assert (a.name, a.version, a.host, a.needs) == ("a", "1.0.0", "registry.example", ("b",))
    assert (b.name, b.version) == ("b", "1.0.0")
    assert lock.roots == {"a": "^1.0.0"} or "a@^1.0.0" in lock.descriptors
    assert a.hashes
    assert b.hashes


@pytest.mark.parametrize("tool", SAMPLES)
def test_another_tools_file_is_not_read(tool: str) -> None:
    for other, text in SAMPLES.items():
        if other != tool:
            assert isinstance(TOOLS[tool].read(text), Unreadable)


@pytest.mark.parametrize("tool", SAMPLES)
def test_nothing_that_stands_there_makes_reading_fail(tool: str) -> None:
    @given(text=mutilated(SAMPLES[tool]))
    def read(text: bytes) -> None:
        assert isinstance(TOOLS[tool].read(text), Lock | Unreadable)

    read()


@pytest.mark.parametrize(
    ("tool", "file", "text"),
    [
        ("pnpm", ".pnpmfile.cjs", "module.exports = {}"),
        ("pnpm", ".npmrc", "pnpmfile=hooks.cjs"),
        ("pnpm", "pnpm-workspace.yaml", "configDependencies:\n  hooks: 1.0.0+sha512-AA==\n"),
        ("yarn-berry", ".yarnrc.yml", "yarnPath: .yarn/releases/yarn-4.0.0.cjs\n"),
        ("yarn-berry", ".yarnrc.yml", "plugins:\n  - .yarn/plugins/own.cjs\n"),
        ("yarn-berry", ".yarnrc.yml", '{"plug\\u0069ns": [".yarn/plugins/own.cjs"]}'),
        ("yarn-berry", ".yarnrc.yml", "a: &a\n  plugins: [x]\n<<: *a\n"),
        ("npm", "package.json", '{"dependencies": {"a": "github:made/a"}}'),
        ("yarn-berry", "package.json", '{"dependencies": {"a": "exec:./make.js"}}'),
    ],
)
def test_code_of_the_project_is_asked_for(tool: str, file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    found = TOOLS[tool]
    assert isinstance(found, FolderHooks)
    assert found.hooks_in(tmp_path) == ""
    (tmp_path / file).write_text(text)
    assert found.hooks_in(tmp_path)
