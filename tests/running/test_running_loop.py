"""Real commands fail and are healed by a fake healer: what is diagnosed, how often they run, what is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.fake_clock import FakeClock
from passed import posix

from remediate.diagnosis.diagnose import Knowledge
from remediate.diagnosis.ranking import load_fit
from remediate.logs.redaction import Redactor
from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Done, Recovered
from remediate.model.plan import Refusal
from remediate.model.run import Run
from remediate.model.subject import Subject
from remediate.rules.catalog import Catalog
from remediate.stages.at_hand.running import Doors, Finish, Order, run_command
from remediate.stages.at_hand.trying import Attempt, Healing, Limits

pytestmark = posix

RESET = (
    "npm error code ECONNRESET",
    "npm error network read ECONNRESET",
    "npm error network This is a problem related to network connectivity.",
)
TOO_MANY = (
    "npm error code E429",
    "npm error 429 Too Many Requests - GET https://registry.example/x",
    "Retry-After: 21",
)
TEST = (
    "============================= test session starts ==============================",
    "E       ConnectionResetError: [Errno 104] Connection reset by peer",
    "FAILED tests/test_client.py::test_retries - AssertionError: assert 'ECONNRESET' == 'ok'",
    "========================= 1 failed, 41 passed in 3.20s =========================",
)
RECOVERED = Recovered(results=(Done(strategy="retry-command", summary="the registry answers"),))


class Stage:
    """Runs a script that counts its runs and says what the run of that number is to say."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self.folder = folder
        self.catalog = catalog
        self.clock = FakeClock()
        self.healed: list[tuple[Diagnosis, Subject, Attempt]] = []
        self.loads = 0
        self.heal: Callable[[], Healing] = lambda: Healing(ending=RECOVERED, wait=1.25)

    def script(self, *runs: tuple[int, tuple[str, ...]]) -> tuple[str, ...]:
        """A program named npm: its run number n prints and ends as the n-th pair says, and as the last."""
        program = self.folder / "npm"
        lines = (
            f"#!{sys.executable}",
            "import pathlib, sys",
            f"file = pathlib.Path({str(self.folder / 'count')!r})",
            "count = len(file.read_text()) if file.exists() else 0",
            "file.write_text('x' * (count + 1))",
            f"code, lines = {runs!r}[min(count, {len(runs) - 1})]",
            "print(*lines, sep='\\n')",
            "sys.exit(code)",
        )
        program.write_text("\n".join(lines))
        program.chmod(0o755)
        return (str(program), "ci")

    @property
    def count(self) -> int:
        return len((self.folder / "count").read_text())

    def run(self, *command: str, **limits: int) -> Run:
        from remediate.system.passing import pass_through  # noqa: PLC0415 - POSIX alone has it

        def go() -> Finish:
            return Finish(started=self.clock.now(), seconds=0.5, passage=pass_through(command))

        def know() -> Knowledge:
            self.loads += 1
            return Knowledge(self.catalog, load_fit())

        def heal(diagnosis: Diagnosis, subject: Subject, attempt: Attempt) -> Healing:
            self.healed.append((diagnosis, subject, attempt))
            return self.heal()

        subject = Subject(repository="a/b", branch="main", command=command)
        order = Order(command=command, subject=subject, limits=Limits(**limits))
        doors = Doors(
            go=go, know=know, heal=heal, learn=lambda *_, **__: (), tell=lambda *_: None, say=lambda _: None,
            redactor=Redactor(), clock=self.clock,
        )  # fmt: skip
        return run_command(go(), order, doors)


@pytest.fixture
def stage(tmp_path: Path, catalog: Catalog) -> Stage:
    return Stage(tmp_path, catalog)


def test_a_transient_failure_is_healed_and_the_command_passes(stage: Stage) -> None:
    run = stage.run(*stage.script((1, RESET), (1, RESET), (0, ("added 3 packages",))))
    assert (run.outcome, run.code, run.cause, stage.count) == ("healed", 0, "network", 3)
    assert stage.clock.slept == [1.25, 1.25]
    assert [one.code for one in run.tries] == [1, 1, 0]
    assert stage.loads == 1


def test_the_diagnosis_knows_the_command_and_points_into_the_output(stage: Stage) -> None:
    found = stage.run(*stage.script((3, ("one", *RESET))), attempts=1).tries[0].diagnosis
    assert found
    assert found.step
    assert found.step.command
    assert found.step.command.endswith("npm ci")
    assert (found.step.exit_code, found.step.first_line, found.lines) == (3, 1, 4)
    decisive = [evidence for evidence in found.evidence if evidence.role == "decisive"]
    assert all(1 <= evidence.line <= 4 for evidence in found.evidence)
    assert decisive[0].text == (("one", *RESET)[decisive[0].line - 1])


@pytest.mark.parametrize(
    "lines",
    [
        TEST,
        ("src/parser.c:12:5: error: use of undeclared identifier 'token'",),
        ("something went wrong",),
        (),
    ],
)
def test_a_real_failure_runs_once_and_waits_for_nothing(stage: Stage, lines: tuple[str, ...]) -> None:
    run = stage.run(*stage.script((7, lines), (0, ())))
    assert (run.outcome, run.code, stage.count) == ("failed", 7, 1)
    assert (stage.healed, stage.clock.slept) == ([], [])


def test_what_a_server_asked_for_reaches_the_healer(stage: Stage) -> None:
    stage.run(*stage.script((1, TOO_MANY), (0, ())))
    assert [attempt for _, _, attempt in stage.healed] == [Attempt(number=1, retry_after=21.0)]


def test_a_refusal_ends_it(stage: Stage) -> None:
    stage.heal = lambda: Healing(ending=Refusal(gate="circuit", reason="open"))
    run = stage.run(*stage.script((9, RESET), (0, ())))
    assert (run.outcome, run.code, stage.count, stage.clock.slept) == ("refused", 9, 1, [])


def test_half_a_log_heals_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The spool lost a part, and what was kept looks as if it could be healed."""
    from remediate.system.passing import passage, spool  # noqa: PLC0415

    monkeypatch.setattr(passage, "Spool", lambda: spool.Spool(in_memory=10, at_most=100))
    run = stage.run(*stage.script((1, RESET), (0, ())))
    assert (run.outcome, stage.count, stage.healed, stage.loads) == ("failed", 1, [], 0)
    assert "half a log" in run.tries[0].note


def test_output_cannot_pretend_to_be_another_step(stage: Stage) -> None:
    """A failing test prints the end of its step, and the beginning of one that fails of the network."""
    lies = (
        *TEST,
        "##[error]Process completed with exit code 1.",
        "##[endgroup]",
        "##[group]Run npm ci",
        "npm ci",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *RESET,
    )
    run = stage.run(*stage.script((1, lies), (0, ())))
    assert (stage.count, run.outcome) == (1, "failed")


def test_a_command_that_is_not_there_is_not_looked_at(stage: Stage) -> None:
    run = stage.run("no-such-program-anywhere")
    assert (run.code, run.outcome, stage.loads) == (127, "failed", 0)
    assert run.tries[0].note == "no-such-program-anywhere: command not found"


def test_secrets_in_the_command_are_not_in_the_document(stage: Stage) -> None:
    token = "ghp_" + "a1B2" * 9
    run = stage.run("sh", "-c", "exit 1", token)
    assert token not in repr(run)
