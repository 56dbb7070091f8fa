"""`cache-purge` on a platform: the caches that the failed job restored, by its log, are deleted."""

from __future__ import annotations

import msgspec

from remediate.model.actions import CacheEntry
from remediate.model.case import Deed
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.recovery.remote_strategy import Note, Place, Seen
from remediate.recovery.remote_telling import shown

_NAME = "cache-purge"
# A log that names more restored caches than this is not one to act on.
_MOST = 20
_FROM_PULLS = frozenset({"pull_request", "pull_request_target", "pull_request_review"})


class RemoteCachePurge:
    """Only whole keys that the log says were restored, each where the job had it from; never by prefix."""

    name = _NAME

    def preview(self, step: Step, place: Place) -> Offer:
        keys = _keys(step, place)
        if isinstance(keys, str):
            return Unfit(strategy=_NAME, reason=keys)
        entries = _sources(keys, place)
        size = sum(entry.size for entry in entries) / (1 << 20)
        changes = tuple(
            Change(verb="delete", what=f"cache {shown(entry.key)}", detail=shown(entry.ref))
            for entry in entries
        )
        return Preview(
            strategy=_NAME,
            target=", ".join(map(shown, keys)),
            changes=changes,
            seconds=2.0 * max(1, len(entries)),
            cost=f"{size:.1f} MiB are built and saved again" if entries else "none: they are gone already",
            risk="low",
            affected=tuple(dict.fromkeys(shown(entry.ref) for entry in entries)),
            reversible=False,
        )

    def apply(self, step: Step, place: Place, deed: Deed, note: Note) -> StepResult:
        keys = _keys(step, place)
        if isinstance(keys, str):
            return Failed(strategy=_NAME, reason=keys)
        entries = _noted(deed)
        if entries is None:
            # Those that are there now: what a later run saves under the same key is sound, and stays.
            entries = _sources(keys, place)
            note({"entries": msgspec.json.encode(entries).decode()})
        for entry in entries:
            place.platform.delete_cache(entry)
        said = _said(entries) or "were gone already"
        changes = tuple(
            Change(verb="delete", what=f"cache {shown(entry.key)}", detail=shown(entry.ref))
            for entry in entries
        )
        return Done(strategy=_NAME, summary=f"the restored caches {said}", changes=changes)

    def look(self, step: Step, place: Place, deed: Deed) -> Seen:
        for entry in _noted(deed) or ():
            if any(other.id == entry.id for other in place.platform.caches(entry.key, entry.ref)):
                return Failed(strategy=_NAME, reason=f"the cache {shown(entry.key)} is still there")
        return Done(strategy=_NAME, summary="the caches are gone; the next run builds them anew")

    def undo(self, step: Step, place: Place, deed: Deed) -> StepResult:
        entries = _noted(deed)
        if not entries:
            return Done(strategy=_NAME, summary="no cache had been deleted")
        names = ", ".join(f"{shown(entry.key)} of {shown(entry.ref)}" for entry in entries)
        return Failed(strategy=_NAME, reason=f"a cache is not put back, the next run builds it anew: {names}")


def _said(entries: tuple[CacheEntry, ...]) -> str:
    named = ", ".join(f"{shown(entry.key)} of {shown(entry.ref)}" for entry in entries)
    return f"are deleted: {named}" if named else ""


def _noted(deed: Deed) -> tuple[CacheEntry, ...] | None:
    told = deed.trace.get("entries")
    return None if told is None else msgspec.json.decode(told, type=tuple[CacheEntry, ...])


def _keys(step: Step, place: Place) -> tuple[str, ...] | str:
    """The keys, each once, or why there is none."""
    restored = tuple(dict.fromkeys(each.key for each in place.case.restored if each.key))
    wanted = step.arguments.get("key", "")
    if wanted:
        restored = tuple(key for key in restored if key == wanted)
    if not restored:
        return "the log names no cache that was restored, so none can be blamed"
    if len(restored) > _MOST:
        return f"the log names {len(restored)} restored caches, more than {_MOST}: a person has to choose"
    return restored


def _sources(keys: tuple[str, ...], place: Place) -> tuple[CacheEntry, ...]:
    """Where each key was restored from: the first of the refs that a job reads which has it."""
    found: list[CacheEntry] = []
    refs = _refs(place)
    for key in keys:
        entries = (entry for entry in place.platform.caches(key) if entry.key == key)
        # What was saved since is another one, and sound.
        there = [entry for entry in entries if entry.created <= place.case.run.updated]
        source = next((ref for ref in refs if any(entry.ref == ref for entry in there)), None)
        found += [entry for entry in there if entry.ref == source]
    return tuple(sorted(found, key=lambda entry: entry.id))


def _refs(place: Place) -> tuple[str, ...]:
    """What a job of this run may read: its own ref first, then its base's and the default branch's."""
    case = place.case
    refs: list[str] = []
    if case.run.event in _FROM_PULLS:
        number = case.pull or next(iter(case.run.pulls), 0)
        pull = place.forge.pull(number) if number else None
        refs += [f"refs/pull/{number}/merge"] if number else []
        refs += [f"refs/heads/{pull.base}"] if pull else []
    else:
        # The branch of a run for a tag is the tag.
        refs += [f"refs/heads/{case.run.branch}", f"refs/tags/{case.run.branch}"]
    return tuple(dict.fromkeys((*refs, f"refs/heads/{place.default_branch}")))
