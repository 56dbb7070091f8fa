"""A plain `diagnose` starts at once: it imports little, and reads its arguments as click would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from running import COMMAND, LOCKFILE_LOG, environment

from remediate.cli.arguments import plain_call
from remediate.cli.diagnose import command
from remediate.cli.diagnosing import OPTIONS

# Each of them costs milliseconds, and none is wanted for one plain log.
HEAVY = {
    *("asyncio", "email", "http", "ssl", "subprocess", "urllib.request", "github", "importlib.metadata"),
    *("bz2", "lzma", "isal", "zipfile", "tempfile", "random", "queue", "shutil", "hashlib"),
    *("click", "difflib", "importlib.resources", "inspect", "pathlib", "re2", "rich", "yaml", "zstandard"),
}

CALLS = (
    "build.log",
    "-",
    "a b",
    "a --format json b",
    "a --format=json",
    "--config= a",
    "a -q",
    "a --quiet -v",
    "a --redact-env X --redact-env=Y",
    "a --log-format github --log-format plain",
    "--config c a",
    "",
)
NOT_PLAIN = (
    "a -qv",
    "a -- -b",
    "--help",
    "a --form json",
    "a --format",
    "a --format jsn",
    "a --quiet=1",
    "a --config -q",
    "a -q=1",
    "--version",
)


def imported(*arguments: str | Path) -> set[str]:
    """The modules that the command imports, as the interpreter itself tells."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        env=environment(PYTHONPROFILEIMPORTTIME="1"),
    )
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {line.rsplit("|", 1)[1].strip() for line in lines}


def ours_to_bear() -> set[str]:
    """What the interpreter and msgspec import here, whatever we do."""
    code = "import msgspec, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment()
    )
    return set(done.stdout.split())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "build.log"
    file.write_bytes(LOCKFILE_LOG)
    return file


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_plain_log_needs_few_imports(log: Path, output: str) -> None:
    # The first run may compile the rules and keep them; a wheel has them ready.
    imported("diagnose", log)
    names = imported("diagnose", log, "--format", output) - ours_to_bear()
    assert "remediate.diagnosis.diagnose" in names
    assert sorted(names.intersection(HEAVY)) == []


@pytest.mark.parametrize("call", CALLS)
def test_plain_calls_are_read_as_click_reads_them(call: str) -> None:
    assert plain_call(call.split(), "sources", OPTIONS) == by_click(call.split())


@pytest.mark.parametrize("call", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_click(call: str) -> None:
    assert plain_call(call.split(), "sources", OPTIONS) is None


def by_click(arguments: list[str]) -> dict[str, Any]:
    with click.Context(command, info_name="diagnose") as context:
        command.parse_args(context, arguments)
    return context.params
