"""Whatever a repair's document, a branch's name or a repository holds: nothing of it acts."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from box.git_host import GitHost
from box.git_run import git
from lockfile_pull_made import (
    TOKEN,
    canaries,
    npm_lock,
    npm_manifest,
    out_of_step,
    repaired,
    served_host,  # noqa: F401 - a fixture
)

from remediate.model.outcome import Done, Failed
from remediate.model.preview import Preview, Unfit
from remediate.recovery.repair_checkout import check_out
from remediate.recovery.repair_order import Mended, place_of
from remediate.recovery.strategies.lockfile_pull import LockfilePull
from remediate.system.git import SystemGit

GOOD = npm_lock(alpha="1.0.0", gamma="1.0.0")


def without_hash() -> bytes:
    lock = json.loads(GOOD)
    del lock["packages"]["node_modules/gamma"]["integrity"]
    return (json.dumps(lock, indent=2) + "\n").encode()


def many(count: int) -> bytes:
    return npm_lock(alpha="1.0.0", gamma="1.0.0", **{f"p{n}": "1.0.0" for n in range(count)}).encode()


HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "another-path": ({"path": "package.json"}, "the lockfile is package-lock.json"),
    "a-path-that-climbs": ({"path": "../package-lock.json"}, "is no path of this repository"),
    "a-path-through-itself": ({"path": "./package-lock.json"}, "is no path of this repository"),
    "an-absolute-path": ({"path": "/etc/passwd"}, "is no path of this repository"),
    "a-workflow": ({"path": ".github/workflows/ci.yml"}, "the lockfile is"),
    "git's-own-folder": ({"path": ".git/hooks/post-checkout"}, "the lockfile is"),
    "a-path-with-a-line-end": ({"path": "package-lock.json\n"}, "is no path of this repository"),
    "a-link": ({"mode": "120000"}, "of mode 120000"),
    "a-program": ({"mode": "100755"}, "of mode 100755"),
    "a-submodule": ({"mode": "160000"}, "of mode 160000"),
    "no-text": ({"content": b"\xff\xfe\x00"}, "is no text"),
    "no-lockfile": ({"content": b"{}"}, "not proved"),
    "a-huge-file": ({"content": b"x" * (17 << 20)}, "larger than 16 MiB"),
    "a-large-diff": ({"content": many(60)}, "a person has to look"),
    "a-foreign-registry": (
        {"content": GOOD.replace("example/gamma", "evil.example/gamma").encode()},
        "registry.evil.example",
    ),
    "a-foreign-registry-for-what-was-there": (
        {"content": GOOD.replace("registry.example/alpha", "evil.example/alpha").encode()},
        "evil.example",
    ),
    "another-hash-for-what-was-there": (
        {
            "content": GOOD.replace(
                json.loads(GOOD)["packages"]["node_modules/alpha"]["integrity"], "sha512-AAAA"
            ).encode()
        },
        "vouches for",
    ),
    "a-package-without-a-hash": ({"content": without_hash()}, "has no hash"),
    "a-package-nobody-asked-for": (
        {"content": npm_lock(alpha="1.0.0", gamma="1.0.0", evil="1.0.0").encode()},
        "nothing in the manifest asks for it",
    ),
    "a-newer-version-of-what-was-there": (
        {"content": npm_lock(alpha="1.9.9", gamma="1.0.0").encode()},
        "nothing in the manifest asks for it",
    ),
    "another-start": ({"before": "0" * 64}, "began with another lockfile"),
    "nothing-changed": ({"content": npm_lock(alpha="1.0.0").encode()}, "not the one that was proved"),
    "another-commit": ({"commit": "f" * 40}, "for another case, commit or plan"),
    "another-plan": ({"plan": "f" * 16}, "for another case, commit or plan"),
    "no-files": ({"files": ()}, "changes 0 files"),
    "it-failed": (
        {"ended": "failed", "reason": "\x1b[2Jno\n::add-mask::x"},
        "nothing repaired it: \\x1b[2Jno",
    ),
    "unchanged": ({"ended": "unchanged", "files": ()}, "nothing to repair"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_document_is_not_believed(name: str, tmp_path: Path, host: GitHost) -> None:
    changes, words = HOSTILE[name]
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case, **dict(changes))
    result = world.publish(case)
    assert isinstance(result, Failed), result
    assert words in result.reason
    assert "\x1b" not in result.reason
    assert "\n" not in result.reason
    assert world.untouched()
    assert world.kept == {}


def test_the_honest_one_is_taken(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case)
    assert isinstance(world.publish(case), Done)
    branch = f"remediate/lockfile-{case.run.commit[:12]}"
    assert world.changed(branch) == {"package-lock.json": "100644"}
    assert world.text(branch, "package-lock.json") == GOOD.strip()


def test_two_files_are_one_too_many(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    good = repaired(case).files[0]
    more = Mended(path=".github/workflows/x.yml", mode="100644", before="", after="", content=b"on: push")
    world.write(case, files=(good, more))
    result = world.publish(case)
    assert isinstance(result, Failed)
    assert "changes 2 files" in result.reason
    assert world.untouched()


def linked(place: Path) -> None:
    (place / "repair.json").rename(place.parent / "elsewhere.json")
    (place / "repair.json").symlink_to(place.parent / "elsewhere.json")


def piped(place: Path) -> None:
    (place / "repair.json").unlink()
    os.mkfifo(place / "repair.json")


def garbled(place: Path) -> None:
    (place / "repair.json").write_bytes(b"\xff{")


def extended(place: Path) -> None:
    document = json.loads((place / "repair.json").read_bytes())
    (place / "repair.json").write_text(json.dumps({**document, "branch": "main"}))


def grown(place: Path) -> None:
    with (place / "repair.json").open("ab") as file:
        file.truncate(33 << 20)


def gone(place: Path) -> None:
    (place / "repair.json").unlink()


@pytest.mark.parametrize(
    "change", [linked, piped, garbled, extended, grown, gone], ids=lambda one: one.__name__
)
def test_a_document_that_is_none(change: Callable[[Path], None], tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case)
    change(place_of(world.repairs, case.key))
    result = world.publish(case)
    assert isinstance(result, Failed)
    assert "nothing repaired it" in result.reason
    assert world.untouched()


NAMES = (
    "x$(touch${IFS}canary)",
    "`touch${IFS}canary`",
    "--upload-pack=touch${IFS}canary",
    "a;touch${IFS}canary;@ada",
)


@pytest.mark.parametrize("branch", NAMES)
def test_a_branch_s_name_does_nothing(
    branch: str,
    tmp_path: Path,
    host: GitHost,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    world = out_of_step(tmp_path, host)
    world.github.branches[branch] = world.github.branches["main"]
    case = world.failed(branch=branch, name="ci $(touch canary) @ada", url="javascript:alert(1)")
    assert world.prepare(case) == {}
    world.write(case)
    assert isinstance(world.publish(case), Done)
    (pull,) = world.github.pull_requests
    assert pull.base == branch
    assert "@ada" not in pull.body
    assert "@ada" not in pull.title
    assert "javascript" not in pull.body
    assert canaries(tmp_path) == {}


def test_nothing_of_a_repository_acts(tmp_path: Path, host: GitHost) -> None:
    """Filters, line ends, encodings, keywords, links, submodules, hooks and LFS stay bytes."""
    canary, home = tmp_path / "canary", tmp_path / "home"
    home.mkdir()
    filters = "".join(
        f'[filter "{name}"]\n\tsmudge = touch {canary}\n\tprocess = touch {canary}\n\trequired = true\n'
        for name in ("evil", "lfs")
    )
    (home / ".gitconfig").write_text(f"{filters}[core]\n\tautocrlf = true\n\tfsmonitor = touch {canary}\n")
    world = out_of_step(
        tmp_path,
        host,
        **{
            ".gitattributes": "* filter=evil text eol=crlf ident\n*.md working-tree-encoding=UTF-16LE\n",
            "keyword": "$Id$\n",
            "text.md": "text\n",
            ".lfsconfig": "[lfs]\n\turl = http://evil.example\n",
            "hooks/post-checkout": f"#!/bin/sh\ntouch {canary}\n",
            ".gitmodules": f'[submodule "s"]\n\tpath = sub\n\turl = ext::touch {canary}\n',
        },
    )
    (world.workspace / "out").symlink_to("/etc")
    git(tmp_path, "init", "-q", str(world.workspace / "sub"))
    git(world.workspace / "sub", "commit", "-q", "--allow-empty", "-m", "one")
    commit = world.push()
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    address = f"file://{world.bare}"
    for number, runner in enumerate((world.git, SystemGit(environment))):
        folder = tmp_path / f"tree{number}"
        assert check_out(runner, world.address if number == 0 else address, commit, folder) == ""
        for path in ("package-lock.json", "keyword", "text.md", ".gitattributes"):
            assert (folder / path).read_bytes() == (world.workspace / path).read_bytes(), path
        assert not (folder / "out").is_symlink()
        assert not list((folder / "sub").iterdir())
        held = b"".join(path.read_bytes() for path in (folder / ".git").rglob("*") if path.is_file())
        assert TOKEN.encode() not in held
        assert b"xtraheader" not in held.lower()
    assert not canary.exists()


@pytest.mark.parametrize("kind", ["link", "lfs", "linked-folder"])
def test_a_lockfile_that_is_none_is_left_alone(kind: str, tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    lockfile = world.workspace / "package-lock.json"
    lockfile.unlink()
    if kind == "lfs":
        lockfile.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    elif kind == "link":
        (world.workspace / "real").write_text(npm_lock(alpha="1.0.0"))
        lockfile.symlink_to("real")
    else:
        (world.workspace / "package.json").unlink()
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / "package-lock.json").write_text(npm_lock(alpha="1.0.0"))
        (tmp_path / "outside" / "package.json").write_text(npm_manifest("alpha"))
        (world.workspace / "app").symlink_to(tmp_path / "outside")
    world.push()
    case = world.failed()
    offer = LockfilePull().preview(case.plan.steps[0], world.place(case))  # type: ignore[union-attr]
    assert isinstance(offer, Unfit), offer
    world.write(case)
    assert isinstance(world.publish(case), Failed)
    assert world.untouched()


STUB = """#!{python} -IS
import glob, os, sys
with open({seen!r}, "ab") as file:
    file.write(repr((sys.argv[1:], os.getppid())).encode() + b"\\n")
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as one:
                file.write(path.encode() + b" " + one.read(1 << 20) + b"\\n")
        except OSError as error:
            file.write(f"{{path}}: {{error.strerror}}\\n".encode())
sys.exit(1)
"""
PARENT = """
import os, pathlib, sys
sys.path.insert(0, {source!r})
from remediate.stages.repairing import run_repairs
print(os.getpid(), run_repairs(pathlib.Path({folder!r}), os.environ))
"""


def test_a_package_manager_sees_no_token(tmp_path: Path, host: GitHost) -> None:
    """Not in its own environment, nor in that or the arguments of whoever it can look into."""
    if sys.platform != "linux":
        pytest.skip("by nature: there is no /proc")
    world = out_of_step(tmp_path, host)
    case = world.failed()
    assert world.prepare(case) == {}
    programs, seen = tmp_path / "programs", tmp_path / "seen"
    programs.mkdir()
    for name in ("npm", "node"):
        (programs / name).write_text(STUB.format(python=sys.executable, seen=str(seen)))
        (programs / name).chmod(0o755)
    source = str(Path(__file__).resolve().parents[2])
    ended = subprocess.run(
        [sys.executable, "-I", "-c", PARENT.format(source=source, folder=str(world.repairs))],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "GITHUB_TOKEN": TOKEN,
            "ACTIONS_RUNTIME_TOKEN": TOKEN,
            "NPM_CONFIG_//registry.example/:_authToken": TOKEN,
            "HTTPS_PROXY": f"http://user:{TOKEN}@127.0.0.1:9",
        },
        preexec_fn=_no_tracing,
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    parent = ended.stdout.split()[0].decode()
    told = seen.read_bytes()
    assert TOKEN.encode() not in told
    assert f"/proc/{parent}/environ: Permission denied".encode() in told
    assert b"PATH=" in told


def _no_tracing() -> None:
    """Root, too, may then look only into what it may as an owner."""
    for capability in (19, 21, 38):  # to trace, to administer, to measure
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def test_no_token_reaches_an_order(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    assert world.prepare(case) == {}
    held = b"".join(path.read_bytes() for path in world.repairs.rglob("*") if path.is_file())
    assert TOKEN.encode() not in held
    assert isinstance(LockfilePull().preview(case.plan.steps[0], world.place(case)), Preview)  # type: ignore[union-attr]
