"""One failed run as a section of Markdown: what failed, why, what was done, what happens next."""

from __future__ import annotations

from collections.abc import Iterator

from remediate.logs.markdown import log_block
from remediate.model.account import Account
from remediate.model.cause import REASONS, SEVERITIES
from remediate.model.diagnosis import Diagnosis
from remediate.notify.path import picture
from remediate.notify.pull_request import advice
from remediate.notify.wording import (
    Voice,
    became,
    cause_of,
    done_about,
    happens_next,
    run_link,
    why_nothing,
)

_LINES, _FEW_LINES, _JOBS, _OTHERS = 14, 4, 8, 3
_WIDEST = 400


def section(account: Account, voice: Voice, *, pictured: bool = True) -> str:
    """All of it."""
    parts = [_head(account, voice), *_what(account, voice), *_why(account, voice, _LINES)]
    parts += [*_jobs(account, voice), *_done(account, voice), *_next(account, voice)]
    parts += [*_others(account, voice), *_rehearsed(account, voice)]
    drawn = picture(account) if pictured else ""
    return "\n\n".join((*parts, *([drawn] if drawn else [])))


def short_section(account: Account, voice: Voice) -> str:
    """The same without what can be looked up in the run."""
    parts = [_head(account, voice), *_what(account, voice), *_why(account, voice, _FEW_LINES)]
    return "\n\n".join((*parts, *_next(account, voice)))


def _head(account: Account, voice: Voice) -> str:
    case = account.case
    workflow = voice.inline(case.run.name or case.run.workflow, 80)
    return f"### `{cause_of(case)}`: {workflow} on {voice.inline(case.run.branch, 80)}, {became(case)}"


def _what(account: Account, voice: Voice) -> Iterator[str]:
    case = account.case
    diagnosis = case.diagnosis
    if diagnosis is None:
        ended = voice.inline(case.run.conclusion or "unknown", 40)
        yield f"{run_link(case)} ended as {ended}. {voice.inline(case.reason)}"
        return
    sure = f", {diagnosis.confidence:.0%} sure" if diagnosis.rule else ""
    reason = f" ({REASONS[diagnosis.reason]})" if diagnosis.reason in REASONS else ""
    yield f"**What failed:** {voice.inline(diagnosis.title)}{sure}{reason}."
    place = [run_link(case)]
    if diagnosis.job:
        place.append(f"job {voice.inline(diagnosis.job, 80)}")
    if diagnosis.step:
        place.append(f"step {voice.inline(diagnosis.step.name, 120)}")
    if diagnosis.rule:
        place.append(f"rule `{diagnosis.rule}`")
    if diagnosis.severity in SEVERITIES:
        place.append(f"severity {diagnosis.severity}")
    fork = "" if case.trusted else " The code comes from a fork: nothing of it is touched."
    yield f"{', '.join(place)}.{fork}"


def _why(account: Account, voice: Voice, most: int) -> Iterator[str]:
    diagnosis = account.case.diagnosis
    if diagnosis is None or not diagnosis.evidence:
        return
    yield "**Why:** the lines that prove it."
    yield log_block(_evidence(diagnosis, voice, most))


def _evidence(diagnosis: Diagnosis, voice: Voice, most: int) -> Iterator[str]:
    """The decisive lines before the others, as they stand in the log."""
    ranked = sorted(diagnosis.evidence, key=lambda one: one.role not in ("decisive", "supporting"))
    shown = sorted(ranked[:most], key=lambda one: one.line)
    width = len(str(shown[-1].line))
    for one in shown:
        mark = "▸" if one.role == "decisive" else " "
        yield f"{mark} {one.line:>{width}} │ {voice.plain(one.text, _WIDEST)}"


def _jobs(account: Account, voice: Voice) -> Iterator[str]:
    """What else failed in the run, and where a log was missing."""
    rows = []
    for finding in account.jobs[:_JOBS]:
        gap = f"its log is {finding.gap}: {voice.inline(finding.gap_reason)}" if finding.gap else ""
        if len(account.jobs) > 1 or gap:
            rows.append(f"- {voice.inline(finding.job.name, 80)}: `{finding.diagnosis.cause}` {gap}".rstrip())
    if len(account.jobs) > _JOBS:
        rows.append(f"- and {len(account.jobs) - _JOBS} more jobs")
    if rows:
        yield "**Failed jobs:**\n\n" + "\n".join(rows)


def _done(account: Account, voice: Voice) -> Iterator[str]:
    lines = list(done_about(account, voice))
    if lines:
        yield "**What was done:**\n\n" + "\n".join(f"- {line}" for line in lines)
    elif account.case.standing in ("healed", "ignored"):
        yield f"**What was done:** {voice.inline(account.case.reason or 'nothing')}"
    else:
        yield f"**What was done:** {why_nothing(account, voice)}"
    plan = account.case.plan
    if plan and not lines:
        steps = "; ".join(f"`{step.strategy}`" for step in plan.steps)
        yield f"The plan would be: {steps} (hash `{plan.hash}`)."


def _next(account: Account, voice: Voice) -> Iterator[str]:
    yield f"**What happens next:** {happens_next(account, voice)}"
    if commands := advice(account.case):
        yield commands


def _others(account: Account, voice: Voice) -> Iterator[str]:
    diagnosis = account.case.diagnosis
    if diagnosis is None or not diagnosis.alternatives:
        return
    rows = [
        f"- `{other.cause}`, {other.confidence:.0%}, line {other.line} ({other.relation}): "
        f"{voice.inline(other.text, 160)}"
        for other in diagnosis.alternatives[:_OTHERS]
    ]
    yield "**Also seen:**\n\n" + "\n".join(rows)


def _rehearsed(account: Account, voice: Voice) -> Iterator[str]:
    lines = account.course.lines if account.course else ()
    if lines:
        yield log_block(voice.plain(line) for line in lines)
