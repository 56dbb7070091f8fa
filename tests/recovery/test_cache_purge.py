"""`cache-purge` with the real tools: a cache that is really poisoned, in a home folder of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from machine.tools import search_path, want
from recovery_made import RecordedProcesses, diagnosis, picture, plan, site

from remediate.model.outcome import Done, Failed, Recovered
from remediate.model.plan import Step
from remediate.model.preview import Preview, Unfit
from remediate.recovery.engine import Engine
from remediate.recovery.strategies.cache_purge import CachePurge
from remediate.recovery.strategy import Site
from remediate.system.orphans import end_orphans

STEP = Step(strategy="cache-purge")


def step(tool: str) -> Step:
    return Step(strategy="cache-purge", arguments={"tool": tool})


def home(folder: Path, **more: str) -> dict[str, str]:
    (folder / "home").mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("RUSTUP_HOME", "PYENV_ROOT", "LANG") if name in os.environ}
    real = os.environ.get("HOME", "")
    kept.setdefault("RUSTUP_HOME", f"{real}/.rustup")
    return {**kept, "PATH": search_path(), "HOME": str(folder / "home"), "GOFLAGS": "-mod=mod", **more}


def run(command: list[str], place: Site, folder: Path | None = None) -> None:
    ended = subprocess.run(
        command, cwd=folder or place.root, env=dict(place.environment), capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def put(path: Path, text: str = "poison") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def purge(place: Site, folder: Path, asked: Step) -> None:
    outcome = Engine(folder / "state", orphans=end_orphans).carry_out(plan([asked]), place)
    assert isinstance(outcome, Recovered), outcome


def test_npm_a_poisoned_package_goes_and_the_rest_of_the_folder_stays(tmp_path: Path) -> None:
    want("npm")
    place = site(tmp_path, environment=home(tmp_path), seen=diagnosis("npm-integrity"))
    package = put(tmp_path / "package/package.json", '{"name": "left-border", "version": "1.0.0"}').parent
    run(["npm", "pack"], place, package)
    tarball = str(package / "left-border-1.0.0.tgz")
    run(["npm", "cache", "add", tarball], place)
    cache = tmp_path / "home/.npm"
    content = next(path for path in (cache / "_cacache/content-v2").rglob("*") if path.is_file())
    content.write_bytes(b"poison")
    put(cache / "_logs/kept.log")
    purge(place, tmp_path, STEP)
    assert not list(cache.glob("_cacache*"))
    assert (cache / "_logs/kept.log").exists()
    run(["npm", "cache", "add", tarball], place)
    run(["npm", "cache", "verify"], place)


def test_pip_a_poisoned_wheel_goes(tmp_path: Path) -> None:
    want("pip")
    place = site(tmp_path, environment=home(tmp_path), seen=diagnosis("pip-cache-corrupt"))
    poison = put(tmp_path / "home/.cache/pip/wheels/ab/cd/demo-1.0-py3-none-any.whl")
    put(tmp_path / "home/.cache/pip/http-v2/a/b/c")
    other = put(tmp_path / "home/.cache/other/file")
    purge(place, tmp_path, STEP)
    assert not poison.exists()
    assert not (tmp_path / "home/.cache/pip/http-v2").exists()
    assert other.exists()


def test_uv_purges_by_its_own_verb_which_obeys_its_lock(tmp_path: Path) -> None:
    want("uv")
    place = site(tmp_path, environment=home(tmp_path), processes=RecordedProcesses())
    (tmp_path / "home/.cache/uv").mkdir(parents=True)
    wheel = _wheel(tmp_path)
    target = ["uv", "pip", "install", "--offline", "--target", str(tmp_path / "target"), str(wheel)]
    run(target, place)
    poisoned = next(path for path in (tmp_path / "home/.cache/uv").rglob("demo.py"))
    poisoned.write_text("poison")
    purge(place, tmp_path, step("uv"))
    assert not poisoned.exists()
    assert ("uv", "cache", "clean") in [call for call, _ in place.processes.calls]  # type: ignore[attr-defined]
    run([*target, "--reinstall"], place)
    assert (tmp_path / "target/demo.py").read_text() == "x = 1\n"


def _wheel(folder: Path) -> Path:
    import zipfile  # noqa: PLC0415

    path = folder / "demo-1.0-py3-none-any.whl"
    info = "demo-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("demo.py", "x = 1\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"demo.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


def test_cargo_only_the_crate_that_the_log_names_goes(tmp_path: Path) -> None:
    line = "  failed to unpack package `left-border v1.2.0 (registry `internal`)`"
    place = site(tmp_path, environment=home(tmp_path), seen=diagnosis("cargo-crate-corrupt", lines=[line]))
    registry = tmp_path / "home/.cargo/registry"
    bad = put(registry / "cache/internal-1/left-border-1.2.0.crate")
    half = put(registry / "src/internal-1/left-border-1.2.0/Cargo.toml")
    good = put(registry / "cache/internal-1/other-1.0.0.crate")
    binary = put(tmp_path / "home/.cargo/bin/tool")
    purge(place, tmp_path, STEP)
    assert not bad.exists()
    assert not half.parent.exists()
    assert good.exists()
    assert binary.exists()


def test_go_purges_folders_that_nobody_may_write_to(tmp_path: Path) -> None:
    want("go")
    place = site(tmp_path, environment=home(tmp_path))
    poison = put(tmp_path / "home/go/pkg/mod/cache/download/example.com/m/@v/v1.0.0.zip")
    module = put(tmp_path / "home/go/pkg/mod/example.com/m@v1.0.0/m.go")
    module.parent.chmod(0o555)
    purge(place, tmp_path, step("go"))
    assert not poison.exists()
    assert not module.exists()


def test_gradle_only_the_cache_that_the_log_names_goes(tmp_path: Path) -> None:
    cache = tmp_path / "home/.gradle/caches"
    line = f"CorruptedCacheException: Corrupted DataBlock 12 found in cache '{cache}/jars-3/jars-3.bin'."
    place = site(tmp_path, environment=home(tmp_path), seen=diagnosis("gradle-cache-corrupt", lines=[line]))
    bad, good = put(cache / "jars-3/jars-3.bin"), put(cache / "modules-2/files-2.1/x/x.jar")
    put(tmp_path / "home/.gradle/gradle.properties")
    purge(place, tmp_path, STEP)
    assert not bad.exists()
    assert good.exists()
    assert (tmp_path / "home/.gradle/gradle.properties").exists()


def test_maven_only_what_the_log_names_for_the_rest_may_be_made_by_hand(tmp_path: Path) -> None:
    folder = tmp_path / "home/.m2/repository/com/example"
    line = f"[ERROR] error reading {folder}/ledger/2.1/ledger-2.1.jar; zip END header not found"
    bad, own = put(folder / "ledger/2.1/ledger-2.1.jar"), put(folder / "own/1.0/own-1.0.jar")
    seen = diagnosis("maven-corrupt-local-repository", lines=[line])
    purge(site(tmp_path, environment=home(tmp_path), seen=seen), tmp_path, STEP)
    assert not bad.exists()
    assert own.exists()
    unnamed = site(tmp_path, environment=home(tmp_path), seen=diagnosis("maven-corrupt-local-repository"))
    assert isinstance(CachePurge().preview(STEP, unnamed), Unfit)


def test_pnpm_store(tmp_path: Path) -> None:
    want("pnpm")
    place = site(tmp_path, environment=home(tmp_path))
    ended = subprocess.run(
        ["pnpm", "store", "path"],
        cwd=place.root,
        env=dict(place.environment),
        capture_output=True,
        check=True,
    )
    store = Path(ended.stdout.decode().strip().splitlines()[-1])
    poison, project = put(store / "files/00/poison"), put(store / "projects/kept")
    purge(place, tmp_path, step("pnpm"))
    assert not poison.exists()
    assert project.exists()


@pytest.mark.parametrize("where", ["workspace", "above", "home", "root"])
def test_a_folder_that_holds_the_workspace_or_home_is_never_a_cache(tmp_path: Path, where: str) -> None:
    place = site(tmp_path)
    folder = {
        "workspace": place.root,
        "above": tmp_path,
        "home": tmp_path / "home",
        "root": Path("/"),
    }[where]
    put(place.root / "registry/cache/x")
    put(tmp_path / "home/registry/cache/x")
    before = picture(tmp_path)
    place = site(tmp_path, environment=home(tmp_path, CARGO_HOME=str(folder)))
    offer = CachePurge().preview(step("cargo"), place)
    assert isinstance(offer, Unfit)
    assert isinstance(CachePurge().apply(step("cargo"), place), Failed)
    assert picture(tmp_path) == before


def test_links_are_never_followed(tmp_path: Path) -> None:
    elsewhere = put(tmp_path / "elsewhere/precious").parent
    cargo = tmp_path / "home/.cargo"
    (cargo / "registry").mkdir(parents=True)
    (cargo / "registry/cache").symlink_to(elsewhere)
    put(cargo / "registry/src/x/y").with_name("link").symlink_to(elsewhere)
    place = site(tmp_path, environment=home(tmp_path))
    purge(place, tmp_path, step("cargo"))
    assert (elsewhere / "precious").exists()
    assert (cargo / "registry/cache").is_symlink()
    (tmp_path / "home/.m2").symlink_to(elsewhere)
    (tmp_path / "home/.gradle").symlink_to(elsewhere)
    assert isinstance(CachePurge().preview(step("gradle"), place), Unfit)


@pytest.mark.parametrize(
    "path",
    [
        "{cache}/../../victim",
        "{cache}/caches/../../victim",
        "/etc/passwd",
        "{home}/victim",
        "{cache}/link/x",
        "{cache}",
    ],
)
def test_a_hostile_log_leads_nowhere_else(tmp_path: Path, path: str) -> None:
    cache = tmp_path / "home/.gradle"
    put(cache / "caches/jars-3/a")
    victim = put(tmp_path / "home/victim/x")
    (cache / "link").symlink_to(victim.parent)
    line = "error reading " + path.format(cache=cache, home=tmp_path / "home") + "; zip file is empty"
    place = site(tmp_path, environment=home(tmp_path), seen=diagnosis("gradle-cache-corrupt", lines=[line]))
    offer = CachePurge().preview(STEP, place)
    assert isinstance(offer, Preview)
    assert [change.what for change in offer.changes] == [str(cache / "caches/jars-3")]


def test_a_cache_that_belongs_to_the_repository_is_left_alone(tmp_path: Path) -> None:
    want("git")
    place = site(tmp_path)
    put(place.root / ".cargo/registry/cache/x/y.crate")
    place = site(tmp_path, environment=home(tmp_path, CARGO_HOME=str(place.root / ".cargo")))
    assert isinstance(CachePurge().preview(step("cargo"), place), Preview)
    run(["git", "init", "-q"], place)
    assert isinstance(CachePurge().preview(step("cargo"), place), Preview)
    run(["git", "add", "."], place)
    offer = CachePurge().preview(step("cargo"), place)
    assert isinstance(offer, Unfit)
    assert "part of the repository" in offer.reason


def test_a_preview_only_asks_and_leaves_nothing(tmp_path: Path) -> None:
    want("npm", "pip", "uv", "go")
    place = site(tmp_path, environment=home(tmp_path), processes=RecordedProcesses())
    put(tmp_path / "home/.npm/_cacache/index")
    put(tmp_path / "home/.cache/pip/wheels/x")
    put(tmp_path / "home/.cache/uv/CACHEDIR.TAG")
    put(tmp_path / "home/.cache/uv/wheels-v5/x")
    put(tmp_path / "home/go/pkg/mod/cache/download/x")
    put(place.root / "kept")
    before = picture(tmp_path)
    for tool in ("npm", "pip", "uv", "go"):
        offer = CachePurge().preview(step(tool), place)
        assert isinstance(offer, Preview), offer
        assert not offer.reversible
    assert all(reads for _, reads in place.processes.calls)  # type: ignore[attr-defined]
    assert picture(tmp_path) == before


def test_what_fills_again_meanwhile_is_no_failure_and_what_stays_is_one(tmp_path: Path) -> None:
    place = site(tmp_path, environment=home(tmp_path))
    crate = put(tmp_path / "home/.cargo/registry/cache/r/a-1.0.0.crate")
    strategy = CachePurge()
    assert isinstance(strategy.apply(step("cargo"), place), Done)
    put(crate)
    assert isinstance(strategy.verify(step("cargo"), place), Done)
    # A later process that only finds it full cannot tell.
    assert isinstance(CachePurge().verify(step("cargo"), place), Failed)


def test_an_unknown_tool_is_said(tmp_path: Path) -> None:
    place = site(tmp_path, environment=home(tmp_path), seen=diagnosis("cache-corrupt"))
    offer = CachePurge().preview(STEP, place)
    assert isinstance(offer, Unfit)
    assert "names no tool" in offer.reason


def test_yarn_both_of_them(tmp_path: Path) -> None:
    want("yarn", "yarn-berry")
    for name, part in (
        ("yarn", "npm-left-border-1.0.0-abc/node_modules/x"),
        ("yarn-berry", "left-border-1.zip"),
    ):
        folder = tmp_path / name
        place = site(folder, environment=home(folder))
        if name == "yarn-berry":
            berry = shutil.which("yarn-berry", path=search_path())
            (folder / "bin").mkdir()
            (folder / "bin/yarn").symlink_to(str(berry))
            path = f"{folder / 'bin'}{os.pathsep}{search_path()}"
            place = site(folder, environment=home(folder, PATH=path))
            put(place.root / "package.json", "{}")
            put(place.root / "yarn.lock", "")
        asked = ["yarn", "cache", "dir"] if name == "yarn" else ["yarn", "config", "get", "cacheFolder"]
        told = subprocess.run(
            asked, cwd=place.root, env=dict(place.environment), capture_output=True, check=True, text=True
        )
        cache = Path(told.stdout.strip().splitlines()[-1])
        assert cache.is_absolute()
        poison = put(cache / part)
        before = picture(folder)
        assert isinstance(CachePurge().preview(step("yarn"), place), Preview)
        assert picture(folder) == before
        purge(place, folder, step("yarn"))
        assert not poison.exists()
