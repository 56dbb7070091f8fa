"""Initialize: what failed and is not dealt with, what awaits its proof, and what people have asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from remediate.errors import Unreachable
from remediate.logs.cutting import cut
from remediate.logs.neutral import for_terminal
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.model.stage import Agenda, Head, Settings, Word
from remediate.safety.circuit import Closed
from remediate.stages.doors import Doors
from remediate.stages.hearing import words_for
from remediate.stages.ignoring import reason_to_ignore
from remediate.stages.passing_on import most_that_fit
from remediate.stages.waking import Ended, Signs, due
from remediate.state.approvals import NAME as APPROVALS
from remediate.state.approvals import read_approvals
from remediate.state.cases import Register, read_register
from remediate.state.circuits import NAME as CIRCUITS
from remediate.state.circuits import read_circuits

# One run of ours looks at no more: their documents have to fit into what a job can pass on.
MOST_CASES = 500
# Beside them, of what only has to be told of.
_MOST_IGNORED, _MOST_UNTOLD = 1000, 50
# A run of ours tells of what it has closed within so long, or it is dead.
_TOLD_WITHIN = 1800.0
_LONGEST = 200


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: one run alone where `run` is given; `settings` as the configuration says."""

    settings: Settings
    run: int = 0
    dry_run: bool = False


def initialize(doors: Doors, request: Request) -> Agenda:
    """Only reads. Raises `Unreachable` where platform or state cannot be read: then nothing is healed."""
    facts = doors.platform.facts()
    now, policy = doors.clock.now(), request.settings.policy
    seen = tuple(_runs(doors, request, now - policy.look_back))
    runs = tuple(run for run in seen if _failed(run))
    register = read_register(doors.store, now - policy.look_back, now, (run.created for run in runs))
    found = [_case(run, doors, now) for run in runs if not register.knows(run.key)]
    judged = [_ignored(case, reason_to_ignore(case.run, doors, policy), now) for case in found]
    words, notes = words_for(doors, waiting=bool(register.open))
    opened, held = _due(register, doors, request, runs, words)
    if request.run and not (found or opened):
        notes += tuple(_left_alone(run, register) for run in seen)
    whole = Agenda(
        head=Head(
            owner=doors.owner,
            at=now,
            repository=facts.name,
            default_branch=facts.default_branch,
            private=facts.private,
            dry_run=request.dry_run,
            settings=request.settings,
            notes=(*notes, *_archived(facts.archived)),
        ),
        new=tuple(case for case in judged if case.open),
        open=opened,
        ignored=tuple(case for case in judged if not case.open),
        untold=tuple(case for case in register.untold if case.closed < now - _TOLD_WITHIN)[:_MOST_UNTOLD],
        words=words,
        circuits=held,
    )
    return _fitted(whole)


def _fitted(whole: Agenda) -> Agenda:
    """So many cases as the stages can pass on to each other; the next run finds the others again."""

    def first(count: int) -> Agenda:
        opened = whole.open[:count]
        new = whole.new[: max(0, count - len(opened))]
        ignored = whole.ignored[:_MOST_IGNORED]
        left = sum(map(len, (whole.open, whole.new, whole.ignored))) - sum(map(len, (opened, new, ignored)))
        return msgspec.structs.replace(whole, open=opened, new=new, ignored=ignored, left=left)

    most = min(MOST_CASES, len(whole.open) + len(whole.new))
    return first(most_that_fit(most, lambda count: msgspec.json.encode(first(count))))


def _runs(doors: Doors, request: Request, since: float) -> Iterator[WorkflowRun]:
    """The runs that may be failures, the oldest first.

    Nothing hangs on the event: it only names a run which the list, that may be behind, may not have yet.
    """
    if request.run:
        yield _named(doors, request.run)
        return
    listed = {run.id: run for run in doors.platform.unsuccessful_runs(since)}
    yield from listed.values()
    ended = _event_of(doors)
    if ended and ended.id not in listed and ended.conclusion != "success":
        run = doors.platform.run(ended.id)
        yield from (run,) if run else ()


def _failed(run: WorkflowRun) -> bool:
    return run.ended and run.conclusion != "success"


def _named(doors: Doors, number: int) -> WorkflowRun:
    run = doors.platform.run(number)
    if run is None:
        raise Unreachable(
            f"run {number}: {doors.platform.repository} has no such run",
            hint="The number stands in the run's address, behind /actions/runs/.",
        )
    return run


def _left_alone(run: WorkflowRun, register: Register) -> str:
    """Why nothing is done about a run that was asked for by its number."""
    if not run.ended:
        return f"run {run.id} is still {run.status}"
    if run.conclusion == "success":
        return f"run {run.id} has succeeded: there is nothing to heal"
    case = register.open.get(run.key)
    if case:
        return f"run {run.key} is being dealt with: {case.standing}, {case.reason}"
    closing = register.closed[run.key]
    return f"run {run.key} was dealt with before: {closing.standing}, {closing.reason}"


class _Event(msgspec.Struct):
    workflow_run: Ended | None = None


def _event_of(doors: Doors) -> Ended | None:
    """The run whose end started us; None where something else did.

    Little is taken from the event, which may be late or told twice: the platform says the rest.
    """
    if doors.event_name != "workflow_run":
        return None
    try:
        return msgspec.json.decode(doors.event, type=_Event).workflow_run
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _case(run: WorkflowRun, doors: Doors, now: float) -> Case:
    """Names of branches and titles are an attacker's: they are kept as plain text of bounded length."""
    run = msgspec.structs.replace(run, title=for_terminal(cut(doors.redactor.redact(run.title), _LONGEST)))
    trusted = bool(run.home) and run.home.lower() == run.repository.lower()
    return Case(run=run, trusted=trusted, pull=_pull(run, doors), found=now)


def _pull(run: WorkflowRun, doors: Doors) -> int:
    """The pull request that it ran for; for a fork there is none in the run, so exactly one must match."""
    if run.pulls:
        return run.pulls[0]
    if not run.event.startswith("pull_request") or not run.home:
        return 0
    near = [
        pull.number
        for pull in doors.forge.pulls_of(run.branch, run.home)
        if pull.head_commit == run.commit and pull.state == "open"
    ]
    return near[0] if len(near) == 1 else 0


def _ignored(case: Case, reason: str, now: float) -> Case:
    if not reason:
        return case
    return msgspec.structs.replace(case, standing="ignored", phase="closed", reason=reason, closed=now)


def _due(
    register: Register, doors: Doors, request: Request, runs: Sequence[WorkflowRun], words: tuple[Word, ...]
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """The open cases that there is something to do about, and the circuits that are not closed."""
    documents = doors.store.read(CIRCUITS, APPROVALS)
    book = read_circuits(documents[CIRCUITS])
    signs = Signs(
        ended=_event_of(doors),
        failed={run.id: run for run in runs},
        words=words,
        approvals=read_approvals(documents[APPROVALS]),
        circuits=book,
        policy=request.settings.policy,
    )
    cases = (case for case in register.open.values() if request.run in (0, case.run.id))
    held = (entry.circuit.key for entry in book.circuits if not isinstance(entry.circuit.state, Closed))
    return tuple(due(cases, signs, doors.clock.now())), tuple(held)


def _archived(archived: bool) -> tuple[str, ...]:
    return ("the repository is archived: nothing can be changed in it",) if archived else ()
