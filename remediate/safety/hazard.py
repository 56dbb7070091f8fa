"""Whether a re-run of failed jobs would publish or deploy once more what an earlier attempt did already.

A re-run repeats the failed jobs whole, with what depends on them. Where it cannot be told, the answer is yes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec

from remediate.model.actions import Job, JobStep
from remediate.safety.hazard_actions import publishing_action
from remediate.safety.hazard_steps import Files, found_in, prepares, shown, where_of
from remediate.safety.hazard_workflow import (
    PlannedJob,
    PlannedStep,
    fits,
    jobs_called,
    read_workflow,
)

# A cancelled job counts as failed; one without an end too.
_PASSED = frozenset({"success", "skipped", "neutral"})
_SET_UP = "Set up job"
_OWN_STEPS = re.compile(
    r"Set up (?:job|runner)|Complete (?:job|runner)|(?:Initialize|Stop) containers|(?:Pre|Post) Run .+"
    r"|(?:Build|Pull) [\w.-]+/[\w./-]+@\S+|Pull \S+"
)
_TOLD = re.compile(r"Run (?P<uses>[\w.-]+/[\w./-]+@\S+)")
_DEEPEST = 4

Planned = tuple[PlannedJob, ...] | None


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What every job is judged by."""

    event: str
    files: Files


def files_named(text: bytes | None) -> tuple[str, ...]:
    """The workflows and actions of the same repository that the workflow names: what they do is asked too."""
    found: list[str] = []
    for job in read_workflow(text) or ():
        found += [job.calls[2:]] if job.calls.startswith("./") else []
        for step in job.steps:
            found += [f"{step.local}/action.yml", f"{step.local}/action.yaml"] if step.local else []
    return tuple(dict.fromkeys(found))


def hazard_of(text: bytes | None, jobs: Sequence[Job], event: str = "", files: Files | None = None) -> str:
    """Why a re-run is a hazard; empty where it is none. `files` holds those of `files_named`, where known."""
    planned, seen = read_workflow(text), _Seen(event=event, files=files or {})
    if not jobs:
        return "which jobs the run had is not known, so nothing tells what a re-run would do once more"
    for job in _again(planned, jobs):
        reason = _job_hazard(job, job.name, planned, seen, 0)
        if reason:
            return f"the job `{shown(job.name)}` {reason}"
    return ""


def reach_of(text: bytes | None, jobs: Sequence[Job], event: str = "", files: Files | None = None) -> str:
    """What a re-run may publish or deploy, for the first time too; empty where that is nothing."""
    planned, seen = read_workflow(text), _Seen(event=event, files=files or {})
    if planned is None:
        return "what its workflow does cannot be read"
    unknown = next((job.name for job in _failed(jobs) if not jobs_called(planned, job.name)), "")
    if unknown:
        return f"the workflow does not name its job `{shown(unknown)}`"
    led_to = _led_to(planned, jobs)
    return next(filter(None, (_reach(plan, seen, 0) for plan in planned if plan.id in led_to)), "")


def _reach(plan: PlannedJob, seen: _Seen, depth: int) -> str:
    if plan.calls:
        inner = read_workflow(seen.files.get(plan.calls[2:])) if plan.calls.startswith("./") else None
        if inner is None or depth > _DEEPEST:
            return f"`{shown(plan.calls)}` cannot be read"
        return next(filter(None, (_reach(each, seen, depth + 1) for each in inner)), "")
    where = where_of(plan, seen.event)
    for step in plan.steps:
        found = found_in(step, seen.files)
        if found:
            return f"its job `{shown(plan.id)}` publishes or deploys with {shown(found)}"
        if where and not prepares(step):
            return f"its job `{shown(plan.id)}` {where}"
    return ""


def _again(planned: Planned, jobs: Sequence[Job]) -> Iterator[Job]:
    """The jobs that would run again and may have run: the failed ones, and what needs them."""
    known = planned or ()
    failed, named = _failed(jobs), _led_to(known, jobs)
    for job in jobs:
        # Where the needs are not known, each may need the failed one.
        dependent = planned is None or any(each.id in named for each, _ in jobs_called(known, job.name))
        if job in failed or (dependent and job.conclusion != "skipped"):
            yield job


def _failed(jobs: Sequence[Job]) -> list[Job]:
    return [job for job in jobs if job.conclusion not in _PASSED]


def _led_to(planned: tuple[PlannedJob, ...], jobs: Sequence[Job]) -> set[str]:
    """The failed jobs, and all that need one of them, by their ids."""
    named = {each.id for job in _failed(jobs) for each, _ in jobs_called(planned, job.name)}
    for _ in planned:
        named |= {each.id for each in planned if named & set(each.needs)}
    return named


def _job_hazard(job: Job, name: str, planned: Planned, seen: _Seen, depth: int) -> str:
    if _never_ran(job):
        return ""
    candidates = jobs_called(planned or (), name)
    if not candidates or depth > _DEEPEST:
        why = "the workflow cannot be read" if planned is None else "the workflow does not name it"
        return _by_names(job, why)
    for plan, rest in candidates:
        if plan.calls:
            known = read_workflow(seen.files.get(plan.calls[2:])) if plan.calls.startswith("./") else None
            if known is None:
                return _by_names(job, f"`{shown(plan.calls)}` cannot be read")
            reason = _job_hazard(job, rest, known, seen, depth + 1)
        else:
            reason = _by_plan(job, plan, seen)
        if reason:
            return reason
    return ""


def _never_ran(job: Job) -> bool:
    """Whether none of the job's own steps can have begun."""
    if not job.steps:
        return not job.started or (job.conclusion == "cancelled" and not job.runner)
    # Others may be called so too.
    first = min(job.steps, key=lambda step: step.number)
    return first.name == _SET_UP and first.conclusion == "failure"


def _by_names(job: Job, why: str) -> str:
    """What the recorded names of the steps tell where the file does not: only an action's own name does."""
    if not job.steps:
        return f"may have published: {why}, and no step is recorded"
    return _by_record(job, {f"Post {step.name}" for step in job.steps}, why)


def _by_record(job: Job, explained: Collection[str], why: str) -> str:
    """What the steps that ran tell by themselves, but for those that are explained."""
    for step in job.steps:
        if step.conclusion == "skipped" or step.name in explained or _OWN_STEPS.fullmatch(step.name):
            continue
        told = _TOLD.fullmatch(step.name.strip())
        if told is None:
            return f"may have published: {why}, and the step `{shown(step.name)}` does not tell"
        if publishing_action(told["uses"], {}):
            return f"has run `{shown(told['uses'])}`, which publishes or deploys"
    return ""


def _by_plan(job: Job, plan: PlannedJob, seen: _Seen) -> str:
    where = where_of(plan, seen.event)
    for step in plan.steps:
        found = found_in(step, seen.files)
        if not (found or (where and not prepares(step))):
            continue
        known, ran = _ran(step, job.steps)
        if known and not ran:
            continue
        what = f"`{shown(step.label)}`"
        if found:
            verb = "has run" if known else "may have run"
            return f"{verb} {what}: {shown(found)} publishes or deploys, and a re-run would do so again"
        return f"{where}, and {what} {'has' if known else 'may have'} run already"
    return _unplanned(job, plan)


def _unplanned(job: Job, plan: PlannedJob) -> str:
    """A run for a pull request is of its merge, whose workflow may have steps that the head's has not."""
    planned = [f"{before}{step.label}" for step in plan.steps for before in ("", "Pre ", "Post ")]
    explained = {step.name for step in job.steps if any(fits(label, step.name) for label in planned)}
    explained |= {f"Post {step.name}" for step in job.steps}
    return _by_record(job, explained, "the workflow of this commit does not name it")


def _ran(step: PlannedStep, recorded: Sequence[JobStep]) -> tuple[bool, bool]:
    """Whether the platform has recorded the step, and whether it began."""
    seen = [each for each in recorded if fits(step.label, each.name)]
    return bool(seen), any(each.conclusion != "skipped" for each in seen)
