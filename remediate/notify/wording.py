"""Which words a case is told in: how it stands, what was done about it, what happens next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from remediate.logs.cutting import cut
from remediate.logs.markdown import for_markdown, linked
from remediate.model.account import Account
from remediate.model.case import Case
from remediate.model.cause import DEFECTS, SEVERITIES, UNCLASSIFIED
from remediate.model.outcome import Done, Failed
from remediate.safety.moments import moment

LONGEST = 300


class Voice(msgspec.Struct, frozen=True):
    """Says what a log or a person wrote: without secrets, cut, and so that nothing acts."""

    redact: Callable[[str], str]

    def plain(self, text: str, longest: int = LONGEST) -> str:
        """For where nothing is drawn, as in an annotation; not yet made harmless for it."""
        return cut(self.redact(text), longest)

    def inline(self, text: str, longest: int = LONGEST) -> str:
        """Within a line of Markdown."""
        return for_markdown(self.plain(text, longest))


def rank(account: Account) -> tuple[int, int, float]:
    """The most important first: what waits for a person, what is left to one, the rest; of each the worst."""
    case = account.case
    if account.verdict and account.verdict.verdict == "rollback-failed":
        order = 0
    elif case.standing == "escalated":
        order = 1
    elif case.phase == "approval":
        order = 2
    else:
        order = {"refused": 3, "pending": 4, "healed": 5, "ignored": 6}[case.standing]
    return order, _grade(case), -case.found


def _grade(case: Case) -> int:
    grades = list(SEVERITIES)
    severity = case.diagnosis.severity if case.diagnosis else ""
    return grades.index(severity) if severity in grades else len(grades)


def run_link(case: Case) -> str:
    """The attempt, as a link where the platform gave a plain address."""
    name = f"run {case.run.id}" + (f", attempt {case.run.attempt}" if case.run.attempt > 1 else "")
    return linked(name, case.run.url) or name


def cause_of(case: Case) -> str:
    """The cause; a word where there is none."""
    return case.diagnosis.cause if case.diagnosis else "not diagnosed"


def is_defect(case: Case) -> bool:
    """Whether a person has to mend it, and a machine must not touch it."""
    return case.diagnosis is not None and case.diagnosis.cause in DEFECTS


def became(case: Case) -> str:
    """How it stands, in a few words."""
    match case.standing:
        case "healed":
            return "looks healed" if case.open else "healed"
        case "escalated":
            return "for a person"
        case "refused":
            return "left to its author" if is_defect(case) else "refused"
        case "ignored":
            return "ignored"
    words = {"approval": "waits for approval", "waiting": "waits", "proving": "awaits its proof"}
    return words.get(case.phase, "under way")


def done_about(account: Account, voice: Voice) -> Iterator[str]:
    """Every effect and what was seen of it, each a line of Markdown."""
    for deed in account.case.deeds:
        match deed.result:
            case Done(summary=summary):
                words = voice.inline(summary)
            case Failed(reason=reason):
                words = f"failed: {voice.inline(reason)}"
            case _:
                words = "was begun and has not ended; the next run finishes or undoes it"
        yield f"`{deed.strategy}`: {words}"
        if isinstance(deed.undone, Done):
            yield f"`{deed.strategy}` was undone: {voice.inline(deed.undone.summary)}"
        elif isinstance(deed.undone, Failed):
            yield f"`{deed.strategy}` could **not** be undone: {voice.inline(deed.undone.reason)}"
    if account.verdict:
        yield from (f"seen: {voice.inline(line)}" for line in account.verdict.seen)
        yield from (f"**remains**: {voice.inline(line)}" for line in account.verdict.remains)


def why_nothing(account: Account, voice: Voice) -> str:
    """Why nothing was done."""
    case = account.case
    if is_defect(case) and case.standing in ("refused", "escalated"):
        return (
            f"Nothing: `{cause_of(case)}` is a defect of the code or its set-up. To run it again would hide "
            "it, and a machine must not touch it."
        )
    if case.diagnosis and case.diagnosis.cause == UNCLASSIFIED:
        return f"Nothing: what is not understood is not touched ({voice.inline(case.reason)})."
    gate = f" (`{case.gate}`)" if case.gate else ""
    return f"Nothing{gate}: {voice.inline(case.reason or 'no reason is known')}"


def happens_next(account: Account, voice: Voice) -> str:
    """What comes by itself, or what a person can do."""
    case = account.case
    hint = voice.inline(case.diagnosis.hint) if case.diagnosis and case.diagnosis.hint else ""
    refusal = account.course.refusal if account.course else None
    if case.phase == "approval" and case.plan:
        return (
            f"It waits for a word until {moment(case.due)}: someone with write access comments "
            f"`/remediate approve {case.plan.hash}`."
        )
    if case.standing == "healed":
        return f"It is looked at once more at {moment(case.due)}." if case.open else "Nothing: it is gone."
    if case.open and case.standing != "escalated":
        return f"It is looked at again from {moment(case.due)} on, by itself."
    if case.standing == "ignored":
        return "Nothing."
    way_out = voice.inline(refusal.hint) if refusal and refusal.hint and not is_defect(case) else ""
    if case.standing == "escalated":
        again = f" The machine looks again from {moment(case.due)} on." if case.open else ""
        if case.gate == "circuit" and case.signature:
            again += (
                f" `/remediate reset {case.signature}`, commented by someone with write access, lets it try."
            )
        return f"{' '.join(filter(None, (hint, way_out))) or 'A person has to look at the lines.'}{again}"
    return " ".join(filter(None, (hint, way_out))) or "A person has to look at the lines."
