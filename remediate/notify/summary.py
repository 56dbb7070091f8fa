"""The job summary: every case by its weight, the totals, and the figures; cut to size, never dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from remediate.logs.sections import ALWAYS, LARGEST_SUMMARY, Section, joined, summary_size
from remediate.metrics.bars import as_markdown
from remediate.metrics.figures import Metrics
from remediate.model.account import Account
from remediate.model.incident import Incident
from remediate.model.stage import Head, Tally
from remediate.notify.case_section import section, short_section, together
from remediate.notify.wording import Voice, became, cause_of, rank, run_link
from remediate.safety.moments import moment

_ROWS, _FEW_ROWS, _PROBLEMS, _INCIDENTS = 600, 100, 20, 20
# Failures that are told in full; GitHub stops drawing pictures when there are too many.
_FULL, _PICTURED = 40, 8


def summary(tally: Tally, accounts: Sequence[Account], voice: Voice, problems: Sequence[str] = ()) -> str:
    """Markdown for GITHUB_STEP_SUMMARY, under its limit; `problems` are what could not be told elsewhere."""
    ordered = sorted(accounts, key=rank)
    sections = tuple(_sections(tally, ordered, voice, problems))
    return joined(sections, LARGEST_SUMMARY, summary_size) + "\n"


def headline(accounts: Sequence[Account]) -> str:
    """How many failures there are, and how they stand."""
    if not accounts:
        return "no failed runs"
    found = Counter(became(account.case) for account in sorted(accounts, key=rank))
    number = "1 failed run" if len(accounts) == 1 else f"{len(accounts)} failed runs"
    return f"{number}: " + ", ".join(f"{count} {words}" for words, count in found.items())


def _sections(
    tally: Tally, ordered: Sequence[Account], voice: Voice, problems: Sequence[str]
) -> Iterator[Section]:
    recoveries = tally.verdicts.recoveries
    agenda = recoveries.findings.agenda
    yield Section(worth=ALWAYS, text=f"## Remediate: {headline(ordered)}")
    if problems:
        yield Section(worth=ALWAYS, text=_untold(problems, voice))
    notes = [*_notes(agenda.head, agenda.left, voice), *(voice.inline(word) for word in recoveries.words)]
    if notes:
        yield Section(worth=95, text="\n".join(f"- {note}" for note in notes))
    # What is ignored has no section of its own, and a reason all the same.
    if len(ordered) > 1 or any(one.case.standing == "ignored" for one in ordered):
        yield Section(worth=90, text=_table(ordered, voice, _ROWS), shorter=_table(ordered, voice, _FEW_ROWS))
    yield from _cases([one for one in ordered if one.case.standing != "ignored"], voice)
    if tally.incidents:
        yield Section(worth=60, text=_incidents(tally.incidents))
    figures = _figures(tally)
    if figures:
        yield Section(worth=50, text=figures)
    at = moment(agenda.head.at)
    yield Section(worth=ALWAYS, text=f"_{at}, {voice.inline(agenda.head.repository)}, {agenda.head.owner}_")


def _untold(problems: Sequence[str], voice: Voice) -> str:
    lines = [f"- not told: {voice.inline(problem)}" for problem in problems[:_PROBLEMS]]
    if len(problems) > _PROBLEMS:
        lines.append(f"- and {len(problems) - _PROBLEMS} more, in the log of this job")
    return "\n".join(lines)


def _notes(head: Head, left: int, voice: Voice) -> Iterator[str]:
    if head.dry_run:
        yield "**This is a dry run: nothing was changed, no issue and no comment was written.**"
    if head.settings.policy.mode != "heal":
        yield f"The mode is `{head.settings.policy.mode}`: nothing is recovered."
    if head.settings.policy.kill_switch:
        yield "The kill switch is on: nothing is recovered."
    if left:
        yield f"{left} more failed runs are looked at by the next run of ours."
    yield from (voice.inline(note) for note in head.notes)


def _table(ordered: Sequence[Account], voice: Voice, most: int) -> str:
    lines = ["| run | workflow | branch | cause | became | because |", "|---|---|---|---|---|---|"]
    for account in ordered[:most]:
        case = account.case
        cells = (
            run_link(case),
            voice.inline(case.run.name or case.run.workflow, 60),
            voice.inline(case.run.branch, 60),
            f"`{cause_of(case)}`",
            became(case),
            voice.inline(case.reason, 120),
        )
        lines.append(f"| {' | '.join(cells)} |")
    if len(ordered) > most:
        lines += ["", f"and {len(ordered) - most} more"]
    return "\n".join(lines)


def _cases(ordered: Sequence[Account], voice: Voice) -> Iterator[Section]:
    all_told = together(ordered, voice)
    for number, told in enumerate(all_told[:_FULL]):
        yield Section(
            worth=89 if number < 3 else max(10, 80 - number),
            text=section(told, voice, pictured=number < _PICTURED),
            shorter=short_section(told, voice),
        )
    left = sum(len(told.accounts) for told in all_told[_FULL:])
    if left:
        yield Section(worth=40, text=f"{left} more stand in the table alone.")


def _incidents(incidents: Sequence[Incident]) -> str:
    lines = ["### Incidents", "", "| signature | cause | status | seen | branches | severity |"]
    lines.append("|---|---|---|---|---|---|")
    for one in sorted(incidents, key=lambda one: (one.status != "open", -one.seen))[:_INCIDENTS]:
        status = f"{one.status}, for a person" if one.escalated and one.status == "open" else one.status
        lines.append(
            f"| `{one.signature}` | `{one.cause}` | {status} | {_often(one.count)}, last "
            f"{moment(one.seen)} | {len(one.branches)} | {one.severity} |"
        )
    if len(incidents) > _INCIDENTS:
        lines += [
            "",
            f"and {len(incidents) - _INCIDENTS} more: `remediate incidents list --remote` names all",
        ]
    return "\n".join(lines)


def _often(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _figures(tally: Tally) -> str:
    """The targets and the trend; nothing where nothing was counted, as in a first dry run."""
    try:
        metrics = msgspec.json.decode(tally.metrics, type=Metrics)
    except msgspec.MsgspecError:
        return ""
    if not metrics.updated:
        return ""
    return f"### Figures\n\n{as_markdown(metrics)}"
