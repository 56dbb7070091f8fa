"""Detect: why each run failed, by what the platform tells of it. The second of six stages; it only reads."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest

import msgspec

from remediate.decision.whole_run import deciding
from remediate.diagnosis.diagnose import Knowledge
from remediate.diagnosis.ranking import load_fit
from remediate.errors import Unreachable
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case, Restored
from remediate.model.cause import UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis
from remediate.model.stage import Agenda, Finding, Findings, JobFinding
from remediate.stages.abstaining import abstained
from remediate.stages.cutting_down import fit
from remediate.stages.doors import Doors
from remediate.stages.evidence_ladder import SHORTEST_LIMIT, Ladder, lasted
from remediate.stages.ignoring import passed_over

# The stages after this one need calls too, where one process makes them all.
KEPT_BACK = 100
# What a run with one or two failed jobs costs when it is looked at job by job, and the most for any.
_USUAL = 6
_DEAREST = 40
# The archive, and the list of jobs where a re-run would follow.
_SKIMMED = 2
# After this no other case is begun: a job that is ended for its time hands nothing on, and the next one would
# spend it on the same.
MOST_SECONDS = 600.0
# So many of the cancelled runs are asked whether it was for their time: most were overtaken by a newer one.
_OVERTIME_ASKED = 10
# When a log that was not there is looked for again.
_AGAIN = 180.0
_NO_JOB_BEGAN = "the run ended before any job of it began"
_NO_JOB_FAILED = "none of its jobs failed by itself"
# After so many archives in a row that tell nothing, as when no log was written, the others will not either.
_VAIN = 10
# After so many cases in a row that could not be looked at, the others could not either.
_PATIENCE = 3


def detect(agenda: Agenda, doors: Doors) -> Findings:
    """What does not fit into the calls and the time that are left stays `found`, counted in `agenda.left`."""
    wanted = [case for case in (*agenda.new, *agenda.open) if case.open and case.diagnosis is None]
    stopped = list(_perhaps_overtime(agenda, doors))
    if not wanted and not stopped:
        return Findings(agenda=agenda)
    detection = _Detection(agenda, doors)
    found = detection.look_at(spread(wanted))
    late = detection.overtime(stopped)
    head = msgspec.structs.replace(agenda.head, notes=(*agenda.head.notes, *detection.notes()))
    agenda = msgspec.structs.replace(
        agenda,
        head=head,
        new=(*agenda.new, *(finding.case for finding in late.values())),
        ignored=tuple(case for case in agenda.ignored if case.key not in late),
        left=agenda.left + len(wanted) - len(found),
    )
    return fit(
        Findings(
            agenda=agenda,
            findings=(*(found[case.key] for case in wanted if case.key in found), *late.values()),
        )
    )


def _perhaps_overtime(agenda: Agenda, doors: Doors) -> Iterator[Case]:
    """The latest that were cancelled late enough to have run out of their time, as fresh cases."""
    policy = agenda.head.settings.policy
    cancelled = [one for one in agenda.ignored if one.run.conclusion == "cancelled"]
    long = [one for one in cancelled if lasted(one.run) >= SHORTEST_LIMIT]
    mine = [one for one in long if not passed_over(one.run, doors, policy)]
    for one in sorted(mine, key=lambda case: case.run.updated)[-_OVERTIME_ASKED:]:
        yield Case(run=one.run, trusted=one.trusted, pull=one.pull, found=one.found)


def concluded(case: Case, jobs: tuple[JobFinding, ...], now: float, threshold: float) -> Finding:
    """The case with what decides for it; without a diagnosis while a log is still to come."""
    late = [one for one in jobs if one.gap == "not-yet" and one.diagnosis.cause == UNCLASSIFIED]
    if late:
        many = f"{len(late)} of its logs are" if len(late) > 1 else "its log is"
        waits = msgspec.structs.replace(
            case, phase="waiting", standing="pending", due=now + _AGAIN, reason=f"{many} not there yet"
        )
        return Finding(case=waits, jobs=jobs)
    chosen = deciding(jobs, threshold)
    diagnosis = chosen.diagnosis if chosen else _jobless(case)
    why = chosen.why if chosen else diagnosis.title
    case = msgspec.structs.replace(
        case, diagnosis=diagnosis, reason=why, phase="found", due=0.0, restored=_restored(jobs, diagnosis)
    )
    return Finding(case=case, jobs=jobs)


def spread(cases: Iterable[Case]) -> list[Case]:
    """The first failure of each workflow, then the second of each: if calls run out, all were seen once."""
    lanes: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        lanes[case.run.workflow, case.run.branch].append(case)
    return [case for row in zip_longest(*lanes.values()) for case in row if case is not None]


class _Detection:
    """One run of the stage."""

    def __init__(self, agenda: Agenda, doors: Doors) -> None:
        settings = agenda.head.settings
        folder = doors.folder / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        knowledge = Knowledge(doors.catalog(settings.packs), load_fit())
        self._ladder = Ladder(doors.platform, knowledge, doors.redactor, folder)
        self._doors = doors
        self._threshold = settings.policy.confidence_threshold
        # Others wait for what comes after this stage: it is not for a few broken runs to keep them.
        self._goes_on = bool(agenda.open or agenda.words)
        self._problems: dict[str, Unreachable] = {}
        self._until = doors.clock.now() + MOST_SECONDS

    def look_at(self, cases: list[Case]) -> dict[str, Finding]:
        """Where calls are short, each run's archive first, which often tells enough, and jobs then."""
        found: dict[str, Finding] = {}
        if len(cases) * _USUAL > self._to_spend():
            self._skim(cases, found)
        self._climb([case for case in cases if case.key not in found], found)
        if not found and self._problems and not self._goes_on:
            raise next(iter(self._problems.values()))
        return found

    def overtime(self, cases: Iterable[Case]) -> dict[str, Finding]:
        """Those that nobody cancelled: they ran out of their time."""
        found: dict[str, Finding] = {}
        for case in cases:
            jobs = self._tried(self._ladder.overtime, case) if self._to_spend() >= _USUAL else None
            if jobs:
                found[case.key] = self._concluded(case, jobs)
        return found

    def notes(self) -> tuple[str, ...]:
        """What went wrong on the way."""
        if not self._problems:
            return ()
        first = next(iter(self._problems.values()))
        why = " ".join(filter(None, (f"{first.message}.", first.hint)))
        return (f"{len(self._problems)} failures could not be looked at: {why}",)

    def _skim(self, cases: list[Case], found: dict[str, Finding]) -> None:
        in_vain = 0
        for case in cases:
            if self._to_spend() < _SKIMMED or in_vain == _VAIN:
                return
            jobs = self._tried(self._ladder.skim, case)
            in_vain = 0 if jobs else in_vain + 1
            if jobs:
                found[case.key] = self._concluded(case, jobs)

    def _climb(self, cases: list[Case], found: dict[str, Finding]) -> None:
        waiting, in_a_row, backwards = deque(cases), 0, False
        while waiting and self._to_spend() >= _DEAREST and in_a_row < _PATIENCE:
            case = waiting.pop() if backwards else waiting.popleft()
            jobs = self._tried(self._ladder.climb, case)
            if jobs is not None:
                in_a_row = 0
                found[case.key] = self._concluded(case, jobs)
                continue
            in_a_row += 1
            if in_a_row == _PATIENCE and not backwards:
                # A few that nobody can look at must not stand before all others for ever.
                in_a_row, backwards = 0, True

    def _tried(
        self, look: Callable[[WorkflowRun], tuple[JobFinding, ...]], case: Case
    ) -> tuple[JobFinding, ...] | None:
        """None where it could not be looked at."""
        try:
            jobs = look(case.run)
        except Unreachable as problem:
            self._problems.setdefault(case.key, problem)
            return None
        self._problems.pop(case.key, None)
        return jobs

    def _concluded(self, case: Case, jobs: tuple[JobFinding, ...]) -> Finding:
        return concluded(case, jobs, self._doors.clock.now(), self._threshold)

    def _to_spend(self) -> int:
        """The calls; none when the time is up."""
        if self._doors.clock.now() > self._until:
            return 0
        return self._doors.platform.calls_left - KEPT_BACK


def _restored(jobs: tuple[JobFinding, ...], decides: Diagnosis) -> tuple[Restored, ...]:
    """What a job restored that failed for another reason has nothing to do with it."""
    near = (job for job in jobs if job.diagnosis.cause == decides.cause)
    return tuple({one.key: one for job in near for one in job.restored}.values())


def _jobless(case: Case) -> Diagnosis:
    """Nobody but the run's page tells why a run could not start."""
    began = case.run.conclusion != "startup_failure"
    found = abstained(
        source=f"run {case.run.id}, attempt {case.run.attempt}",
        hint="Open the run's page: it tells whether the workflow file is wrong or GitHub could not start it.",
    )
    return msgspec.structs.replace(found, title=_NO_JOB_FAILED if began else _NO_JOB_BEGAN)
