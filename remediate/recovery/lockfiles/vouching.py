"""Whether a lockfile vouches for its packages as strictly as it did: registry hosts and hashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remediate.recovery.lockfiles.tool import Lock, Locked

# Weak to strong. What is not named here ranks as strong: a commit, a checksum of a tool's own.
_RANKS = {"md5": 0, "sha1": 1, "sha224": 2, "sha256": 3, "sha384": 4, "sha512": 5}
_OWN = 6

Pair = tuple[str, str]


def foreign_hosts(before: Sequence[Lock], after: Lock, configured: frozenset[str]) -> tuple[str, ...]:
    """Hosts that packages come from now and did not before, in words.

    `configured` are the hosts that count where no lock could be read before.
    """
    allowed = {each.host for lock in before for each in lock.packages} if before else set(configured)
    found = sorted({(each.host, each.name) for each in after.packages if each.host not in {"", *allowed}})
    return tuple(
        f"{name} comes from {host}, which the lockfile did not name before" for host, name in found[:5]
    )


def known_hashes(locks: Iterable[Lock]) -> dict[Pair, set[str]]:
    """All hashes that these locks ever gave for each version of each package."""
    known: dict[Pair, set[str]] = {}
    for lock in locks:
        for each in lock.packages:
            known.setdefault((each.name, each.version), set()).update(each.hashes)
    return known


def weaker_hashes(before: Sequence[Lock], after: Lock, history: Sequence[Lock] = ()) -> tuple[str, ...]:
    """Where a hash vanished, was weakened, or is another one for the same version, in words.

    A hash of the same version may change in one way only: back to one that the lockfile's history holds.
    """
    if not before:
        return ()
    known, past = known_hashes(before), known_hashes((*before, *history))
    hashed = any(known.values())
    strength = _strengths(before)
    return tuple(
        f"{each.name} {each.version}: {fault}"
        for each in after.packages
        if (fault := _fault(each, known, past, strength, hashed=hashed))
    )


def _fault(
    each: Locked,
    known: dict[Pair, set[str]],
    past: dict[Pair, set[str]],
    strength: dict[str, int],
    *,
    hashed: bool,
) -> str:
    pair = (each.name, each.version)
    now = set(each.hashes)
    if known.get(pair):
        return _difference(known[pair], now, past[pair])
    if not now:
        return "has no hash" if hashed and each.host and pair not in known else ""
    if _rank(now) < strength.get(each.name, 0):
        return "its hash is weaker than that of the version before"
    return ""


def _difference(before: set[str], now: set[str], past: set[str]) -> str:
    if now == before:
        return ""
    if not now:
        return "its hash vanished"
    if not now <= past:
        return "the registry gives another file than the lockfile vouches for"
    return "its hash is weaker than before" if _rank(now) < _rank(before) else ""


def _strengths(before: Sequence[Lock]) -> dict[str, int]:
    strengths: dict[str, int] = {}
    for lock in before:
        for each in lock.packages:
            if each.hashes:
                strengths[each.name] = max(strengths.get(each.name, 0), _rank(each.hashes))
    return strengths


def _rank(hashes: Iterable[str]) -> int:
    return max((_RANKS.get(each.partition(":")[0].lower(), _OWN) for each in hashes), default=-1)
