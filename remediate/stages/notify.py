"""Notify: tells people what failed, why, what was done and what happens next, each in their own place."""

from __future__ import annotations

from remediate.incidents.escalation import Escalation
from remediate.model.account import accounts_of
from remediate.model.digest import digest_of
from remediate.model.stage import Tally
from remediate.notify.annotations import beside_the_job
from remediate.notify.pull_comment import tell_pulls
from remediate.notify.rehearsed import RehearsedTracker
from remediate.notify.summary import summary
from remediate.notify.told import Told
from remediate.notify.wording import Voice
from remediate.ports import Documents, Tracker
from remediate.stages.doors import Doors
from remediate.state import incidents
from remediate.state.shapes import encoded

__all__ = ["Told", "notify", "remember"]


def notify(tally: Tally, doors: Doors) -> Told:
    """Issues, comments, the summary and annotations; what cannot be told is noted, and the rest goes on.

    A dry run reads, writes nothing, and says what it would have written.
    """
    head = tally.verdicts.recoveries.findings.agenda.head
    accounts, voice = accounts_of(tally.verdicts), Voice(doors.redactor.redact)
    rehearsed = RehearsedTracker(doors.tracker) if head.dry_run else None
    tracker: Tracker = rehearsed or doors.tracker
    escalated = Escalation(tracker, head.repository).bring(tally.incidents)
    pulls = tell_pulls(accounts, tracker, voice)
    problems = tuple(voice.plain(problem) for problem in (*escalated.problems, *pulls.problems))
    return Told(
        summary=summary(tally, accounts, voice, problems),
        annotations=beside_the_job(accounts, problems, voice),
        tickets={} if rehearsed else escalated.tickets,
        comments=() if rehearsed else pulls.numbers,
        lines=tuple(rehearsed.lines) if rehearsed else (*escalated.lines, *pulls.lines),
        problems=problems,
    )


def remember(told: Told, doors: Doors) -> None:
    """The issues' numbers, for who may write the state; a job that may not finds them by their marks."""
    if not told.tickets:
        return
    numbers = digest_of(f"{signature} {number}" for signature, number in sorted(told.tickets.items()))

    def with_numbers(documents: Documents) -> Documents:
        book = incidents.read_incidents(documents[incidents.NAME])
        return {incidents.NAME: encoded(incidents.with_tickets(book, told.tickets))}

    change_id = f"tickets {doors.owner} {numbers.hex()[:16]}"
    doors.store.change(change_id, [incidents.NAME], with_numbers)
