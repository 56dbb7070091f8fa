"""Logs of jobs and runs, and artifacts with test reports: fetched, or told why they are not there."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from remediate.model.actions import Job, LogAbsent, LogFile, LogGap, WorkflowRun
from remediate.platforms.github.desk import Part
from remediate.platforms.github.downloads import Fetched, Missed
from remediate.platforms.github.refusals import words_of
from remediate.platforms.github.run_shapes import ArtifactPage, ArtifactShape
from remediate.platforms.github.shapes import moment, parsed

_READ = "actions: read"
_DAY = 86400.0
# GitHub writes a log some time after its job; by then it is there or will never be.
_SOON = 300.0
# For so long one that is there, and cannot be fetched, is asked for by each run of ours.
_TRIED = 3600.0
_KEPT = 90 * _DAY
_ASKED = 3
_REPORT = re.compile(r"(?i)junit|test|report|result|surefire|xunit|spec")
_REPORTS = 5
_LARGEST_REPORT = 32 * 1024 * 1024


class Logs(Part):
    """The logs of `Platform`."""

    def job_log(self, job: Job, folder: Path) -> LogFile | LogAbsent:
        """The log, fetched into the folder."""
        path = f"{self._root}/actions/jobs/{job.id}/logs"
        got = self._fetched(path, folder / f"job-{job.id}.log")
        if isinstance(got, Fetched):
            return LogFile(path=got.path, cut=got.cut)
        return _forbidden(got) or self._why_absent(job, got)

    def archive(self, run: WorkflowRun, folder: Path) -> LogFile | LogAbsent:
        """The zip of all logs of the attempt."""
        path = f"{self._root}/actions/runs/{run.id}/attempts/{run.attempt}/logs"
        got = self._fetched(path, folder / f"run-{run.key}.zip")
        if isinstance(got, Fetched):
            if got.cut or zipfile.is_zipfile(got.path):
                return LogFile(path=got.path, cut=got.cut)
            got.path.unlink()
            return LogAbsent(gap="corrupt", reason="the archive of the run's logs is no zip")
        return _forbidden(got) or self._gone(run.ended, run.updated, got)

    def test_reports(self, run: WorkflowRun, folder: Path) -> tuple[LogFile, ...]:
        """The archives of artifacts that may hold JUnit reports."""
        path = f"{self._root}/actions/runs/{run.id}/artifacts"
        page = parsed(self._calls.get(path, {"per_page": "100"}, needs=_READ), ArtifactPage, path)
        found = []
        for one in [one for one in page.artifacts if _may_report(one, run)][:_REPORTS]:
            place = f"{self._root}/actions/artifacts/{one.id}/zip"
            got = self._fetched(place, folder / f"artifact-{one.id}.zip")
            if isinstance(got, Fetched):
                found.append(LogFile(path=got.path, cut=got.cut))
        return tuple(found)

    def _fetched(self, path: str, target: Path) -> Fetched | Missed:
        """A link lives for a minute: it is asked for again where it has died, or what came was cut off."""
        got: Fetched | Missed = Missed(status=0, reason="")
        for tries in range(_ASKED):
            self._calls.clock.sleep(float(tries))
            reply = self._calls.get(path, needs=_READ, accept=(302, 403, 404, 410), fresh=True)
            if reply.status != 302:
                return Missed(status=reply.status, reason=words_of(reply))
            got = self._desk.downloads.fetch(reply.headers.get("location", ""), target)
            whole = isinstance(got, Fetched) and not got.cut
            if whole or (isinstance(got, Missed) and got.status in (404, 410)):
                return got
        # Refused by its place three times is not refused by GitHub.
        return Missed(status=0, reason=got.reason) if isinstance(got, Missed) else got

    def _why_absent(self, job: Job, missed: Missed) -> LogAbsent:
        """Which of the many reasons it is; the job's record knows."""
        known = self._gone(job.status == "completed", job.completed, missed)
        if known.gap != "missing":
            return known
        if job.conclusion == "cancelled":
            return LogAbsent(gap="cancelled", reason="the job was cancelled, and left no log")
        if any(not step.conclusion for step in job.steps):
            return LogAbsent(gap="dead-runner", reason="its runner went away in the middle of a step")
        if not job.runner:
            return LogAbsent(gap="missing", reason="no runner ever began with the job")
        return known

    def _gone(self, ended: bool, at: float, missed: Missed) -> LogAbsent:
        age = self._calls.clock.now() + self._calls.ahead - at
        gap: LogGap = "missing"
        reason = f"{'GitHub has none' if missed.status else 'it could not be fetched'}: {missed.reason}"
        if not ended:
            gap, reason = "not-yet", "it is written when the job has ended"
        elif age < _SOON:
            gap, reason = "not-yet", "the job has just ended: its log may still come"
        elif missed.status == 0 and age < _TRIED:
            gap = "not-yet"
        elif missed.status == 410 or (age > _KEPT and missed.status == 404):
            gap, reason = "expired", "GitHub has thrown it away: it is kept for 90 days, or what is set there"
        return LogAbsent(gap=gap, reason=reason)


def _forbidden(missed: Missed) -> LogAbsent | None:
    if missed.status != 403:
        return None
    return LogAbsent(
        gap="forbidden", reason=f"the token may not read it: {missed.reason}; it needs `{_READ}`"
    )


def _may_report(one: ArtifactShape, run: WorkflowRun) -> bool:
    """Whether it is likely, readable, and of this attempt: artifacts of earlier ones stay in the list."""
    fresh = not one.created_at or moment(one.created_at) >= run.started
    return (
        bool(_REPORT.search(one.name)) and fresh and not one.expired and one.size_in_bytes < _LARGEST_REPORT
    )
