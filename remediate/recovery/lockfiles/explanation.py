"""Whether every change of a lockfile is explained by its manifest: a pure comparison of two locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from remediate.recovery.lockfiles.abilities import BOTH
from remediate.recovery.lockfiles.tool import Lock

Satisfies = Callable[[str, str], bool | None]


def unexplained(
    before: Sequence[Lock], after: Lock, wanted: Mapping[str, str], satisfies: Satisfies | None = None
) -> tuple[str, ...]:
    """What changed although nothing in the manifest asks for it, in words; empty where all is explained.

    `before` are the locks that vouched until now: one, or both sides of a merge. What one of them holds may
    stay. Anything else has to follow from a direct requirement that is new, changed or no longer satisfied,
    or fill a hole that the lockfile had; what went away must be needed no more.
    """
    if not before:
        return ()
    known = {(each.name, each.version) for lock in before for each in lock.packages}
    now = {(each.name, each.version) for each in after.packages}
    causes = changed_requirements(before[0], wanted, satisfies) | _holes(before[0])
    reachable = _reach(causes, (*before, after))
    added = (pair for pair in sorted(now - known) if pair[0] not in reachable)
    return (
        *(f"{name} {version} was added and nothing in the manifest asks for it" for name, version in added),
        *(f"{name} went away although it is still needed" for name in _missed(before, after, wanted)),
    )


def changed_requirements(before: Lock, wanted: Mapping[str, str], satisfies: Satisfies | None) -> set[str]:
    """The direct requirements that the lock does not answer any more."""
    versions: dict[str, list[str]] = {}
    for each in before.packages:
        versions.setdefault(each.name, []).append(each.version)
    changed = {name for name in wanted if not _answered(versions.get(name, []), wanted[name], satisfies)}
    if not before.roots and not before.descriptors and satisfies is None:
        return set(wanted)  # nothing tells which of them changed
    if before.descriptors:
        changed |= {name for name, wording in wanted.items() if not _named(before, name, wording)}
    if before.roots:
        changed |= {name for name in wanted if before.roots.get(name) != wanted[name]}
        changed |= set(before.roots) - set(wanted)
    return changed


def _named(before: Lock, name: str, wording: str) -> bool:
    return all(f"{name}@{each}" in before.descriptors for each in wording.split(BOTH))


def _answered(versions: Iterable[str], wording: str, satisfies: Satisfies | None) -> bool:
    """Whether locked versions satisfy the requirement; without a judge every version does."""
    found = list(versions)
    if satisfies is None:
        return bool(found)
    return all(
        any(satisfies(version, each) is not False for version in found) for each in wording.split(BOTH)
    )


def _holes(before: Lock) -> set[str]:
    """Names that locked packages need and the lock does not have."""
    names = {each.name for each in before.packages}
    return {need for each in before.packages for need in each.needs if need not in names}


def _reach(causes: set[str], locks: Iterable[Lock]) -> set[str]:
    """Everything that the causes need, in any of the locks."""
    needs: dict[str, set[str]] = {}
    for lock in locks:
        for each in lock.packages:
            needs.setdefault(each.name, set()).update(each.needs)
    reached: set[str] = set()
    waiting = list(causes)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(needs.get(name, ()))
    return reached


def _missed(before: Sequence[Lock], after: Lock, wanted: Mapping[str, str]) -> list[str]:
    """Names that a lock had, that are gone, and that something still needs."""
    now = {each.name for each in after.packages}
    had = {each.name for lock in before for each in lock.packages} - now
    needed = {need for each in after.packages for need in each.needs} | set(wanted)
    return sorted(had & needed)
