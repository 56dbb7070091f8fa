"""Documents on a branch: each change is a commit, pushed only onto the one that it was made from."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from remediate.errors import RemediateError, UsageProblem
from remediate.logs.neutral import for_terminal
from remediate.ports import Clock, Documents, Git
from remediate.state.branch_answers import Answer, of_push, reason
from remediate.state.branch_objects import Objects
from remediate.state.branch_pace import BROKEN, Pace
from remediate.state.branch_parts import FULL, is_open, next_part
from remediate.state.branch_readme import MARK, PAGE, README, Mark
from remediate.state.branch_remote import Remote
from remediate.state.branch_trouble import beaten, broken, refused
from remediate.state.branch_view import View, Viewer
from remediate.state.changing import changed_by, check_names
from remediate.state.folder import APPLIED, REMEMBERED, Applied
from remediate.state.shapes import encoded, is_name

BRANCH = "remediate-state"
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
# A commit that we pushed or saw so shortly ago is likely the newest still; the push finds out.
_LIKELY = 10.0
# So often a server that forbids to leave history behind is asked for it again.
_ASK_AGAIN = 50


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """`wait` is how many seconds a change may take, `chance` gives 0 to 1, what is fetched is below `folder`.

    After `compact_after` commits the next one begins the branch anew, with the same documents.
    """

    wait: float = 60.0
    folder: Path | None = None
    compact_after: int = 500
    chance: Callable[[], float] = random.random


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A change that is asked for."""

    id: str
    names: tuple[str, ...]
    change: Callable[[Documents], Documents]


class BranchStore:
    """Implements `ports.Shelf`, over any git that may fetch and push the branch."""

    def __init__(
        self,
        remote: str,
        git: Git,
        clock: Clock,
        *,
        branch: str = BRANCH,
        habits: Habits | None = None,
    ) -> None:
        if not _PLAIN.fullmatch(branch) or ".." in branch or branch.endswith((".", ".lock")):
            raise UsageProblem(
                f"{branch!r} is no name for the state branch",
                hint="Take letters, digits, `.`, `_`, `-` and `/`, as in `remediate-state`.",
            )
        self._clock = clock
        self._habits = habits or Habits()
        self._pace = Pace(self._habits.chance)
        objects = Objects(git, for_terminal(f"{remote} branch {branch}"), self._habits.folder)
        self._viewer = Viewer(objects, Remote(objects, remote, branch), clock, self._pace)
        self._lock = threading.RLock()

    @property
    def place(self) -> str:
        """Where the documents are, for a message."""
        return self._viewer.place

    def close(self) -> None:
        """Removes what was fetched."""
        self._viewer.close()

    def read(self, *names: str, fresh: bool = True) -> Documents:
        """All as of one commit, the newest; if not `fresh`, one that was the newest a second ago will do."""
        check_names(names)
        with self._lock:
            until = self._until()
            if fresh or not self._viewer.seen_within(1.0):
                self._viewer.look(until)
            return self._viewer.view(names, until).documents

    def names(self, below: str = "") -> tuple[str, ...]:
        """The documents there are whose name begins so."""
        with self._lock:
            self._viewer.look(self._until())
            found = (name for name in self._viewer.all_files() if name.startswith(below))
            return tuple(sorted(name for name in found if is_name(name) and ".json" in name))

    def change(
        self, change_id: str, names: Sequence[str], change: Callable[[Documents], Documents]
    ) -> Documents:
        """A document that `change` does not give back stays as it is.

        Of a month's history it sees the open document alone, and an empty one when that is full.
        """
        check_names(names)
        if not change_id:
            raise ValueError("a change without an id cannot be applied once")
        with self._lock:
            order = Order(id=change_id, names=tuple(names), change=change)
            return _Change(order, self._viewer, self._clock, self._pace).made(
                self._until(), self._habits.compact_after
            )

    def _until(self) -> float:
        return self._clock.now() + self._habits.wait


class _Change:
    """One change on its way to the branch."""

    def __init__(self, order: Order, viewer: Viewer, clock: Clock, pace: Pace) -> None:
        self._order, self._viewer, self._clock, self._pace = order, viewer, clock, pace

    def made(self, until: float, compact_after: int) -> Documents:
        """The documents once the change is on the branch."""
        if self._pace.yields(self._clock.now()):
            self._clock.sleep(self._pace.wait())
        likely = self._viewer.seen_within(_LIKELY)
        orphans, tries = True, 0
        while True:
            began, tries = self._clock.now(), tries + 1
            if not likely:
                self._viewer.look(until)
            view = self._viewer.view(self._order.names, until)
            step = self._applied(view, sure=not likely)
            if step is None:
                likely = False
                continue
            documents, files = step
            if files is None:
                return documents
            orphan = orphans and _is_due(view.changes, compact_after)
            answer, why = self._pushed(view, files, until, orphan=orphan)
            likely = False
            match answer:
                case Answer.DONE:
                    self._pace.won()
                    return documents
                case Answer.NO_FORCE if orphan:
                    orphans = False
                case Answer.LOST | Answer.UNKNOWN:
                    self._pause(answer, why, began, until, tries)
                case _:
                    raise refused(self._viewer.place, why)

    def _applied(
        self, view: View, *, sure: bool
    ) -> tuple[Documents, Mapping[str, bytes | str | None] | None] | None:
        """The documents after the change, and what is to be written; None: the newest commit must be seen."""
        if self._order.id in view.applied.ids:
            return (view.documents, None) if sure else None
        before = {name: None if _is_full(name, data) else data for name, data in view.documents.items()}
        try:
            changed = changed_by(before, self._order.change(dict(before)))
        except RemediateError:
            if sure:
                raise
            return None
        files: dict[str, bytes | str | None] = {}
        for name, data in changed.items():
            files[name] = data
            if _is_full(name, view.documents[name]):
                files[next_part(name, view.entries)] = view.entries[name].id
        ids = (*view.applied.ids, self._order.id)[-REMEMBERED:]
        files[APPLIED] = msgspec.json.encode(Applied(ids=ids))
        if not view.commit:
            files |= {MARK: encoded(Mark()), README: PAGE.encode()}
        return {**before, **changed}, files

    def _pushed(
        self, view: View, files: Mapping[str, bytes | str | None], until: float, *, orphan: bool
    ) -> tuple[Answer, str]:
        if orphan:
            files = {**files, README: PAGE.encode()}
        commit = self._viewer.commit(view, self._order.id, files, orphan=orphan)
        spoken = self._viewer.push(commit, view.commit, until)
        answer = of_push(spoken)
        if answer is Answer.DONE:
            self._viewer.moved(commit)
        return answer, reason(spoken)

    def _pause(self, answer: Answer, why: str, began: float, until: float, tries: int) -> None:
        now = self._clock.now()
        self._pace.lost(now - began if answer is Answer.LOST else max(now - began, BROKEN), now)
        pause = self._pace.wait()
        if now + pause > until:
            place = self._viewer.place
            raise beaten(place, tries, why) if answer is Answer.LOST else broken(place, why, changing=True)
        self._clock.sleep(pause)


def _is_due(changes: int, compact_after: int) -> bool:
    """Whether the next commit leaves the history behind; where that was refused, only now and then."""
    over = changes + 1 - compact_after
    return over >= 0 and over % _ASK_AGAIN == 0


def _is_full(name: str, data: bytes | None) -> bool:
    return data is not None and len(data) > FULL and is_open(name)
