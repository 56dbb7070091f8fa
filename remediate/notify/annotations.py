"""What the runner shows beside the job: a few annotations, the most important of each level."""

from __future__ import annotations

from collections.abc import Sequence

from remediate.logs.neutral import for_annotation, for_property
from remediate.model.account import Account
from remediate.notify.case_section import Alike, together
from remediate.notify.wording import Voice, became, cause_of, rank

# A step may have so many of each level; more are dropped without a word.
MOST = 10


def beside_the_job(accounts: Sequence[Account], problems: Sequence[str], voice: Voice) -> tuple[str, ...]:
    """Workflow commands; nothing that a log holds can be one."""
    levels: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}
    for problem in problems:
        levels["error"].append(_command("error", "Remediate could not tell", voice.plain(problem)))
    for told in together(sorted(accounts, key=rank), voice):
        level = _level(told.accounts[0])
        if level:
            levels[level].append(_command(level, _title(told.accounts[0], voice), _message(told, voice)))
    return tuple(line for level, lines in levels.items() for line in _few(level, lines))


def _few(level: str, lines: Sequence[str]) -> Sequence[str]:
    if len(lines) <= MOST:
        return lines
    more = f"{len(lines) - MOST + 1} more stand in the summary"
    return (*lines[: MOST - 1], _command(level, "Remediate", more))


def _level(account: Account) -> str:
    case = account.case
    if case.standing == "escalated":
        return "error"
    if case.standing == "refused" or case.phase == "approval":
        return "warning"
    return "notice" if case.standing == "healed" else ""


def _title(account: Account, voice: Voice) -> str:
    case = account.case
    return f"Remediate, {voice.plain(case.run.name or case.run.workflow, 60)}: {became(case)}"


def _message(told: Alike, voice: Voice) -> str:
    case, others = told.accounts[0].case, len(told.accounts) - 1
    title = case.diagnosis.title if case.diagnosis else ""
    what = ": ".join(dict.fromkeys(word for word in (cause_of(case), title, case.reason) if word))
    more = f" and {others} more" if others else ""
    return voice.plain(f"Run {case.run.id} on {case.run.branch}{more}: {what}", 600)


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={for_property(title)}::{for_annotation(message)}"
