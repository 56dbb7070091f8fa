"""What a manifest explains of a lockfile's changes, and what it does not."""

from __future__ import annotations

from remediate.recovery.lockfiles.explanation import unexplained
from remediate.recovery.lockfiles.node_ranges import satisfies
from remediate.recovery.lockfiles.tool import Lock, Locked


def lock(packages: dict[str, str], needs: dict[str, tuple[str, ...]] | None = None, **roots: str) -> Lock:
    found = (
        Locked(name=name, version=version, needs=(needs or {}).get(name, ()))
        for name, version in packages.items()
    )
    return Lock(packages=tuple(found), roots=roots)


BEFORE = lock({"a": "1.0.0", "b": "1.0.0"}, a="^1.0.0", b="^1.0.0")


def test_no_change_needs_no_explanation() -> None:
    assert unexplained((BEFORE,), BEFORE, BEFORE.roots, satisfies) == ()


def test_a_newer_version_that_nobody_asked_for_is_found() -> None:
    after = lock({"a": "1.1.0", "b": "1.0.0"}, a="^1.0.0", b="^1.0.0")
    assert "a 1.1.0" in unexplained((BEFORE,), after, BEFORE.roots, satisfies)[0]


def test_a_new_requirement_explains_itself_and_what_it_needs() -> None:
    after = lock({"a": "1.0.0", "b": "1.0.0", "c": "1.0.0", "d": "2.0.0"}, {"c": ("d",)})
    assert unexplained((BEFORE,), after, {**BEFORE.roots, "c": "1"}, satisfies) == ()


def test_a_new_requirement_does_not_explain_its_neighbours() -> None:
    after = lock({"a": "1.0.0", "b": "1.1.0", "c": "1.0.0"})
    assert "b 1.1.0" in unexplained((BEFORE,), after, {**BEFORE.roots, "c": "1"}, satisfies)[0]


def test_a_raised_requirement_explains_the_new_version() -> None:
    after = lock({"a": "2.0.0", "b": "1.0.0"})
    assert unexplained((BEFORE,), after, {"a": "^2.0.0", "b": "^1.0.0"}, satisfies) == ()


def test_a_version_that_does_not_satisfy_is_explained_without_known_wordings() -> None:
    before = lock({"a": "1.0.0", "b": "1.0.0"})
    after = lock({"a": "2.0.0", "b": "1.0.0"})
    assert unexplained((before,), after, {"a": "^2.0.0", "b": "1"}, satisfies) == ()
    assert unexplained((before,), after, {"a": ">=1", "b": "1"}, satisfies) != ()


def test_another_wording_is_told_by_descriptors() -> None:
    before = Lock(packages=lock({"a": "1.0.0"}).packages, descriptors=frozenset({"a@^1.0.0"}))
    after = lock({"a": "1.1.0"})
    assert unexplained((before,), after, {"a": "^1.0.0"}, satisfies) != ()
    assert unexplained((before,), after, {"a": ">=1.0.0"}, satisfies) == ()


def test_a_hole_in_the_lock_may_be_filled() -> None:
    before = lock({"a": "1.0.0"}, {"a": ("h",)}, a="1")
    after = lock({"a": "1.0.0", "h": "1.0.0"}, {"a": ("h",)}, a="1")
    assert unexplained((before,), after, {"a": "1"}, satisfies) == ()


def test_what_is_still_needed_may_not_go() -> None:
    before = lock({"a": "1.0.0", "h": "1.0.0"}, {"a": ("h",)}, a="1")
    after = lock({"a": "1.0.0"}, {"a": ("h",)}, a="1")
    assert unexplained((before,), after, {"a": "1"}, satisfies) == (
        "h went away although it is still needed",
    )


def test_what_nobody_needs_any_more_goes() -> None:
    before = lock({"a": "1.0.0", "h": "1.0.0", "b": "1.0.0"}, {"b": ("h",)}, a="1", b="1")
    assert unexplained((before,), lock({"a": "1.0.0"}, a="1"), {"a": "1"}, satisfies) == ()


def test_both_sides_of_a_merge_vouch() -> None:
    theirs = lock({"a": "1.0.0", "c": "3.0.0"}, a="^1.0.0", c="3")
    after = lock({"a": "1.0.0", "b": "1.0.0", "c": "3.0.0"})
    assert unexplained((BEFORE, theirs), after, {**BEFORE.roots, "c": "3"}, satisfies) == ()
