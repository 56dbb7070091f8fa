"""`remediate run` as a user calls it: options, words, reports, and what GitHub's runner reads."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from running import ROOT, Done, remediate

from remediate.cli.arguments import plain_call
from remediate.cli.run import command
from remediate.cli.running import OPTIONS

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="by nature: process groups and terminals of POSIX"
)

COMPILE = "echo 'src/parser.c:12:5: error: use of undeclared identifier token' >&2; exit 2"
RESET = "echo npm error code ECONNRESET; echo npm error network read ECONNRESET; exit 1"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment whose state is empty, and which is no job's."""
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "GITHUB_ACTIONS": "", "CI": ""}


@pytest.fixture
def job(tmp_path: Path, home: dict[str, str]) -> dict[str, str]:
    files = {name: str(tmp_path / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    return {**home, **files, "GITHUB_ACTIONS": "true"}


def run(*words: str | Path, cwd: Path, env: dict[str, str], options: tuple[str, ...] = ()) -> Done:
    return remediate("run", *options, "--", *words, cwd=cwd, **env)


def report(tmp_path: Path, env: dict[str, str], *words: str, options: tuple[str, ...] = ()) -> Any:
    file = tmp_path / "report.json"
    run(*words, cwd=tmp_path, env=env, options=("--report", str(file), *options))
    return json.loads(file.read_text())


def test_a_real_failure_passes_without_a_word(tmp_path: Path, home: dict[str, str]) -> None:
    counting = f"echo x >> count; {COMPILE}"
    done = run("sh", "-c", counting, cwd=tmp_path, env=home)
    assert (done.code, done.out) == (2, "")
    assert done.err == "src/parser.c:12:5: error: use of undeclared identifier token\n"
    assert (tmp_path / "count").read_text() == "x\n"


def test_a_success_passes_without_a_word(tmp_path: Path, home: dict[str, str]) -> None:
    assert run("echo", "x", cwd=tmp_path, env=home) == Done(0, "x\n", "")


@pytest.mark.parametrize("words", [("--", "-x", "--help"), ("--", "--quiet"), ("--", "--", "x")])
def test_all_behind_the_dashes_is_the_commands(
    words: tuple[str, ...], tmp_path: Path, home: dict[str, str]
) -> None:
    program = tmp_path / "-x"
    assert remediate("run", "--", "echo", *words[1:], cwd=tmp_path, **home).out == " ".join(words[1:]) + "\n"
    assert not program.exists()


def test_the_dashes_may_be_left_out(tmp_path: Path, home: dict[str, str]) -> None:
    assert remediate("run", "echo", "--timeout", cwd=tmp_path, **home).out == "--timeout\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--only", "netwrk"), "--only netwrk: there is no such cause"),
        (("--never", "network,cahce"), "--never cahce: there is no such cause"),
        (("--timeout", "soon"), "--timeout soon: this is no number above 0"),
        (("--timeout", "-1"), "--timeout -1: this is no number above 0"),
        (("--timeout", "nan"), "--timeout nan: this is no number above 0"),
        (("--max-attempts", "0"), "--max-attempts 0: this is no number above 0"),
        (("--max-attempts", "1.5"), "--max-attempts 1.5: this is no number above 0"),
        (("--on-failure", "tell"), "--on-failure tell: there is no such playbook"),
        (("--environment", "prod"), "--environment prod: there is no such environment"),
        (("--no-such",), "remediate run: there is no option --no-such"),
    ],
)
def test_a_mistake_is_told_before_the_command_starts(
    options: tuple[str, ...], words: str, tmp_path: Path, home: dict[str, str]
) -> None:
    done = run("touch", "started", cwd=tmp_path, env=home, options=options)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "way out" in done.err
    assert not (tmp_path / "started").exists()


def test_the_nearest_cause_is_named(tmp_path: Path, home: dict[str, str]) -> None:
    assert "Did you mean network?" in run("true", cwd=tmp_path, env=home, options=("--only", "netwrk")).err


def test_a_wrong_configuration_is_told_before_the_command_starts(
    tmp_path: Path, home: dict[str, str]
) -> None:
    (tmp_path / "wrong.yml").write_text("max-attemps: 3\n")
    done = run("touch", "started", cwd=tmp_path, env=home, options=("--config", "wrong.yml"))
    assert done.code == 3
    assert "wrong.yml:1" in done.err
    assert not (tmp_path / "started").exists()


def test_no_command_is_a_mistake(home: dict[str, str]) -> None:
    for words in (("run",), ("run", "--"), ("run", "--quiet", "--")):
        done = remediate(*words, **home)
        assert done.code == 2
        assert "no command given" in done.err


def test_a_report_of_a_failure(tmp_path: Path, home: dict[str, str]) -> None:
    told = report(tmp_path, home, "sh", "-c", COMPILE)
    assert (told["schema"], told["code"], told["outcome"]) == ("remediate/run/1", 2, "failed")
    assert told["command"] == ["sh", "-c", COMPILE]
    (only,) = told["tries"]
    assert (only["number"], only["code"], only["ending"], only["waited"]) == (1, 2, None, 0.0)
    assert only["seconds"] >= 0
    assert only["diagnosis"]["cause"] == "compile"


def test_a_report_of_a_success(tmp_path: Path, home: dict[str, str]) -> None:
    told = report(tmp_path, home, "true")
    assert (told["code"], told["outcome"], len(told["tries"])) == (0, "passed", 1)


def test_a_report_that_cannot_be_written_changes_no_exit_code(tmp_path: Path, home: dict[str, str]) -> None:
    for words, code in ((("true",), 0), (("sh", "-c", "exit 9"), 9)):
        done = run(*words, cwd=tmp_path, env=home, options=("--report", "no/such/folder/x.json"))
        assert done.code == code
        assert "--report no/such/folder/x.json: No such file or directory" in done.err


def test_a_report_replaces_the_one_before_whole(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "report.json").write_text("old")
    assert report(tmp_path, home, "true")["outcome"] == "passed"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json"]


def test_a_try_that_took_too_long_says_so(tmp_path: Path, home: dict[str, str]) -> None:
    told = report(tmp_path, home, "sleep", "60", options=("--timeout", "0.3"))
    assert (told["code"], told["outcome"], told["tries"][0]["timed_out"]) == (124, "failed", True)


def test_a_bug_of_ours_does_not_hide_the_exit_code(
    tmp_path: Path, home: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from remediate.cli import aftermath, running  # noqa: PLC0415

    def broken(_settings: object) -> None:
        raise ZeroDivisionError

    for name, value in home.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(aftermath, "_knowledge", broken)
    assert running.run_plainly(["--", "sh", "-c", "exit 7"]) == 7
    assert "this is a bug in Remediate: ZeroDivisionError" in capfd.readouterr().err


def test_a_cause_that_may_not_be_healed_is_not(tmp_path: Path, home: dict[str, str]) -> None:
    counting = f"echo x >> count; {RESET}"
    done = run("sh", "-c", counting, cwd=tmp_path, env=home, options=("--never", "network"))
    assert done.code == 1
    assert "not healed (mode): network is not to be healed: --never names it" in done.err
    assert (tmp_path / "count").read_text() == "x\n"


def test_quiet_says_nothing(tmp_path: Path, home: dict[str, str]) -> None:
    done = run("sh", "-c", RESET, cwd=tmp_path, env=home, options=("--never", "network", "--quiet"))
    assert (done.code, done.err) == (1, "")


PLAYBOOK = """
commands:
  tell:
    run: [sh, -c, 'echo "$REMEDIATE_CODE $REMEDIATE_CAUSE" >> told; {end}']
    verify: [test, -s, told]
    undo: [rm, -f, told]
"""


@pytest.mark.parametrize(("end", "left"), [("true", "2 compile\n"), ("exit 7", None)])
def test_a_playbook_follows_a_failure_and_never_hides_it(
    end: str, left: str | None, tmp_path: Path, home: dict[str, str]
) -> None:
    (tmp_path / "config.yml").write_text(PLAYBOOK.format(end=end))
    options = ("--config", "config.yml", "--on-failure", "tell")
    done = run("sh", "-c", COMPILE, cwd=tmp_path, env=home, options=options)
    assert done.code == 2
    told = tmp_path / "told"
    assert (told.read_text() if told.exists() else None) == left
    assert "--on-failure tell: " in done.err
    assert run("true", cwd=tmp_path, env=home, options=options) == Done(0, "", "")


def test_a_dry_run_starts_no_playbook(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "config.yml").write_text(PLAYBOOK.format(end="true"))
    options = ("--config", "config.yml", "--on-failure", "tell", "--dry-run")
    done = run("sh", "-c", COMPILE, cwd=tmp_path, env=home, options=options)
    assert done.code == 2
    assert "[DRY-RUN] --on-failure tell would run" in done.err
    assert not (tmp_path / "told").exists()


def test_a_job_gets_one_annotation_a_summary_and_outputs(tmp_path: Path, job: dict[str, str]) -> None:
    done = run("sh", "-c", COMPILE, cwd=tmp_path, env=job)
    assert done.code == 2
    notes = [line for line in done.err.splitlines() if line.startswith("::")]
    assert len(notes) == 1
    assert notes[0].startswith("::error title=Remediate::failed after 1 try with exit code 2: compile")
    assert Path(job["GITHUB_STEP_SUMMARY"]).read_text().count("```mermaid\ngantt\n") == 1
    assert "\ncompile\n" in Path(job["GITHUB_OUTPUT"]).read_text()


def test_a_job_that_passes_gets_outputs_alone(tmp_path: Path, job: dict[str, str]) -> None:
    assert run("true", cwd=tmp_path, env=job) == Done(0, "", "")
    assert not Path(job["GITHUB_STEP_SUMMARY"]).exists()
    assert "\npassed\n" in Path(job["GITHUB_OUTPUT"]).read_text()


def test_a_summary_stands_below_what_was_there(tmp_path: Path, job: dict[str, str]) -> None:
    Path(job["GITHUB_STEP_SUMMARY"]).write_text("mine\n")
    run("sh", "-c", COMPILE, cwd=tmp_path, env=job)
    assert Path(job["GITHUB_STEP_SUMMARY"]).read_text().startswith("mine\n### Remediate: ")


def test_hostile_output_reaches_the_runner_as_text(tmp_path: Path, job: dict[str, str]) -> None:
    """It stands in a line that is quoted; what the command itself printed is the command's own."""
    evil = "npm error code ECONNRESET %0A::add-mask::x @everyone <img src=x> `` [a](https://evil.example)"
    script = f"printf '%s\\n' '{evil}' 'npm error network read ECONNRESET'; exit 1"
    done = run("sh", "-c", script, cwd=tmp_path, env=job, options=("--never", "network"))
    assert done.out.splitlines()[0] == evil
    commands = [line for line in done.err.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == 1
    assert commands[0].startswith("::error title=Remediate::")
    assert "add-mask" not in commands[0]
    summary = Path(job["GITHUB_STEP_SUMMARY"]).read_text()
    outside = "".join(summary.split("```")[::2])
    for mark in ("@everyone", "<img", "https://evil"):
        assert mark not in outside
    assert Path(job["GITHUB_OUTPUT"]).read_text().count("<<") == 4


def test_a_secret_in_the_output_is_in_no_report(tmp_path: Path, job: dict[str, str]) -> None:
    token = "ghp_" + "a1B2" * 9
    script = f"echo npm error code ECONNRESET {token}; echo npm error network read ECONNRESET; exit 1"
    file = tmp_path / "r.json"
    done = run(
        "sh", "-c", script, cwd=tmp_path, env=job, options=("--report", str(file), "--never", "network")
    )
    assert token in done.out
    for text in (done.err, file.read_text(), Path(job["GITHUB_STEP_SUMMARY"]).read_text()):
        assert token not in text


CALLS = (
    "",
    "--timeout 5",
    "--timeout=5 -q",
    "--only a,b --never c",
    "--report r --dry-run",
    "--config c --state s",
)


@pytest.mark.parametrize("call", CALLS)
def test_plain_calls_are_read_as_click_reads_them(call: str) -> None:
    import click  # noqa: PLC0415

    with click.Context(command, info_name="run") as context:
        command.parse_args(context, [*call.split(), "--", "npm", "--ci"])
    by_click = dict(context.params)
    assert by_click.pop("words") == ("npm", "--ci")
    ours = plain_call(call.split(), "operands", OPTIONS)
    assert ours is not None
    assert ours.pop("operands") == ()
    assert ours == by_click


def test_every_option_is_in_the_docs_as_in_the_help() -> None:
    page = (ROOT / "docs" / "run.md").read_text()
    rows = [f"| `{o.flags[-1]}{f' {o.metavar}' if o.metavar else ''}` | {o.help} |" for o in OPTIONS]
    assert [row for row in rows if row not in page] == []


# What else the machine does must not decide a test, and nobody waits in one.
CALM = "backoff-first: 0s\nbackoff-most: 0s\nhealth: {cpu: [1, 1, 1], memory: [1, 1, 1], disk: [1, 1, 1]}\n"
COUNTING = "echo x >> count; if [ $(wc -l < count) -lt 3 ]; then {failure}; fi; echo fine"


def heal(failure: str, tmp_path: Path, env: dict[str, str], *options: str) -> tuple[Done, int]:
    """How a command ended that fails twice and then does not, and how often it ran."""
    (tmp_path / "calm.yml").write_text(CALM)
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\n" + COUNTING.format(failure=failure))
    npm.chmod(0o755)
    done = run(npm, "ci", cwd=tmp_path, env=env, options=("--config", "calm.yml", *options))
    return done, len((tmp_path / "count").read_text().split())


def test_a_transient_failure_is_healed(tmp_path: Path, job: dict[str, str]) -> None:
    done, runs = heal(RESET, tmp_path, job, "--report", "report.json")
    assert (done.code, runs) == (0, 3)
    assert done.out.endswith("fine\n")
    told = json.loads((tmp_path / "report.json").read_text())
    assert (told["outcome"], [one["code"] for one in told["tries"]]) == ("healed", [1, 1, 0])
    notes = [line for line in done.err.splitlines() if line.startswith("::")]
    assert len(notes) == 1
    assert notes[0].startswith("::warning title=Remediate::healed: network")
    assert "\ntrue\n" in Path(job["GITHUB_OUTPUT"]).read_text()


def test_a_transient_failure_is_healed_no_more_than_so_often(tmp_path: Path, home: dict[str, str]) -> None:
    done, runs = heal(RESET, tmp_path, home, "--max-attempts", "2")
    assert (done.code, runs) == (1, 2)
    assert "2 tries are all there may be" in done.err


def test_a_dry_run_runs_once_and_says_what_it_would_do(tmp_path: Path, home: dict[str, str]) -> None:
    done, runs = heal(RESET, tmp_path, home, "--dry-run")
    assert (done.code, runs) == (1, 1)
    assert "[DRY-RUN]" in done.err
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "failure",
    [
        "echo 'src/a.c:1:5: error: ECONNRESET undeclared (first use in this function)'; exit 1",
        "printf '%s\\n' '=== test session starts ===' 'E  ConnectionResetError: reset' "
        "'FAILED tests/test_a.py::test_b - ConnectionResetError: reset' '=== 1 failed in 0.1s ==='; exit 1",
        "echo something went wrong; exit 1",
        "kill -9 $$",
    ],
)
def test_a_real_failure_is_never_run_again(failure: str, tmp_path: Path, home: dict[str, str]) -> None:
    assert heal(failure, tmp_path, home)[1] == 1
