"""The newest commit of a state branch, and the documents in it: all that is looked at, as of one moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

import msgspec

from remediate.ports import Clock, Documents, Spoken
from remediate.state.branch_answers import Answer, of_fetch, reason
from remediate.state.branch_objects import Entry, Objects
from remediate.state.branch_pace import BROKEN, Pace
from remediate.state.branch_parts import FOLDER, is_open
from remediate.state.branch_readme import MARK
from remediate.state.branch_remote import Remote
from remediate.state.branch_trouble import broken, foreign, misplaced, refused
from remediate.state.folder import APPLIED, Applied
from remediate.state.shapes import check, decode

_COUNT = "Remediate-Changes"
_ID = "Remediate-Change-Id"
_CALL = 60.0
# Each leaves a file or two in the repository: after so many another one is made.
_STEPS = 500
# More names than these may not fit into a command.
_MANY = 100
# For so long we are sure enough that the server still has our last commit, and few files have changed since.
_RECENT = 60.0


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Documents as of a commit, which is empty where there is no branch; `changes` counts since its root."""

    commit: str
    changes: int
    documents: Documents
    entries: Mapping[str, Entry]
    applied: Applied


class Viewer:
    """What is known of the branch; everything that the server says of it comes through here."""

    def __init__(self, objects: Objects, remote: Remote, clock: Clock, pace: Pace) -> None:
        self.place = objects.remote
        self._objects, self._remote, self._clock, self._pace = objects, remote, clock, pace
        self._tip = ""
        self._seen = float("-inf")
        self._steps = 0

    def close(self) -> None:
        """Removes what was fetched."""
        self._objects.close()
        self._tip, self._seen, self._steps = "", float("-inf"), 0

    def seen_within(self, seconds: float) -> bool:
        """Whether there is a branch, and its newest commit was looked up so shortly ago."""
        return bool(self._tip) and 0 <= self._clock.now() - self._seen < seconds

    def look(self, until: float) -> None:
        """Learns which commit is the newest."""
        self._steps += 1
        if self._steps > _STEPS:
            self.close()
        whole = self.seen_within(_RECENT)
        answer = self._asked(lambda timeout: self._remote.fetch(self._tip, timeout, whole=whole), until)
        if answer is Answer.MISSING:
            self._objects.forget()
        self._tip, self._seen = self._objects.tip(), self._clock.now()

    def moved(self, commit: str) -> None:
        """Our own push has made this commit the newest."""
        self._steps += 1
        try:
            self._objects.settle(commit)
        except OSError:
            # The change is on the branch: a full disk here is no reason to say that it is not.
            self.close()
        else:
            self._tip, self._seen = commit, self._clock.now()

    def view(self, names: Sequence[str], until: float) -> View:
        """The documents of these names in the commit that was looked up."""
        if not self._tip:
            return View(commit="", changes=0, documents=dict.fromkeys(names), entries={}, applied=Applied())
        entries = self._listing(names)
        self._check(entries, [MARK, APPLIED, *names])
        wanted = {name: entries[name].id for name in (MARK, APPLIED, *names) if name in entries}
        found = self._contents([self._tip, *wanted.values()], until)
        data = {name: found[one] for name, one in wanted.items()}
        for name, content in data.items():
            check(name, content, f"{self.place}: {name}")
        return View(
            commit=self._tip,
            changes=_count(found[self._tip]),
            documents={name: data.get(name) for name in names},
            entries=entries,
            applied=decode(APPLIED, data[APPLIED], Applied) if APPLIED in data else Applied(),
        )

    def all_files(self) -> tuple[str, ...]:
        """The names of all plain files."""
        if not self._tip:
            return ()
        entries = self._objects.listing(self._tip, deep=True)
        self._check(entries, [MARK])
        return tuple(name for name, entry in entries.items() if entry.is_file)

    def commit(
        self, view: View, change_id: str, files: Mapping[str, bytes | str | None], *, orphan: bool
    ) -> str:
        """The id of a new commit on top of what was viewed."""
        count = 1 if orphan else view.changes + 1
        # Nothing in an id can mention or link from a commit's page, or add a line.
        told = quote(change_id, safe=" ")[:500]
        message = f"Change the state [skip ci]\n\n{_ID}: {told}\n{_COUNT}: {count}\n"
        return self._objects.commit(view.commit, message, files, orphan=orphan)

    def push(self, commit: str, tip: str, until: float) -> Spoken:
        """Moves the branch from the tip to the commit, or does nothing."""
        return self._remote.push(commit, tip, self._timeout(until))

    def _listing(self, names: Sequence[str]) -> dict[str, Entry]:
        if len(names) > _MANY:
            return self._objects.listing(self._tip, deep=True)
        history = [FOLDER] if any(map(is_open, names)) else []
        above = dict.fromkeys(folder for name in names for folder in _above(name))
        return self._objects.listing(self._tip, [MARK, APPLIED, *names, *above, *history])

    def _check(self, entries: Mapping[str, Entry], names: Iterable[str]) -> None:
        if MARK not in entries:
            raise foreign(self.place)
        for name in names:
            if name in entries and not entries[name].is_file:
                raise misplaced(self.place, name, "is a link or no plain file")
            for folder in _above(name):
                if folder in entries and not entries[folder].is_folder:
                    raise misplaced(self.place, folder, "is a file or a link where a folder belongs")

    def _contents(self, identities: Sequence[str], until: float) -> dict[str, bytes]:
        found = self._objects.contents(identities)
        missing = [one for one in dict.fromkeys(identities) if one not in found]
        if missing:
            self._asked(lambda timeout: self._remote.fetch_files(missing, timeout), until)
            found |= self._objects.contents(missing)
        if any(one not in found for one in identities):
            raise broken(self.place, "the server did not give every file that it lists", changing=False)
        return found

    def _asked(self, ask: Callable[[float], Spoken], until: float) -> Answer:
        while True:
            spoken = ask(self._timeout(until))
            answer = of_fetch(spoken)
            if answer in (Answer.DONE, Answer.MISSING):
                return answer
            if answer is Answer.REFUSED:
                raise refused(self.place, reason(spoken))
            self._rest(reason(spoken), until)

    def _rest(self, why: str, until: float) -> None:
        now = self._clock.now()
        self._pace.lost(BROKEN, now)
        pause = self._pace.wait()
        if now + pause > until:
            raise broken(self.place, why, changing=False)
        self._clock.sleep(pause)

    def _timeout(self, until: float) -> float:
        return max(1.0, min(_CALL, until - self._clock.now()))


def _above(name: str) -> list[str]:
    """The folders that it is in: a file in the place of one would be written over."""
    return [folder.as_posix() for folder in PurePosixPath(name).parents][:-1]


def _count(commit: bytes) -> int:
    found = re.findall(rb"^%s: (\d{1,9})$" % _COUNT.encode(), commit, re.M)
    return int(found[-1]) if found else 1
