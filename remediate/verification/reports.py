"""What the test reports among an attempt's artifacts say of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from remediate.errors import RemediateError
from remediate.logs.archives.limits import Limits
from remediate.logs.archives.opening import open_logs
from remediate.model.actions import LogFile, WorkflowRun
from remediate.ports import Platform
from remediate.verification.junit import Report, read_report

_LIMITS = Limits()
_NAMED = 3


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """What the new attempt's reports show; `fails` are tests that did not fail in the attempt before.

    `told` says it in a sentence; empty where there is no report.
    """

    told: str = ""
    fails: tuple[str, ...] = ()


def compared(platform: Platform, before: WorkflowRun, after: WorkflowRun, folder: Path) -> Tested:
    """A job can be green while its tests are not: what a report says counts as well."""
    now = _read(platform.test_reports(after, folder))
    if now is None:
        return Tested()
    told = f"its test reports: {now.tests} tests, {now.failures} failed, {now.skipped} skipped"
    if not now.failures:
        return Tested(told=told)
    then = _read(platform.test_reports(before, folder))
    # Without a report of before it cannot be known whether these always fail: they are told of, and no more.
    fails = tuple(sorted(now.failed - then.failed)) if then else ()
    named = ", ".join(fails[:_NAMED])
    return Tested(told=f"{told}; new: {named}" if fails else told, fails=fails)


def _read(archives: tuple[LogFile, ...]) -> Report | None:
    found = [report for archive in archives for report in _reports(archive)]
    return sum(found, Report()) if found else None


def _reports(archive: LogFile) -> Iterator[Report]:
    """An archive that is damaged or too large proves nothing, and disproves nothing."""
    try:
        with archive.path.open("rb") as stream:
            for part in open_logs(stream, archive.path.name, _LIMITS):
                report = read_report(part.stream) if part.name.endswith(".xml") else None
                if report is not None:
                    yield report
    except (RemediateError, OSError):
        return
