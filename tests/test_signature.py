"""A failure keeps its signature on another day, branch, machine and runner, and no other failure has it."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.diagnosis.signature import normalise, sign

_HEX = "0123456789abcdef"


def _digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.integers(least, most).map(str)


def _hex(size: int) -> st.SearchStrategy[str]:
    # A hash without a digit or without a letter is a word or a number: rare enough to leave out.
    return st.text(_HEX, min_size=size, max_size=size).filter(
        lambda t: any(c.isdigit() for c in t) and any(c.isalpha() for c in t)
    )


def _uuid() -> st.SearchStrategy[str]:
    return st.tuples(*(st.text(_HEX, min_size=n, max_size=n) for n in (8, 4, 4, 4, 12))).map("-".join)


def _time() -> st.SearchStrategy[str]:
    when = st.datetimes()
    return st.one_of(
        when.map(lambda t: t.strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        when.map(lambda t: t.strftime("%Y-%m-%d %H:%M:%S")),
    ).filter(lambda t: len(t.split("-")[0]) == 4)


def _path() -> st.SearchStrategy[str]:
    name = st.text(string.ascii_lowercase + string.digits + "_", min_size=1, max_size=12)
    return st.lists(name, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts) + "/")


def _amount() -> st.SearchStrategy[str]:
    number = st.floats(0, 9999).map(lambda x: f"{x:.2f}")
    return st.tuples(number, st.sampled_from(["s", "ms", " seconds", " MB", "KiB", "%"])).map("".join)


CHANGES: dict[str, tuple[str, st.SearchStrategy[str]]] = {
    "date and time": ("build of {} failed: assertion error in parser", _time()),
    "line number": ("src/parser.py:{}: error: name 'token' is not defined", _digits(1, 99999)),
    "path": ("error: cannot open {}parser.c for reading", _path()),
    "temporary name": (
        "could not remove /tmp/{}/wheel.lock",
        st.text(string.ascii_lowercase + string.digits, min_size=6, max_size=10).map(lambda t: "tmp" + t),
    ),
    "memory address": ("<Parser object at 0x{}> has no tokens", _hex(12)),
    "host address": ("connect to {} refused", st.tuples(*[_digits(0, 255)] * 4).map(".".join)),
    "uuid": ("request {} was refused by the parser", _uuid()),
    "port": ("listening on localhost:{} failed", _digits(1024, 65535)),
    "hash": ("commit {} has no parser", _hex(40)),
    "short hash": ("commit {} has no parser", _hex(8)),
    "duration or size": ("parser gave up after {}", _amount()),
    "runner version": (
        "runner image ubuntu-24.04 version {} lacks the parser",
        st.tuples(*[_digits(0, 999)] * 3).map(".".join),
    ),
    "count": ("{} tests failed in the parser", _digits(0, 10_000)),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
@given(data=st.data())
def test_signature_survives(kind: str, data: st.DataObject) -> None:
    template, values = CHANGES[kind]
    one, other = template.format(data.draw(values)), template.format(data.draw(values))
    assert sign("test", "a-rule", [one]) == sign("test", "a-rule", [other]), (
        normalise(one),
        normalise(other),
    )


@given(st.sampled_from(sorted(CHANGES)), st.sampled_from(sorted(CHANGES)))
def test_other_failures_differ(one: str, other: str) -> None:
    first, second = (CHANGES[kind][0].format("x") for kind in (one, other))
    assert (sign("test", "r", [first]) == sign("test", "r", [second])) == (first == second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FAILED tests/test_parser.py::test_empty", "FAILED tests/test_parser.py::test_full"),
        ("FAILED tests/test_parser.py::test_empty", "FAILED tests/test_lexer.py::test_empty"),
        ("error: unknown type name 'token'", "error: unknown type name 'stream'"),
        ("npm error 404 Not Found - left-pad", "npm error 404 Not Found - right-pad"),
        ("Could not find artifact org.acme:parser", "Could not find artifact org.acme:lexer"),
        ("AssertionError: expected 'on' to equal 'off'", "AssertionError: expected 'on' to equal 'none'"),
    ],
)
def test_names_tell_failures_apart(one: str, other: str) -> None:
    assert sign("test", "r", [one]) != sign("test", "r", [other])


def test_cause_and_rule_are_part_of_it() -> None:
    assert len({sign(cause, rule, ["x"]) for cause in ("test", "lint") for rule in ("a", "b")}) == 4


@given(st.text())
def test_any_line_can_be_signed(line: str) -> None:
    assert sign("test", "r", [line]) == sign("test", "r", [line, line])
