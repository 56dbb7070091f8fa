"""Hosts and hashes: a mended lockfile vouches for its packages as strictly as before."""

from __future__ import annotations

import pytest

from remediate.recovery.lockfiles.tool import Lock, Locked
from remediate.recovery.lockfiles.vouching import foreign_hosts, weaker_hashes


def lock(*hashes: str, version: str = "1", host: str = "registry.example", name: str = "a") -> Lock:
    return Lock(packages=(Locked(name=name, version=version, host=host, hashes=hashes),))


def test_the_same_host_is_no_news() -> None:
    assert foreign_hosts((lock(),), lock(), frozenset()) == ()


def test_another_host_is_named() -> None:
    assert "evil.example" in foreign_hosts((lock(),), lock(host="evil.example"), frozenset())[0]


def test_a_configured_host_counts_only_where_nothing_was_locked() -> None:
    assert foreign_hosts((), lock(), frozenset({"registry.example"})) == ()
    assert foreign_hosts((), lock(), frozenset({"other.example"})) != ()
    assert foreign_hosts((lock(),), lock(host="other.example"), frozenset({"other.example"})) != ()


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (lock("sha512:x"), lock("sha512:x"), ""),
        (lock("sha512:x"), lock("sha512:y"), "another file"),
        (lock("sha512:x"), lock(), "vanished"),
        (lock("sha512:x"), lock("sha512:x", "sha512:y"), "another file"),
        (lock("sha512:x", "sha1:x"), lock("sha1:x"), "weaker"),
        (lock("sha512:x"), lock("sha1:z", version="2"), "weaker"),
        (lock("sha1:x"), lock("sha512:z", version="2"), ""),
        (lock("sha512:x"), lock(name="b"), "no hash"),
        (lock("sha512:x"), lock(name="b", host=""), ""),
        (lock(), lock("sha512:x"), ""),
    ],
)
def test_hashes(before: Lock, after: Lock, fault: str) -> None:
    found = weaker_hashes((before,), after)
    assert bool(found) is bool(fault)
    assert fault in "".join(found)


def test_a_hash_may_go_back_to_one_of_the_history() -> None:
    assert weaker_hashes((lock("sha512:bad"),), lock("sha512:good"), (lock("sha512:good"),)) == ()
