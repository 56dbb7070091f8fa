"""Where the evidence of a failed run stands: annotations, job logs, the run's archive, records of steps."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import msgspec

from remediate.diagnosis.diagnose import Knowledge, diagnose
from remediate.errors import UsageProblem
from remediate.logs.archives import Limits, LogPart, open_logs
from remediate.logs.formats import FORMATS
from remediate.logs.redaction import Redactor
from remediate.model.actions import FAILURES, Annotation, Job, LogAbsent, LogFile, LogGap, WorkflowRun
from remediate.model.case import Restored
from remediate.model.cause import REASONS, UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis
from remediate.model.stage import JobFinding, Rung
from remediate.ports import Platform
from remediate.stages.abstaining import abstained
from remediate.stages.restoring import restored_of

# A run with more failed jobs is read from its archive, which is one call whatever their number.
MANY_JOBS = 10
# What was cancelled is asked of its annotations alone: a timeout shows nowhere else.
_STOPPED_ASKED = 5
# `timeout-minutes` takes whole minutes.
SHORTEST_LIMIT = 60.0
_PROVED_APART = "lockfile-repair"
_PASSED_OVER = "many jobs failed, and this one was not looked at: the archive of the run holds no log of it"
_CUT = "the log was cut off on its way: what came of it does not show how it ended"


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one rung shows of a job."""

    rung: Rung
    diagnosis: Diagnosis
    job: str = ""
    gap: LogGap | None = None
    reason: str = ""
    restored: tuple[Restored, ...] = ()


class Ladder:
    """Climbs it for one run after the other; fetched files are thrown away when they are read."""

    def __init__(self, platform: Platform, knowledge: Knowledge, redactor: Redactor, folder: Path) -> None:
        self._platform = platform
        self._knowledge = knowledge
        self._redactor = redactor
        self._folder = folder

    def climb(self, run: WorkflowRun) -> tuple[JobFinding, ...]:
        """Each failed job by itself: two calls for each, and one for their list."""
        jobs = self._platform.jobs(run.id, run.attempt)
        failed = [job for job in jobs if job.conclusion in FAILURES]
        stopped = [job for job in jobs if job.conclusion == "cancelled"]
        found = (
            self._many(run, failed) if len(failed) > MANY_JOBS else [self._job(run, job) for job in failed]
        )
        return (*found, *(self._stopped(run, job) for job in stopped[:_STOPPED_ASKED]))

    def overtime(self, run: WorkflowRun) -> tuple[JobFinding, ...]:
        """The jobs of a cancelled run that ran out of their time: the platform calls both the same."""
        jobs = self._platform.jobs(run.id, run.attempt)
        long = [job for job in jobs if job.conclusion == "cancelled" and lasted(job) >= SHORTEST_LIMIT]
        found = (self._stopped(run, job) for job in long[:_STOPPED_ASKED])
        return tuple(one for one in found if one.diagnosis.cause == "timeout")

    def skim(self, run: WorkflowRun) -> tuple[JobFinding, ...]:
        """From the run's archive alone, which is one call: nothing, where that does not tell all there is.

        Where a re-run would follow it takes another: the archive may lack a job that failed.
        """
        found = self._archived(run)
        if any(seen.diagnosis.cause == UNCLASSIFIED for seen in found):
            return ()
        if _leads_to_a_rerun(found) and not self._complete(run, found):
            return ()
        return tuple(self._finding(_unlisted(run, seen.job), seen, seen) for seen in found)

    def _complete(self, run: WorkflowRun, found: list[_Seen]) -> bool:
        failed = {job.name for job in self._platform.jobs(run.id, run.attempt) if job.conclusion in FAILURES}
        return failed <= {seen.job for seen in found}

    def _job(self, run: WorkflowRun, job: Job) -> JobFinding:
        told, log = self._annotations(run, job), self._log(run, job)
        return self._finding(job, _stronger(told, log), log)

    def _many(self, run: WorkflowRun, failed: list[Job]) -> list[JobFinding]:
        """Those that the archive explains, and of the others as many as are worth their calls."""
        archived = self._archived(run)
        names = [seen.job for seen in archived]
        known = {seen.job: seen for seen in archived if names.count(seen.job) == 1}
        asked, found = 0, []
        for job in failed:
            seen = known.get(job.name)
            if seen is not None and seen.diagnosis.cause != UNCLASSIFIED:
                found.append(self._finding(job, seen, seen))
            elif asked < MANY_JOBS:
                asked += 1
                found.append(self._job(run, job))
            else:
                passed = seen or _Seen(rung="steps", diagnosis=self._abstained(run, job, _PASSED_OVER))
                found.append(self._finding(job, passed, passed))
        return found

    def _finding(self, job: Job, seen: _Seen, log: _Seen) -> JobFinding:
        """Names are the author's of the change: a secret in one does not get out either."""
        redact = self._redactor.redact
        steps = tuple(msgspec.structs.replace(step, name=redact(step.name)) for step in job.steps)
        return JobFinding(
            job=msgspec.structs.replace(job, name=redact(job.name), steps=steps),
            rung=seen.rung,
            diagnosis=seen.diagnosis,
            gap=log.gap,
            gap_reason=log.reason,
            restored=log.restored,
        )

    def _stopped(self, run: WorkflowRun, job: Job) -> JobFinding:
        told = self._annotations(run, job)
        seen = told or _Seen(rung="steps", diagnosis=self._abstained(run, job, "the job was stopped"))
        return self._finding(job, seen, seen)

    def _annotations(self, run: WorkflowRun, job: Job) -> _Seen | None:
        """What the annotations alone tell, read by the same rules; None where that is nothing."""
        lines = [line for one in self._platform.annotations(job) for line in _lines(one)]
        if not lines:
            return None
        text = "".join(f"##[error]{line}\n" for line in lines).encode("utf-8", "replace")
        part = LogPart(name=f"{_place(run, job)}, annotations", stream=io.BytesIO(text))
        found = diagnose(part, self._knowledge, self._redactor, form=FORMATS["github"])
        if found.cause == UNCLASSIFIED:
            return None
        return _Seen(rung="annotations", diagnosis=self._named(found, job.name))

    def _log(self, run: WorkflowRun, job: Job) -> _Seen:
        log = self._platform.job_log(job, self._folder)
        if isinstance(log, LogAbsent):
            return self._absent(run, job, log)
        try:
            seen = list(self._read(log, _place(run, job)))
        except UsageProblem as problem:
            return self._absent(run, job, LogAbsent(gap="corrupt", reason=problem.message))
        finally:
            log.path.unlink(missing_ok=True)
        if not seen:
            return self._absent(run, job, LogAbsent(gap="corrupt", reason="the archive holds no log"))
        one = next((one for one in seen if one.diagnosis.reason != "no-failure"), seen[0])
        return msgspec.structs.replace(one, diagnosis=self._named(one.diagnosis, job.name))

    def _archived(self, run: WorkflowRun) -> list[_Seen]:
        """What failed by the run's archive; nothing where that is not there as a whole."""
        log = self._platform.archive(run, self._folder)
        if isinstance(log, LogAbsent):
            return []
        try:
            seen = list(self._read(log, f"run {run.id}, attempt {run.attempt}", rung="archive"))
        except UsageProblem:
            return []
        finally:
            log.path.unlink(missing_ok=True)
        return [] if log.cut else [one for one in seen if one.diagnosis.reason != "no-failure"]

    def _read(self, log: LogFile, place: str, rung: Rung = "log") -> Iterator[_Seen]:
        with log.path.open("rb") as stream:
            for part in open_logs(stream, place, Limits()):
                found = diagnose(part, self._knowledge, self._redactor, form=FORMATS["github"])
                cut = log.cut or part.cut
                yield _Seen(
                    rung=rung,
                    job=part.job,
                    diagnosis=_of_half(self._named(found, part.job)) if cut else self._named(found, part.job),
                    reason=_CUT if cut else "",
                    restored=self._restored(log.path, place, part.name) if found.recovery else (),
                )

    def _restored(self, path: Path, place: str, name: str) -> tuple[Restored, ...]:
        """A key that holds a secret is of no use: it may not be written down."""
        found = restored_of(path, place, name)
        return tuple(one for one in found if self._redactor.redact(one.key) == one.key)

    def _absent(self, run: WorkflowRun, job: Job, absent: LogAbsent) -> _Seen:
        """What the record of its steps still tells: where it failed."""
        found = self._abstained(run, job, absent.reason)
        rung: Rung = "steps" if found.step else "none"
        return _Seen(rung=rung, diagnosis=found, gap=absent.gap, reason=absent.reason)

    def _abstained(self, run: WorkflowRun, job: Job, hint: str) -> Diagnosis:
        step = next((step for step in job.steps if step.conclusion in ("failure", "")), None)
        return abstained(
            source=self._redactor.redact(_place(run, job)),
            job=self._redactor.redact(job.name),
            step=self._redactor.redact(step.name) if step else "",
            hint=hint,
        )

    def _named(self, found: Diagnosis, job: str) -> Diagnosis:
        if found.job or not job:
            return found
        return msgspec.structs.replace(found, job=self._redactor.redact(job))


def lasted(one: WorkflowRun | Job) -> float:
    """For how many seconds it went on."""
    ended = one.updated if isinstance(one, WorkflowRun) else one.completed
    return ended - one.started if one.started else 0.0


def _leads_to_a_rerun(found: list[_Seen]) -> bool:
    """Whether nothing keeps the run from it; a repair is proved by a run of its own instead."""
    wanted = {seen.diagnosis.recovery for seen in found}
    return bool(wanted) and None not in wanted and wanted != {_PROVED_APART}


def _stronger(told: _Seen | None, log: _Seen) -> _Seen:
    """The log, unless it does not know or only knows that it was stopped.

    A defect that it shows stands against every annotation: a step can write those itself.
    """
    if told is None:
        return log
    ours, theirs = log.diagnosis, told.diagnosis
    if ours.cause in (UNCLASSIFIED, "cancelled"):
        return told
    return told if ours.transient and theirs.confidence > ours.confidence else log


def _of_half(found: Diagnosis) -> Diagnosis:
    """Of half a log: nothing is done about what the other half may have explained otherwise."""
    if found.cause == UNCLASSIFIED:
        return msgspec.structs.replace(found, reason="log-cut", title=REASONS["log-cut"])
    return msgspec.structs.replace(found, recovery=None, withheld=found.withheld or REASONS["log-cut"])


def _lines(one: Annotation) -> list[str]:
    if one.level not in ("failure", ""):
        return []
    return [line for text in (one.title, one.message) for line in text.splitlines() if line.strip()]


def _place(run: WorkflowRun, job: Job) -> str:
    return f"run {run.id}, attempt {run.attempt}, {job.name}"


def _unlisted(run: WorkflowRun, name: str) -> Job:
    """A job that was not asked for: only its name is known, and that it failed."""
    return Job(
        id=0,
        run=run.id,
        attempt=run.attempt,
        name=name,
        status="completed",
        conclusion="failure",
        started=run.started,
        completed=run.updated,
    )
