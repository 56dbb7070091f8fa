"""`command`, `http` and `retry-command`: what the user's own steps may and may not do."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from recovery_made import RecordedProcesses, diagnosis, own, plan, shell, site

from remediate.model.outcome import Done, Failed, Recovered, RollbackFailed
from remediate.model.plan import Step
from remediate.model.policy import OwnCommand, OwnRequest, Policy
from remediate.model.preview import Preview, Unfit
from remediate.model.subject import Subject
from remediate.recovery.engine import Engine
from remediate.recovery.strategies.command import UserCommand
from remediate.recovery.strategies.http import UserRequest
from remediate.recovery.strategies.retry_command import RetryCommand
from remediate.system.orphans import end_orphans
from remediate.system.web import SystemWeb

REQUEST = Step(strategy="http", arguments={"name": "flush"})


def test_no_shell_takes_part_and_the_environment_is_handed_down(tmp_path: Path) -> None:
    arguments = ("$HOME", "; touch hacked", "`id`", "*")
    place = site(
        tmp_path,
        policy=Policy(
            commands={
                "say": OwnCommand(run=("printf", "%s|", *arguments), verify=("sh", "-c", 'test "$A" = b'))
            }
        ),
        environment={"PATH": "/usr/bin:/bin", "A": "b"},
        processes=RecordedProcesses(),
    )
    outcome = Engine(tmp_path / "state", orphans=end_orphans).carry_out(plan([own("say")]), place)
    assert isinstance(outcome, Recovered)
    assert not (place.root / "hacked").exists()
    assert isinstance(place.processes, RecordedProcesses)
    assert place.processes.calls[0][0] == ("printf", "%s|", *arguments)


def test_what_a_step_says_is_shown_without_secrets_and_without_power(tmp_path: Path) -> None:
    policy = Policy(
        commands={"leaks": shell(r"printf '::error::%s %s\033[2J' $DEPLOY_TOKEN $ODD; exit 1", undo="true")},
        redact_env=("ODD",),
    )
    environment = {"PATH": "/usr/bin:/bin", "DEPLOY_TOKEN": "hunter22-and-more", "ODD": "also-secret-1"}
    result = UserCommand().apply(own("leaks"), site(tmp_path, policy=policy, environment=environment))
    assert isinstance(result, Failed)
    assert "hunter22" not in result.evidence
    assert "also-secret" not in result.evidence
    assert "\x1b" not in result.evidence
    assert not result.evidence.startswith("::")


def test_a_step_that_hangs_is_stopped(tmp_path: Path) -> None:
    command = OwnCommand(run=("sleep", "60"), verify=("true",), timeout=1.0)
    result = UserCommand().apply(own("hangs"), site(tmp_path, policy=Policy(commands={"hangs": command})))
    assert isinstance(result, Failed)
    assert "stopped after" in result.reason


def test_whether_a_step_can_be_undone_is_said(tmp_path: Path) -> None:
    commands = {
        "no": shell("true"),
        "files": shell("true", touches=("a",)),
        "yes": shell("true", undo="true"),
    }
    place = site(tmp_path, policy=Policy(commands=commands))
    offers = {name: UserCommand().preview(own(name), place) for name in commands}
    assert {name: isinstance(o, Preview) and o.reversible for name, o in offers.items()} == {
        "no": False,
        "files": True,
        "yes": True,
    }
    assert isinstance(UserCommand().undo(own("no"), place), Failed)


def test_retry_command_claims_nothing(tmp_path: Path) -> None:
    step, strategy = Step(strategy="retry-command"), RetryCommand()
    place = site(tmp_path, subject=Subject(command=("make", "--token=ghp_" + "a" * 36)))
    offer = strategy.preview(step, place)
    assert isinstance(offer, Preview)
    assert "ghp_" not in offer.target
    for verb in (strategy.apply, strategy.verify, strategy.undo):
        assert isinstance(verb(step, place), Done)
    assert isinstance(strategy.preview(step, site(tmp_path, subject=Subject())), Unfit)


class Door(http.server.BaseHTTPRequestHandler):
    """Answers as its path says and remembers what was asked."""

    asked: list[tuple[str, str, str]]

    def _answer(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        self.asked.append((self.command, self.path, self.rfile.read(size).decode()))
        code = int(self.path.strip("/").split("/")[0])
        self.send_response(code)
        if code == 302:
            self.send_header("location", "/200/followed")
        if "drop" in self.path:
            self.connection.close()
            return
        body = b"x" * (3 << 20) if "big" in self.path else b"answer"
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - the names that the library calls

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def door() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    asked: list[tuple[str, str, str]] = []
    kind = type("Answering", (Door,), {"asked": asked})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def asking(folder: Path, host: str, **request: str) -> tuple[Engine, object]:
    known = {
        key: f"http://{host}{value}" if key in {"url", "verify", "undo"} else value
        for key, value in request.items()
    }
    policy = Policy(requests={"flush": OwnRequest(private_address=True, **known)})  # type: ignore[arg-type]
    engine = Engine(folder / "state", orphans=end_orphans)
    return engine, engine.carry_out(plan([REQUEST]), site(folder, policy=policy, web=SystemWeb({host})))


def test_a_request_is_sent_once_and_verified_by_its_own_address(
    tmp_path: Path, door: tuple[str, list[tuple[str, str, str]]]
) -> None:
    host, asked = door
    _, outcome = asking(tmp_path, host, url="/200/flush", body="all", verify="/200/health")
    assert isinstance(outcome, Recovered)
    assert asked == [("POST", "/200/flush", "all"), ("GET", "/200/health", "")]


@pytest.mark.parametrize("url", ["/503/flush", "/302/flush", "/200/drop"])
def test_a_request_that_fails_is_never_repeated(
    tmp_path: Path, door: tuple[str, list[tuple[str, str, str]]], url: str
) -> None:
    host, asked = door
    _, outcome = asking(tmp_path, host, url=url)
    assert isinstance(outcome, RollbackFailed)
    assert "has no undo" in outcome.remains[0]
    assert len(asked) == 1


def test_a_failed_verification_is_undone_by_its_own_address(
    tmp_path: Path, door: tuple[str, list[tuple[str, str, str]]]
) -> None:
    host, asked = door
    asking(tmp_path, host, url="/200/flush", verify="/500/health", undo="/200/undo")
    assert [path for _, path, _ in asked] == ["/200/flush", "/500/health", "/200/undo"]


def test_whether_a_request_was_answered_is_not_guessed_by_a_later_process(tmp_path: Path) -> None:
    policy = Policy(requests={"flush": OwnRequest(url="https://hooks.example/x")})
    assert isinstance(UserRequest().verify(REQUEST, site(tmp_path, policy=policy, seen=diagnosis())), Failed)
