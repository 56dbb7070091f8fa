"""Whether a re-run of failed jobs would publish or deploy once more what an earlier attempt did already.

A re-run repeats the failed jobs whole, with what depends on them. Where it cannot be told, the answer is yes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from remediate.logs.neutral import for_terminal
from remediate.model.actions import Job, JobStep
from remediate.safety.hazard_actions import publishing_action
from remediate.safety.hazard_commands import publishing_command, tells_of_publishing
from remediate.safety.hazard_words import commands_of
from remediate.safety.hazard_workflow import (
    PlannedJob,
    PlannedStep,
    fits,
    jobs_called,
    read_action,
    read_workflow,
)

# A cancelled job counts as failed; one without an end too.
_PASSED = frozenset({"success", "skipped", "neutral"})
_EVENTS = frozenset({"release", "deployment"})
_SET_UP = "Set up job"
_OWN_STEPS = re.compile(
    r"Set up (?:job|runner)|Complete (?:job|runner)|(?:Initialize|Stop) containers|(?:Pre|Post) Run .+"
    r"|(?:Build|Pull) [\w.-]+/[\w./-]+@\S+|Pull \S+"
)
_TOLD = re.compile(r"Run (?P<uses>[\w.-]+/[\w./-]+@\S+)")
_QUIET_ACTIONS = re.compile(
    r"(?i)^(?:actions/(?:checkout|cache|download-artifact|upload-artifact|setup-[\w-]+)|[\w.-]+/(?:setup-[\w-]+"
    r"|[\w-]*-cache|cache|action-setup|login-action|setup|configure-[\w-]+|auth|rust-toolchain))(?:/|@|$)"
)
_QUIET_COMMANDS = re.compile(
    r"(?:npm (?:ci|install|i)|pnpm (?:install|i)|yarn install|bun install|pip3? install|poetry install"
    r"|uv sync|uv pip install|pipenv (?:install|sync)|pdm (?:install|sync)|bundle install|composer install"
    r"|cargo fetch|go mod download|apt(?:-get)? (?:update|install)|brew install|corepack enable|echo|cd|mkdir"
    r"|set|export|ls|pwd|cat|which|test|true|\[|fi|done|git (?:fetch|config|status|log|checkout))(?: .*)?"
    r"|yarn(?: -.*)?"
)
# How a step is called that makes ready what another one publishes.
_PREPARES = re.compile(
    r"(?i)(?:install|set ?up|download|cache|restore|check ?out|fetch|get|read|show|print|log)\b"
)
_DEEPEST = 4

Files = Mapping[str, bytes]
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
            return f"the job `{_shown(job.name)}` {reason}"
    return ""


def _again(planned: Planned, jobs: Sequence[Job]) -> Iterator[Job]:
    """The jobs that would run again and may have run: the failed ones, and what needs them."""
    known = planned or ()
    failed = [job for job in jobs if job.conclusion not in _PASSED]
    named = {each.id for job in failed for each, _ in jobs_called(known, job.name)}
    for _ in known:
        named |= {each.id for each in known if named & set(each.needs)}
    for job in jobs:
        # Where the needs are not known, each may need the failed one.
        dependent = planned is None or any(each.id in named for each, _ in jobs_called(known, job.name))
        if job in failed or (dependent and job.conclusion != "skipped"):
            yield job


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
                return _by_names(job, f"`{_shown(plan.calls)}` cannot be read")
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
            return f"may have published: {why}, and the step `{_shown(step.name)}` does not tell"
        if publishing_action(told["uses"], {}):
            return f"has run `{_shown(told['uses'])}`, which publishes or deploys"
    return ""


def _by_plan(job: Job, plan: PlannedJob, seen: _Seen) -> str:
    where = _where(plan, seen)
    for step in plan.steps:
        found = _found(step, seen.files)
        if not (found or (where and not _quiet(step))):
            continue
        known, ran = _ran(step, job.steps)
        if known and not ran:
            continue
        what = f"`{_shown(step.label)}`"
        if found:
            verb = "has run" if known else "may have run"
            return f"{verb} {what}: {_shown(found)} publishes or deploys, and a re-run would do so again"
        return f"{where}, and {what} {'has' if known else 'may have'} run already"
    return _unplanned(job, plan)


def _where(plan: PlannedJob, seen: _Seen) -> str:
    """Why whatever the job does beyond preparing is taken for publishing."""
    if plan.environment:
        return f"deploys to `{_shown(plan.environment)}`"
    if seen.event in _EVENTS:
        return f"answers the event `{seen.event}`"
    called = next(filter(tells_of_publishing, (plan.id, plan.name)), "")
    return f"is called `{_shown(called)}`" if called else ""


def _unplanned(job: Job, plan: PlannedJob) -> str:
    """A run for a pull request is of its merge, whose workflow may have steps that the head's has not."""
    planned = [f"{before}{step.label}" for step in plan.steps for before in ("", "Pre ", "Post ")]
    explained = {step.name for step in job.steps if any(fits(label, step.name) for label in planned)}
    explained |= {f"Post {step.name}" for step in job.steps}
    return _by_record(job, explained, "the workflow of this commit does not name it")


def _found(step: PlannedStep, files: Files, depth: int = 0) -> str:
    """What of the step publishes or deploys; a local action that cannot be read may."""
    if not step.local:
        known = publishing_action(step.uses, step.inputs) if step.uses else publishing_command(step.run)
        return known or ("a step of this name" if _called_so(step) else "")
    texts = (files.get(f"{step.local}/{name}") for name in ("action.yml", "action.yaml"))
    inner = read_action(next((text for text in texts if text is not None), None))
    if inner is None or depth > _DEEPEST:
        return f"{step.uses}, which cannot be read,"
    return next((found for each in inner if (found := _found(each, files, depth + 1))), "")


def _called_so(step: PlannedStep) -> bool:
    return not _quiet(step) and not _PREPARES.match(step.name) and tells_of_publishing(step.name)


def _quiet(step: PlannedStep) -> bool:
    """Whether the step is known to prepare and no more."""
    if step.uses:
        return bool(_QUIET_ACTIONS.match(step.uses))
    commands = (" ".join(words) for words in commands_of(step.run))
    return all(_QUIET_COMMANDS.fullmatch(command) for command in commands)


def _ran(step: PlannedStep, recorded: Sequence[JobStep]) -> tuple[bool, bool]:
    """Whether the platform has recorded the step, and whether it began."""
    seen = [each for each in recorded if fits(step.label, each.name)]
    return bool(seen), any(each.conclusion != "skipped" for each in seen)


def _shown(text: str) -> str:
    """A name from a workflow, which may be anybody's."""
    plain = for_terminal(" ".join(text.split())).replace("`", "'")
    return plain if len(plain) <= 80 else f"{plain[:80]}…"
