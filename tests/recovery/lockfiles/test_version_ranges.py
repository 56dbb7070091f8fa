"""Ranges of Python versions, beside `packaging`'s own answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from remediate.recovery.lockfiles.version_ranges import satisfies

PARTS = st.lists(st.integers(0, 3), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
SIGNS = st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~="])
STARS = st.sampled_from(["", ".*"])
CLAUSES = st.builds(
    lambda sign, parts, star: f"{sign}{parts}{star}", SIGNS, PARTS, st.sampled_from(["", ".*"])
)


@given(PARTS, st.lists(CLAUSES, max_size=3).map(",".join))
def test_plain_ranges_are_judged_as_pip_judges_them(version: str, wording: str) -> None:
    try:
        expected = SpecifierSet(wording).contains(Version(version))
    except InvalidSpecifier:
        return
    assert satisfies(version, wording) is expected


@pytest.mark.parametrize(
    ("version", "wording", "answer"),
    [
        ("1.9", "^1.2", True),
        ("2.0", "^1.2", False),
        ("0.3", "^0.2.3", False),
        ("0.2.9", "^0.2.3", True),
        ("1.2.9", "~1.2.3", True),
        ("1.3", "~1.2.3", False),
        ("1.9", "~1", True),
        ("1.2", "1.2", True),
        ("1.3", "1.*", True),
        ("1.3", "*", True),
        ("1.0rc1", ">=1", None),
        ("1.0", ">=1.0rc1", None),
        ("3", "^1 || ^3", None),
        ("1", "@ https://files.example/a.whl", None),
        ("1", ">=1 ; python_version < '3'", True),
        ("1", "9" * 1000, None),
    ],
)
def test_signs_of_poetry_and_what_is_beyond_us(version: str, wording: str, answer: bool | None) -> None:
    assert satisfies(version, wording) is answer


@given(st.text(max_size=30), st.text(max_size=30))
def test_nothing_makes_the_judging_fail(version: str, wording: str) -> None:
    assert satisfies(version, wording) in {True, False, None}
