"""The dialect: what is refused and why, and that both forms match what the pattern means."""

from __future__ import annotations

import re

import pytest

from remediate.rules.dialect import complaint, exact_form, is_anchored, literal_run, scan_form
from remediate.rules.grammar import MisfitError, read
from remediate.rules.syntax import write


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(?=npm) error", "only `(?:…)` groups"),
        (r"(?P<name>error)", "only `(?:…)` groups"),
        (r"error (?i)npm", "only `(?:…)` groups"),
        (r"(error) \1", "`\\1` is not in the common dialect"),
        (r"error\zend", "`\\z` is not in the common dialect"),
        (r"error\nnext", "within one line"),
        (r"error .++x", "possessive"),
        (r"error *{2}x", "follows a quantifier"),
        (r"error x{21}", "repeats more than 20 times"),
        (r"error x{3,2}", "upside down"),
        (r"error [^×]", "in a class"),
        (r"error [[:alpha:]]", "named classes"),
        (r"error [z-a]", "range that cannot be read"),
        (r"error (abc", "not closed"),
        (r"error) abc", "closes nothing"),
        (r"error [abc", "ends too early"),
        (r"error [^\s\S]", "holds nothing"),
        (r"error abc" + "\\", "ends too early"),
        (r"*error", "nothing to repeat"),
        (r"error ^abc", "`^` stands where a match cannot begin"),
        (r"error$ abc", "`$` stands where a match cannot end"),
        (r"error (?:abc$)+", "`$` stands where a match cannot end"),
        (r"\berror\b+", "cannot be repeated"),
        (r"\d+ [a-z]+ (?:o|n)", "no run of"),
        (r"ab\d|error", "no run of"),
    ],
)
def test_says_why_a_pattern_is_refused(pattern: str, words: str) -> None:
    assert words in (complaint(pattern) or "")


@pytest.mark.parametrize(
    "pattern",
    [
        r"npm (?:ERR!|error) code E(?:404|401)",
        r"^\S+\.py:\d+: error: .*\[[a-z-]{3,}\]",
        r"(?i)please add a changelog entry",
        r"(?:✖|×) +Failed to download",
        r"{name} was not found in {registry}",
        r"(?:^|\s)error(?:$|\s)",
        r"(?:FAILURES|ERRORS)!$",
    ],
)
def test_takes_the_dialect(pattern: str) -> None:
    assert complaint(pattern) is None


def test_an_aside_needs_no_literal() -> None:
    assert complaint(r"\d+", brief=True) is None
    assert complaint(r"(?!x)", brief=True) is not None


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        ("error", 5),
        (r"(?:ERR!|error) code", 9),
        (r"a\d+bcd", 3),
        (r"abc|defgh", 3),
        (r"(?:lock)?file", 4),
        (r"x(?:abcdef)+", 6),
        (r"(?i)error", 5),
        ("✖", 3),
    ],
)
def test_counts_the_literal_that_must_appear(pattern: str, length: int) -> None:
    assert literal_run(read(pattern)) == length


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        ("error: .*", "error: "),
        (r"\S+error", r"(?:[^\x09-\x0a\x0c-\x0d ])error"),
        (r"^ *error", "error"),
        (r"error(?:s|)", "error"),
        (r"error [a-z]{2,5}", "error [a-z]{2,2}"),
        (r"(?:^|x)error", "error"),
        (r"error(?: of \d+)?$", r"error(?:(?: of [0-9]+))?(?:[\x09\x0b-\x0d ]*$)"),
    ],
)
def test_the_scan_form_is_as_short_as_can_be(pattern: str, form: str) -> None:
    assert scan_form(pattern) == form


def test_knows_which_forms_differ() -> None:
    assert [is_anchored(p) for p in ("error", "^error", "error$", "(?:^| )error", "error(?:$| )")] == [
        False,
        True,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "pattern", [r"(?i)^Er[^a-c]r\s+[\w.-]{2,4} ✖+ (a|bc)*x{y}$", r"[\]\-^]+\.\d\D\W[a-]", r"\t\bx\B"]
)
def test_writes_what_it_read(pattern: str) -> None:
    written = write(read(pattern))
    for line in (
        b"error  ab \xe2\x9c\x96 bcx{y}",
        b"ErRR\tx.y \xe2\x9c\x96\xe2\x9c\x96 x{Y}",
        b"-].4x -",
        b"\txy",
    ):
        flags = re.IGNORECASE if pattern.startswith("(?i)") else 0
        plain = pattern.removeprefix("(?i)").replace("✖", "(?:✖)")
        assert bool(re.search(written.encode(), line)) == bool(re.search(plain.encode(), line, flags)), line


def test_refusals_are_raised_by_the_forms_too() -> None:
    with pytest.raises(MisfitError):
        exact_form("error(?=x)")
    with pytest.raises(MisfitError):
        scan_form("error(?=x)")
