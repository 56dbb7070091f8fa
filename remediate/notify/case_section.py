"""One failed run as a section of Markdown: what failed, why, what was done, what happens next."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import msgspec

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

_LINES, _FEW_LINES, _JOBS, _OTHERS, _RUNS = 14, 4, 8, 3, 10
_WIDEST = 400


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of which the same is to be said, the most important first.

    `above` is a link to the run by which the same failure was shown already.
    """

    accounts: tuple[Account, ...]
    above: str = ""


def together(ordered: Sequence[Account], voice: Voice) -> tuple[Alike, ...]:
    """An outage fails many runs alike: what is the same is said once."""
    alike: dict[Hashable, list[Account]] = {}
    for account in ordered:
        alike.setdefault(_likeness(account, voice), []).append(account)
    shown: dict[str, str] = {}
    told = []
    for accounts in alike.values():
        case = accounts[0].case
        told.append(Alike(accounts=tuple(accounts), above=shown.get(case.signature, "")))
        if case.signature:
            shown.setdefault(case.signature, run_link(case))
    return tuple(told)


def section(told: Alike, voice: Voice, *, pictured: bool = True) -> str:
    """All of it."""
    account = told.accounts[0]
    parts = [_head(told, voice), *_what(account, voice), *_same(told), *_why(told, voice, _LINES)]
    parts += [*_jobs(account, voice), *_done(account, voice), *_next(account, voice)]
    parts += [*_others(account, voice), *_rehearsed(account, voice)]
    drawn = picture(account) if pictured else ""
    return "\n\n".join((*parts, *([drawn] if drawn else [])))


def short_section(told: Alike, voice: Voice) -> str:
    """The same without what can be looked up in the run."""
    account = told.accounts[0]
    parts = [_head(told, voice), *_what(account, voice), *_why(told, voice, _FEW_LINES)]
    return "\n\n".join((*parts, *_next(account, voice)))


def _likeness(account: Account, voice: Voice) -> Hashable:
    """All that is said of it but the run, its branch, and lines that have the same signature."""
    case = account.case
    if not case.signature:
        return case.key
    said = (
        *_jobs(account, voice),
        *_done(account, voice),
        *_next(account, voice),
        *_rehearsed(account, voice),
    )
    place = case.diagnosis and (case.diagnosis.job, case.diagnosis.step and case.diagnosis.step.name)
    return case.signature, case.run.workflow, place, became(case), case.trusted, said


def _head(told: Alike, voice: Voice) -> str:
    case = told.accounts[0].case
    workflow, more = voice.inline(case.run.name or case.run.workflow, 80), _more(len(told.accounts) - 1)
    where = f"{workflow} on {voice.inline(case.run.branch, 80)}{f' and {more}' if more else ''}"
    return f"### `{cause_of(case)}`: {where}, {became(case)}"


def _more(number: int) -> str:
    return f"{number} more run{'' if number == 1 else 's'}" if number else ""


def _same(told: Alike) -> Iterator[str]:
    others = [run_link(account.case) for account in told.accounts[1:]]
    if others:
        left = f" and {_more(len(others) - _RUNS)}" if len(others) > _RUNS else ""
        yield f"**The same in:** {', '.join(others[:_RUNS])}{left}."


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


def _why(told: Alike, voice: Voice, most: int) -> Iterator[str]:
    diagnosis = told.accounts[0].case.diagnosis
    if diagnosis is None or not diagnosis.evidence:
        return
    if told.above:
        yield f"**Why:** the same failure as in {told.above}, above."
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
        yield f"The plan would be: {steps}."


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
