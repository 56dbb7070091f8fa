"""Whether a lockfile vouches for its packages as strictly as it did: registry hosts and hashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remediate.recovery.lockfiles.tool import Lock

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
    known, past, now = known_hashes(before), known_hashes((*before, *history)), known_hashes((after,))
    strength = _strengths(before)
    hashless = _hashless(after) if any(known.values()) else set()
    faults: list[str] = []
    for pair, hashes in sorted(now.items()):
        if known.get(pair):
            fault = _difference(known[pair], hashes, past[pair])
        elif not hashes:
            fault = "has no hash" if pair in hashless and pair not in known else ""
        else:
            weaker = _rank(hashes) < strength.get(pair[0], 0)
            fault = "its hash is weaker than that of the version before" if weaker else ""
        faults += [f"{pair[0]} {pair[1]}: {fault}"] if fault else []
    return tuple(faults)


def _hashless(lock: Lock) -> set[Pair]:
    """What comes from a host and has no hash."""
    return {(each.name, each.version) for each in lock.packages if each.host and not each.hashes}


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
