"""`remediate diagnose` for runs on GitHub: the newest failed one, by number, by address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / "platforms"))

from box import Job, Run
from boxed import Boxed, boxed
from detecting import DEFECT, NETWORK, PASSED
from running import Done, remediate

from remediate.cli.run_address import api_of, spot_here, spot_of, token_for
from remediate.errors import UsageProblem
from remediate.system.processes import SystemProcesses

HUB = "https://hub.example"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Boxed]:
    with boxed(tmp_path) as made:
        yield made


@pytest.fixture
def failed(world: Boxed) -> Run:
    jobs = [
        Job(name="setup", log=PASSED),
        Job(name="build", conclusion="failure", log=NETWORK),
        Job(name="types", conclusion="failure", log=DEFECT),
    ]
    return world.repo.add_run(conclusion="failure", jobs=jobs)


def call(world: Boxed, *arguments: str, **more: str) -> Done:
    token = world.box.token(world.repo, permissions={"actions": "read", "checks": "read"})
    here = {
        "GITHUB_SERVER_URL": world.box.address,
        "GITHUB_API_URL": world.box.api,
        "GITHUB_REPOSITORY": "octo/shop",
        "GITHUB_TOKEN": token,
        "GH_TOKEN": "",
        "NO_PROXY": "*",
    }
    return remediate("diagnose", *arguments, cwd=world.box.folder, **{**here, **more})


def address(world: Boxed, run: Run, rest: str = "") -> str:
    return f"{world.box.address}/octo/shop/actions/runs/{run.id}{rest}"


def test_bare_it_diagnoses_the_newest_failed_run(world: Boxed, failed: Run) -> None:
    world.box.clock.advance(60)
    world.repo.add_run(conclusion="success", jobs=[Job(name="build", log=PASSED)])
    done = call(world, "--format", "json")
    assert done.code == 0, done.err
    assert [one["cause"] for one in done.json] == ["compile", "network"]
    assert [one["job"] for one in done.json] == ["types", "build"]
    assert str(failed.id) in done.json[0]["source"]


def test_a_run_is_named_by_its_number_or_its_address(world: Boxed, failed: Run) -> None:
    by_number = call(world, "--run", str(failed.id))
    by_address = call(world, address(world, failed))
    assert by_number.code == by_address.code == 0, by_number.err + by_address.err
    assert by_number.out == by_address.out
    assert "compile" in by_number.out


def test_a_job_is_named_by_its_address(world: Boxed, failed: Run) -> None:
    job = failed.job("build")
    done = call(world, address(world, failed, f"/job/{job.id}?pr=7#step:4:12"), "--format", "json")
    assert (done.code, done.json["cause"]) == (0, "network")


def test_an_earlier_attempt_is_named_by_its_address(world: Boxed, failed: Run) -> None:
    failed.open_attempt("ada", [Job(name="build", log=PASSED)])
    failed.end("success")
    assert call(world, address(world, failed, "/attempts/1")).code == 0
    done = call(world, address(world, failed))
    assert done.code == 2
    assert "did not fail" in done.err


@pytest.mark.parametrize(
    ("rest", "words"),
    [("/attempts/9", "there is no run"), ("0", "there is no run"), ("/job/12", "job 12 did not fail")],
)
def test_what_is_not_there_is_named(world: Boxed, failed: Run, rest: str, words: str) -> None:
    done = call(world, address(world, failed, rest))
    assert done.code == 2
    assert words in done.err
    assert "way out" in done.err


def test_a_missing_permission_is_out_of_reach(world: Boxed, failed: Run) -> None:
    token = world.box.token(world.repo, permissions={"actions": "read"})
    done = call(world, "--run", str(failed.id), GITHUB_TOKEN=token)
    assert done.code == 4
    assert "checks: read" in done.err
    assert token not in done.err


def test_a_run_that_goes_on_is_not_waited_for(world: Boxed) -> None:
    run = world.repo.add_run(status="in_progress", jobs=[Job(name="build", status="in_progress")])
    done = call(world, "--run", str(run.id))
    assert (done.code, "still going on" in done.err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        (f"{HUB}/octo/shop",),
        (f"{HUB}/octo/shop/actions/runs/x",),
        ("--run", "seven"),
        ("--run", "0"),
        ("--run", "7", "build.log"),
        (f"{HUB}/octo/shop/actions/runs/7", "build.log"),
    ],
)
def test_wrong_words_get_a_way_out(world: Boxed, arguments: tuple[str, ...]) -> None:
    done = call(world, *arguments)
    assert done.code == 2
    assert "way out" in done.err
    assert not world.box.requests


def test_a_token_goes_to_its_own_server_alone(world: Boxed) -> None:
    done = call(world, f"{HUB}/octo/shop/actions/runs/7", PATH="")
    assert done.code == 2
    assert "no token for hub.example" in done.err
    ours = {"GITHUB_TOKEN": "ours"}
    with pytest.raises(UsageProblem):
        token_for(spot_of(f"{HUB}/o/n/actions/runs/7"), {**ours, "PATH": ""}, _NoPrograms())
    assert token_for(spot_of("https://github.com/o/n/actions/runs/7"), ours, _NoPrograms()) == "ours"
    theirs = {"GH_ENTERPRISE_TOKEN": "theirs", "GH_HOST": "hub.example", **ours}
    assert token_for(spot_of(f"{HUB}/o/n/actions/runs/7"), theirs, _NoPrograms()) == "theirs"


class _NoPrograms(SystemProcesses):
    def find(self, program: str) -> None:
        return None


@pytest.mark.parametrize(
    ("server", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://octo.ghe.com", "https://api.octo.ghe.com"),
        (HUB, f"{HUB}/api/v3"),
        ("http://hub.example:8080", "http://hub.example:8080/api/v3"),
    ],
)
def test_each_server_has_its_api(server: str, api: str) -> None:
    assert api_of(spot_of(f"{server}/o/n/actions/runs/7/attempts/2/job/5"), {}) == api


def test_a_number_needs_a_repository(tmp_path: Path) -> None:
    done = remediate("diagnose", "--run", "7", cwd=tmp_path, GITHUB_REPOSITORY="")
    assert done.code == 2
    assert done.err.startswith("error: there is no repository with a remote `origin` here\n")
    assert "set GITHUB_REPOSITORY" in done.err


@pytest.mark.parametrize(
    ("remote", "server", "name"),
    [
        ("https://github.com/octo/shop.git", "https://github.com", "octo/shop"),
        ("https://ada:secret@hub.example:8443/octo/shop", "https://hub.example:8443", "octo/shop"),
        ("git@github.com:octo/shop.git", "https://github.com", "octo/shop"),
        ("ssh://git@ssh.github.com:443/octo/shop.git", "https://github.com", "octo/shop"),
        ("ssh://git@hub.example:2222/octo/my.shop", "https://hub.example", "octo/my.shop"),
    ],
)
def test_the_remote_tells_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remote: str, server: str, name: str
) -> None:
    spot = spot_here("7", _clone_of(remote, tmp_path, monkeypatch), SystemProcesses())
    assert (spot.server, spot.repository, spot.run) == (server, name, 7)


@pytest.mark.parametrize(
    "remote",
    ["/srv/git/shop.git", "file:///srv/octo/shop.git", "https://hub.example/a/b/c", "C:\\octo\\shop"],
)
def test_a_remote_that_tells_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remote: str
) -> None:
    with pytest.raises(UsageProblem, match="origin"):
        spot_here("7", _clone_of(remote, tmp_path, monkeypatch), SystemProcesses())


def _clone_of(remote: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "remote", "add", "origin", remote], check=True)
    monkeypatch.chdir(folder)
    return {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null"}


def test_a_file_needs_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "build.log").write_bytes(NETWORK)
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\nfrom remediate.cli.main import run\nrun(['diagnose', sys.argv[1]])\n"
            "print([m for m in sys.modules if m.partition('.')[0] in ('github', 'requests', 'click')"
            " or m.startswith(('remediate.platforms', 'remediate.stages', 'remediate.ports'))])",
            str(tmp_path / "build.log"),
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parent.parent,
    )
    assert told.stdout.strip().endswith("[]")
