"""Carries a plan out: backup, journal, effect, verification; keeps it or undoes it, whatever happens."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import msgspec
from filelock import FileLock

from remediate.errors import Unreachable
from remediate.model.outcome import Failed, Outcome, Recovered, RolledBack
from remediate.model.plan import Plan
from remediate.model.preview import Offer, Unfit
from remediate.recovery.backups import BackupProblem, Backups
from remediate.recovery.backups_places import fingerprint
from remediate.recovery.engine_back import roll_back
from remediate.recovery.engine_course import Course, Named, previewed, touched
from remediate.recovery.engine_forward import go
from remediate.recovery.engine_limits import MARK, marked
from remediate.recovery.engine_resume import Closed, closed
from remediate.recovery.engine_room import Busy, alone, keep_room, make_room, tidy
from remediate.recovery.journal import Journal, JournalProblem, begin, journals
from remediate.recovery.journal_entries import Began, Ended, Snapshot
from remediate.recovery.rehearsal import Rehearsal, rehearsal_of
from remediate.recovery.strategies.registry import strategy_named
from remediate.recovery.strategy import Site, Strategy

# How long a lock may outlive its process: until the programs that it was just starting have begun.
_PATIENCE = 2.0


class Engine:
    """One for each process; `state` is the local state folder.

    `orphans` ends the programs whose environment has a variable set so: those that a killed recovery left.

    A dry one rehearses whatever it is asked to carry out: the one place where that is looked at.
    """

    def __init__(
        self,
        state: Path,
        *,
        orphans: Callable[[str, str], int],
        dry_run: bool = False,
        named: Named = strategy_named,
    ) -> None:
        self.state = state
        self.dry_run = dry_run
        self.backups = Backups(state)
        self._orphans = orphans
        self._named = named
        self._lock = FileLock(state / "recovery.lock", thread_local=False)

    def preview(self, plan: Plan, site: Site) -> tuple[Offer, ...]:
        """What each step would do; nothing is changed."""
        return previewed(plan, site, self._strategies(plan))

    def rehearse(self, plan: Plan, site: Site, offers: Sequence[Offer] | None = None) -> Rehearsal:
        """The plan as a report; nothing is changed, not even the state."""
        return rehearsal_of(plan, self.preview(plan, site) if offers is None else offers)

    def carry_out(self, plan: Plan, site: Site, offers: Sequence[Offer] | None = None) -> Outcome:
        """Everything that the plan says, or nothing of it.

        `offers` are those of `preview` where it was asked already. Raises `Unreachable` where a journal or a
        backup cannot be read or written: nothing is done then.
        """
        if self.dry_run:
            return self.rehearse(plan, site, offers)
        site = _resolved(site)
        with alone(self._lock, self.state, site.policy.recovery_timeout):
            self._ready(site)
            offers = self.preview(plan, site) if offers is None else offers
            unfit = next((offer for offer in offers if isinstance(offer, Unfit)), None)
            if unfit is not None:
                return RolledBack(failure=Failed(strategy=unfit.strategy, reason=unfit.reason))
            outcome = self._recover(plan, site, touched(offers))
            tidy(self.state, self.backups, site.policy.backups, site.clock.now())
            keep_room(self.state)
            return outcome

    def finish(self, site: Site) -> tuple[Closed, ...]:
        """Finishes or undoes what an earlier process of this folder left unfinished; starts nothing new.

        What another process is still at is left to it.
        """
        if self.dry_run or not (self.state / "journal").is_dir():
            return ()
        site = _resolved(site)
        if next(self._unfinished(site), None) is None:
            return ()
        try:
            with alone(self._lock, self.state, _PATIENCE):
                return tuple(self._close(journal, site) for journal in self._unfinished(site))
        except Busy:
            return ()

    def _close(self, journal: Journal, site: Site) -> Closed:
        self._orphans(MARK, journal.name)
        return closed(self._course(journal, site))

    def _recover(self, plan: Plan, site: Site, touches: tuple[tuple[str, ...], ...]) -> Outcome:
        make_room(self.state)
        now = site.clock.now()
        began = Began(plan=plan, diagnosis=site.diagnosis, root=str(site.root), touches=touches, at=now)
        course = self._course(begin(self.state / "journal", _name(now), began), site)
        try:
            self._snapshot(course)
        except BackupProblem as problem:
            return roll_back(course, Failed(strategy="backup", reason=problem.message))
        try:
            done = go(course, now + site.policy.recovery_timeout)
        except JournalProblem:
            # Files are put back, which may be repeated; the rest waits for a start that can record it.
            self._restore(course)
            raise
        except BaseException as error:
            roll_back(
                course, Failed(strategy="", reason=f"the recovery was broken off: {type(error).__name__}")
            )
            raise
        if isinstance(done, Failed):
            return roll_back(course, done)
        outcome = Recovered(results=done)
        course.journal.note(Ended(outcome=outcome, at=site.clock.now()))
        return outcome

    def _snapshot(self, course: Course) -> None:
        paths = tuple(dict.fromkeys(path for touches in course.touches for path in touches))
        site = course.site
        before = {path: fingerprint(site.root, path) for path in paths}
        why = f"plan {course.plan.hash}: {course.plan.cause}"
        backup = self.backups.take(site.root, paths, now=site.clock.now(), why=why).id if paths else ""
        course.journal.note(Snapshot(backup=backup, before=before))

    def _restore(self, course: Course) -> None:
        story = course.journal.story
        paths = [path for number in story.intents for path in course.touches[number]]
        if paths:
            self.backups.restore(story.backup, course.site.root, only=paths)

    def _course(self, journal: Journal, site: Site) -> Course:
        began = journal.story.began
        assert began is not None  # noqa: S101 - a journal without it is never given out
        return Course(
            plan=began.plan,
            site=_there(journal, site, began),
            strategies=self._strategies(began.plan),
            touches=began.touches,
            journal=journal,
            backups=self.backups,
        )

    def _strategies(self, plan: Plan) -> tuple[Strategy, ...]:
        return tuple(self._named(step.strategy) for step in plan.steps)

    def _unfinished(self, site: Site) -> Iterator[Journal]:
        for journal in journals(self.state / "journal"):
            story = journal.story
            mine = story.began is not None and story.began.root == str(site.root)
            if mine and not story.ended:
                yield journal

    def _ready(self, site: Site) -> None:
        for journal in self._unfinished(site):
            raise Unreachable(
                f"{journal.path}: an earlier recovery of {site.root} is not finished",
                hint="The next `remediate run` there finishes or undoes it.",
            )


def _resolved(site: Site) -> Site:
    return msgspec.structs.replace(site, root=site.root.resolve())


def _there(journal: Journal, site: Site, began: Began) -> Site:
    return msgspec.structs.replace(marked(site, journal.name), diagnosis=began.diagnosis)


def _name(now: float) -> str:
    return f"{datetime.fromtimestamp(now, timezone.utc):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
