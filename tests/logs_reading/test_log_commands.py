"""The command of the step that failed, as each system shows it."""

from __future__ import annotations

import pytest
from outlining import outline_of
from samples import SAMPLES

GREEN = "\x1b[32;1m%s\x1b[0;m\n"
HEAD = "\x1b[0KRunning with gitlab-runner 17.0.0\x1b[0;m\n"
FAILED = "\x1b[31;1mERROR: Job failed: exit code 1\n\x1b[0;m\n"


def section(name: str, body: str, heading: str = "") -> str:
    """A section of a GitLab log."""
    begin = f"section_start:1700000000:{name}\r\x1b[0K{heading}"
    return f"{begin}\n{body}section_end:1700000009:{name.partition('[')[0]}\r\x1b[0K"


def gitlab(*sections: str) -> str:
    return HEAD + "".join(sections) + "\n" + FAILED


def buildkite(*lines: str) -> str:
    body = ("~~~ Preparing working directory", "$ cd /var/lib/buildkite-agent/builds/a-1/shop", *lines)
    ended = ("\x1b[31m🚨 Error: The command exited with status 1\x1b[0m", "~~~ Running global pre-exit hook")
    after = "$ /etc/buildkite-agent/hooks/pre-exit"
    return "".join(f"\x1b_bk;t=1700000000000\x07{line}\r\n" for line in (*body, *ended, after))


def command_of(log: str) -> tuple[str, str | None]:
    """(name, command) of the step that failed."""
    (step,) = [step for step in outline_of(log.encode()).steps if step.failed]
    return step.name, step.command


def test_gitlab_the_last_command_before_the_failure_counts() -> None:
    script = GREEN % "$ npm ci" + "added 3 packages\n" + GREEN % "$ npm test" + "1 failing\n"
    after = section("after_script", GREEN % "$ docker compose down", "\x1b[36;1mRunning after_script\x1b[0;m")
    sources = section("get_sources", GREEN % "$ git fetch")
    log = gitlab(sources, section("step_script", script), after)
    assert command_of(log) == ("step_script", "npm test")


@pytest.mark.parametrize(
    "command",
    ["[ -f x ] && make", '"$BIN" run', "(cd a && make)", "./build.sh", "# why", "if true; then", "日本"],
)
def test_gitlab_whatever_a_command_begins_with(command: str) -> None:
    script = GREEN % "$ npm ci" + GREEN % f"$ {command}"
    assert command_of(gitlab(section("step_script", script)))[1] == command


def test_gitlab_keeps_the_remark_that_a_command_had_more_lines() -> None:
    script = GREEN % "$ set -e # collapsed multi-line command"
    log = gitlab(section("step_script", script))
    assert command_of(log) == ("step_script", "set -e # collapsed multi-line command")


def test_gitlab_a_folded_entry_has_its_command_in_the_heading() -> None:
    entries = [
        section(
            f"section_script_step_{n}[hide_duration=true,collapsed=true]", "out\n", (GREEN % f"$ {name}")[:-1]
        )
        for n, name in enumerate(("npm ci", "npm test"))
    ]
    log = gitlab(section("step_script", "".join(entries)))
    assert command_of(log) == ("section_script_step_1", "npm test")


def test_gitlab_with_stamps() -> None:
    lines = ("section_start:1700000000:step_script", "\x1b[32;1m$ make\x1b[0;m", "make: *** [all] Error 2")
    stamped = "".join(f"2024-05-22T12:43:46.962641Z 01O {line}\n" for line in (HEAD[:-1], *lines))
    log = stamped + "2024-05-22T12:43:47.100000Z 00O ERROR: Job failed: exit code 2\n"
    assert command_of(log) == ("step_script", "make")


def test_gitlab_what_a_tool_prints_within_a_line_is_no_command() -> None:
    script = GREEN % "$ make" + "it costs $ 5\n  $ npm ci\nPS$ dir\n$HOME\n$\n"
    assert command_of(gitlab(section("step_script", script)))[1] == "make"


def test_buildkite_the_command_without_the_agents_own_trap() -> None:
    trap = "\x1b[90m$\x1b[0m trap 'kill -- $$' INT TERM QUIT; npm test"
    log = buildkite("~~~ Running commands", trap, "1 failing")
    assert command_of(log) == ("Running commands", "npm test")


def test_buildkite_a_script_and_a_plugins_command() -> None:
    assert command_of(buildkite("~~~ Running script", "$ .buildkite/test.sh", "x"))[1] == ".buildkite/test.sh"
    run = "docker run --rm node:20 /bin/sh -e -c 'npm test'"
    log = buildkite("~~~ :docker: Running command in node:20", f"$ {run}", "x")
    assert command_of(log)[1] == run


def test_jenkins_a_freestyle_step_has_its_command_and_a_diff_is_none() -> None:
    log = SAMPLES["jenkins"].replace("[Pipeline] sh\n+ make test", "[shop] $ mvn -B test\n+ added line")
    assert command_of(log) == ("Build", "mvn -B test")
