"""Logs as GitHub's runner writes them, made of the steps of invented projects."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import msgspec

from remediate.diagnosis.diagnose import Knowledge, diagnose
from remediate.diagnosis.ranking import load_fit
from remediate.diagnosis.reading import Reading, read_log
from remediate.logs.archives import LogPart
from remediate.logs.formats import FORMATS
from remediate.logs.redaction import Redactor
from remediate.model.diagnosis import Diagnosis
from remediate.rules.catalog import Catalog

BUILD = "make release"  # a step of which no rule knows what it is for
REFUSED = (
    "curl: (7) Failed to connect to downloads.example port 443 after 130953 ms: Couldn't connect to server"
)
RESET = "npm error code ECONNRESET"
TEST_FAILED = "FAILED tests/test_parser.py::test_empty - AssertionError: assert 1 == 2"
PYTEST_BEGINS = "============================= test session starts =============================="
PYTEST_ENDS = "========================= 1 failed, 41 passed in 3.20s ========================="
COMPILE_ERROR = "src/parser.c:12:5: error: use of undeclared identifier 'token'"
OUT_OF_SYNC = (
    "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync. "
    "Please update your lock file with `npm install` before continuing."
)
OVERCOME = "Download succeeded on attempt 3"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a job: what it runs, what it prints, and the exit code that failed it."""

    command: str
    lines: tuple[str, ...]
    code: int | None = None
    error: str | None = None
    after: tuple[str, ...] = ()


def step(
    command: str, *lines: str, code: int | None = None, error: str | None = None, after: tuple[str, ...] = ()
) -> Step:
    """A step; with `code` its command failed, with `error` the runner ended it with these words."""
    return Step(command=command, lines=lines, code=code, error=error, after=after)


def texts(*steps: Step, runner: str = "2.320.0", cleaned: bool = True) -> list[str]:
    """The job's lines without their stamps."""
    told = [f"Current runner version: '{runner}'", "Prepare workflow directory"]
    for each in steps:
        told += [f"##[group]Run {each.command}", f"\x1b[36;1m{each.command}\x1b[0m"]
        told += ["shell: /usr/bin/bash -e {0}", "##[endgroup]", *each.lines]
        if each.code is not None:
            told.append(f"##[error]Process completed with exit code {each.code}.")
        if each.error is not None:
            told.append(f"##[error]{each.error}")
        told += each.after
    return [*told, "Post job cleanup.", "Cleaning up orphan processes"] if cleaned else told


def stamped(lines: list[str], day: str = "2024-05-01", newline: str = "\n") -> bytes:
    """Lines under the runner's clock."""
    start = datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=timezone.utc)
    stamps = (
        (start + timedelta(milliseconds=137 * n)).strftime("%Y-%m-%dT%H:%M:%S.%f") for n in range(len(lines))
    )
    return "".join(f"{stamp}0Z {line}{newline}" for stamp, line in zip(stamps, lines, strict=True)).encode()


def job(*steps: Step, runner: str = "2.320.0", day: str = "2024-05-01", cleaned: bool = True) -> bytes:
    """The raw log of a job of these steps; not `cleaned`, it breaks off behind the last of them."""
    return stamped(texts(*steps, runner=runner, cleaned=cleaned), day)


def failed(*lines: str, command: str = BUILD, code: int = 1) -> bytes:
    """A job whose only step prints `lines` and fails."""
    return job(step(command, *lines, code=code))


def passed(*lines: str, command: str = BUILD) -> bytes:
    """A job whose only step prints `lines` and succeeds."""
    return job(step(command, *lines))


def line_of(log: bytes, text: str) -> int:
    """The number, from 1, of the first line that holds `text`."""
    return log[: log.index(text.encode())].count(b"\n") + 1


def read(log: bytes, catalog: Catalog, form: str | None = None) -> Reading:
    """What is seen in a log."""
    return read_log(io.BytesIO(log), catalog, form=FORMATS[form] if form else None)


def diagnosed(log: bytes, catalog: Catalog, *secrets: str, form: str | None = None) -> Diagnosis:
    """The diagnosis under the committed fit."""
    knowledge = Knowledge(catalog, load_fit())
    forced = FORMATS[form] if form else None
    return diagnose(
        LogPart(name="made.log", stream=io.BytesIO(log)), knowledge, Redactor(secrets), form=forced
    )
