"""A dead registry and its mirror, both real: what a mirror may be used for, and what it may not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "machine"))

from machine.fault_port import FaultPort
from machine.faults import Faults, read_fault
from machine.tools import search_path, want
from machine.upstream import from_folder, from_server
from npm_registry import NpmRegistry, npm_registry
from recording.packages import build_site
from recovery_made import RecordedWeb, StillClock, diagnosis

from remediate.model.outcome import Done, Failed
from remediate.model.plan import Step
from remediate.model.policy import Mirror, Policy
from remediate.model.preview import Preview, Unfit
from remediate.model.subject import Subject
from remediate.recovery.strategies.registry_failover import RegistryFailover
from remediate.recovery.strategy import Site
from remediate.system.processes import SystemProcesses
from remediate.system.web import SystemWeb

STEP = Step(strategy="registry-failover")
NOWHERE = "http://127.0.0.1:1"
HASH = "--hash=sha256:" + "0f" * 32


def site(
    root: Path, command: str, *mirrors: Mirror, cause: str = "network", lines: tuple[str, ...] = ()
) -> Site:
    hosts = [mirror.address.partition("://")[2].partition("/")[0] for mirror in mirrors]
    return Site(
        diagnosis=diagnosis(rule="npm-network", cause=cause, lines=lines, recovery="rerun"),
        subject=Subject(command=tuple(command.split())),
        policy=Policy(mirrors=mirrors),
        root=root,
        scratch=root / "scratch",
        environment={"PATH": search_path()},
        clock=StillClock(),
        processes=SystemProcesses(),
        web=RecordedWeb(SystemWeb(hosts)),
    )


def reason(at: Site) -> str:
    """Why it does not fit here."""
    offer = RegistryFailover().preview(STEP, at)
    assert isinstance(offer, Unfit)
    return offer.reason


def settings(at: Site) -> dict[str, str]:
    """What the next try gets."""
    strategy = RegistryFailover()
    assert isinstance(strategy.preview(STEP, at), Preview)
    done = strategy.apply(STEP, at)
    assert isinstance(done, Done)
    assert isinstance(strategy.verify(STEP, at), Done)
    return done.environment


def run(root: Path, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    home = root.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {"PATH": search_path(), "HOME": str(home), "npm_config_fetch_retries": "0", **more}
    return subprocess.run(
        command.split(), cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def port(upstream: object, *orders: dict[str, object]) -> FaultPort:
    return FaultPort(upstream, Faults(tuple(map(read_fault, orders)), lambda: 1))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NpmRegistry]:
    want("npm", "verdaccio")
    with npm_registry(tmp_path_factory.mktemp("npm")) as running:
        running.publish("left-border", "1.2.0")
        running.publish("quiet-parser", "2.0.1", {"left-border": "^1.0.0"})
        yield running


@pytest.fixture
def project(tmp_path: Path, registry: NpmRegistry) -> Path:
    """A project that was locked at a registry which has gone since."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "package.json").write_text('{"name": "demo", "dependencies": {"quiet-parser": "^2.0.0"}}')
    with port(from_server(int(registry.address.rpartition(":")[2]))) as alive:
        address = f"http://127.0.0.1:{alive.port}"
        (root / ".npmrc").write_text(f"registry={address}\n")
        locked = run(root, "npm install --package-lock-only")
        assert locked.returncode == 0, locked.stderr
        assert address in (root / "package-lock.json").read_text()
    return root


def test_npm_installs_from_the_mirror_while_its_registry_is_dead(
    project: Path, registry: NpmRegistry
) -> None:
    before = (project / "package-lock.json").read_bytes()
    assert run(project, "npm ci").returncode != 0
    at = site(project, "npm ci", Mirror(kind="npm", address=registry.address))
    done = run(project, "npm ci", **settings(at))
    assert done.returncode == 0, done.stderr
    assert (project / "node_modules/left-border/package.json").is_file()
    assert (project / "package-lock.json").read_bytes() == before
    shutil.rmtree(project.parent / "home")  # with npm's cache
    assert run(project, "npm ci").returncode != 0, "nothing of the setting is left"


def test_a_mirror_that_serves_something_else_is_caught_by_the_hashes(
    project: Path, registry: NpmRegistry
) -> None:
    upstream = from_server(int(registry.address.rpartition(":")[2]))
    with port(upstream, {"path": "*.tgz", "do": "corrupt", "tries": 9}) as tampering:
        at = site(project, "npm ci", Mirror(kind="npm", address=f"http://127.0.0.1:{tampering.port}"))
        done = run(project, "npm ci", **settings(at))
    assert done.returncode != 0
    assert not (project / "node_modules/left-border/package.json").exists()


def test_the_first_mirror_that_answers_is_taken_and_only_read(project: Path, registry: NpmRegistry) -> None:
    mirrors = (Mirror(kind="npm", address=NOWHERE), Mirror(kind="npm", address=registry.address))
    at = site(project, "npm ci", *mirrors)
    assert settings(at)["npm_config_registry"] == registry.address
    assert isinstance(at.web, RecordedWeb)
    assert {method for method, _ in at.web.calls} == {"GET"}


def test_a_mirror_that_dies_between_the_preview_and_the_effect_is_not_used(
    project: Path, registry: NpmRegistry
) -> None:
    with port(from_server(int(registry.address.rpartition(":")[2]))) as dying:
        at = site(project, "npm ci", Mirror(kind="npm", address=f"http://127.0.0.1:{dying.port}"))
        assert isinstance(RegistryFailover().preview(STEP, at), Preview)
    assert isinstance(RegistryFailover().apply(STEP, at), Failed)


def test_pip_installs_from_the_mirror_what_is_pinned_with_hashes(tmp_path: Path) -> None:
    build_site({"python": [{"name": "quiet-parser", "version": "2.0.1"}]}, tmp_path / "site")
    page = (tmp_path / "site/simple/quiet-parser/index.html").read_text()
    digest = page.partition("#sha256=")[2].partition('"')[0]
    root = tmp_path / "project"
    root.mkdir()
    (root / "requirements.txt").write_text(f"quiet-parser==2.0.1 --hash=sha256:{digest}\n")
    command = "pip install --no-cache-dir --target deps -r requirements.txt"
    with port(from_folder(tmp_path / "site")) as mirror:
        address = f"http://127.0.0.1:{mirror.port}/simple"
        plain = {"PIP_INDEX_URL": f"{NOWHERE}/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
        pip = f"{sys.executable} -m {command}"
        assert run(root, pip, **plain).returncode != 0
        at = site(root, command, Mirror(kind="pypi", address=address))
        done = run(root, pip, **{**plain, **settings(at)})
    assert done.returncode == 0, done.stderr
    assert (root / "deps/quiet_parser/__init__.py").is_file()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("npm install", "only `npm ci`"),
        ("npm ci --registry http://other.example", "itself names its registry"),
        ("mvn -B verify", "Maven keeps no lockfile"),
        ("uv sync --frozen", "addresses that stand in its lockfile"),
        ("docker pull demo", "Docker daemon"),
        ("apt-get update", "belong to the system"),
        ("bash build.sh", "no tool that is known"),
        ("pip install quiet-parser", "more than the pinned packages"),
        ("go get demo.example/border@v1.9.0", "only commands that build"),
    ],
)
def test_what_cannot_be_checked_gets_no_mirror(command: str, told: str, tmp_path: Path) -> None:
    mirrors = [Mirror(kind=kind, address=NOWHERE) for kind in ("npm", "pypi", "go", "maven", "docker")]  # type: ignore[arg-type]
    assert told in reason(site(tmp_path, command, *mirrors))


def test_never_after_a_checksum_that_did_not_match(project: Path, registry: NpmRegistry) -> None:
    mirror = Mirror(kind="npm", address=registry.address)
    said = "npm error code EINTEGRITY: integrity checksum failed when using sha512"
    assert "checksum did not match" in reason(site(project, "npm ci", mirror, lines=(said,)))
    assert "no answer to lockfile" in reason(site(project, "npm ci", mirror, cause="lockfile"))


def test_a_package_without_a_hash_gets_no_mirror(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"left-border==1.2.0 {HASH}\nquiet-parser==2.0.1\n")
    at = site(tmp_path, "pip install -r requirements.txt", Mirror(kind="pypi", address=NOWHERE))
    assert reason(at)
    assert isinstance(at.web, RecordedWeb)
    assert not at.web.calls


def test_a_module_whose_files_go_sum_does_not_vouch_for_gets_no_mirror(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module demo.example/demo\n\nrequire demo.example/border v1.2.0\n")
    (tmp_path / "go.sum").write_text(f"demo.example/border v1.2.0/go.mod h1:{'A' * 43}=\n")
    at = site(tmp_path, "go mod download", Mirror(kind="go", address=NOWHERE))
    assert "no hash of demo.example/border" in reason(at)


def test_an_address_with_a_password_is_not_handed_on(project: Path) -> None:
    at = site(project, "npm ci", Mirror(kind="npm", address="http://ada:geheim@127.0.0.1:1"))
    told = reason(at)
    assert "user or a password" in told
    assert "geheim" not in told


def test_without_a_mirror_there_is_none(project: Path) -> None:
    assert "names no mirror" in reason(site(project, "npm ci"))
