"""Notify: tells people what failed, why, what was done and what happens next, each in their own place."""

from __future__ import annotations

from remediate.incidents.escalation import Escalation
from remediate.model.account import accounts_of
from remediate.model.stage import Tally
from remediate.notify.annotations import beside_the_job
from remediate.notify.pull_comment import tell_pulls
from remediate.notify.rehearsed import RehearsedTracker
from remediate.notify.summary import summary
from remediate.notify.told import Told
from remediate.notify.wording import Voice
from remediate.ports import Tracker
from remediate.stages.doors import Doors

__all__ = ["Told", "notify"]


def notify(tally: Tally, doors: Doors) -> Told:
    """Issues, comments, the summary and annotations; what cannot be told is noted, and the rest goes on.

    A dry run reads, writes nothing, and says what it would have written.
    """
    head = tally.verdicts.recoveries.findings.agenda.head
    accounts, voice = accounts_of(tally.verdicts), Voice(doors.redactor.redact)
    rehearsed = RehearsedTracker(doors.tracker) if head.dry_run else None
    tracker: Tracker = rehearsed or doors.tracker
    escalated = Escalation(tracker, head.repository, head.at).bring(tally.incidents)
    pulls = tell_pulls(accounts, tracker, voice)
    problems = tuple(voice.plain(problem) for problem in (*escalated.problems, *pulls.problems))
    text = summary(tally, accounts, voice)
    if problems:
        text += "".join(f"\n- not told: {voice.inline(problem)}" for problem in problems) + "\n"
    return Told(
        summary=text,
        annotations=beside_the_job(accounts, problems, voice),
        tickets={} if rehearsed else escalated.tickets,
        comments=() if rehearsed else pulls.numbers,
        lines=tuple(rehearsed.lines) if rehearsed else (*escalated.lines, *pulls.lines),
        problems=problems,
    )
