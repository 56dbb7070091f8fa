"""The caches that a job restored are read from its log, and from no line that another step printed."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.logs.restored import restored_in
from remediate.model.case import Restored

LOGS = Path(__file__).parent / "logs"
STAMP = "2026-11-21T03:00:00.1234567Z "


def log(*lines: str, stamp: str = STAMP) -> bytes:
    return "".join(f"{stamp}{line}\n" for line in lines).encode()


def step(head: str, *lines: str, key: str = "") -> tuple[str, ...]:
    inputs = ("with:", f"  key: {key}") if key else ("with:",)
    return (f"##[group]Run {head}", *inputs, "##[endgroup]", *lines)


def read(*lines: str, stamp: str = STAMP) -> list[tuple[str, str, bool]]:
    found = restored_in(io.BytesIO(log(*lines, stamp=stamp)))
    return [(each.key, each.asked, each.exact) for each in found]


# The words of the clients, as their sources and public logs have them.
SAID: dict[str, tuple[tuple[str, ...], list[tuple[str, str, bool]]]] = {
    "actions/cache": (
        step(
            "actions/cache@v4",
            "Cache hit for: npm-1",
            "Cache restored successfully",
            "Cache restored from key: npm-1",
            key="npm-1",
        ),
        [("npm-1", "npm-1", True)],
    ),
    "actions/cache by a restore key": (
        step(
            "actions/cache@0123abc",
            "Cache hit for restore-key: npm-0",
            "Cache restored from key: npm-0",
            key="npm-1",
        ),
        [("npm-0", "npm-1", False)],
    ),
    "an old client by a restore key": (
        step("actions/cache@v4", "Cache hit for: npm-1", "Cache restored from key: npm-0", key="npm-1"),
        [("npm-0", "npm-1", False)],
    ),
    "a longer key": (
        step("actions/cache/restore@v3", "Cache restored from key: d64x", key="d64"),
        [("d64x", "d64", False)],
    ),
    "setup-node": (
        step(
            "actions/setup-node@v4",
            "Cache hit for: node-cache-Linux-ab",
            "Cache restored from key: node-cache-Linux-ab",
        ),
        [("node-cache-Linux-ab", "", True)],
    ),
    "setup-uv": (
        step("astral-sh/setup-uv@v6", "uv cache restored from GitHub Actions cache with key: setup-uv-1-x"),
        [("setup-uv-1-x", "", True)],
    ),
    "rust-cache": (
        step("Swatinem/rust-cache@v2", 'Restored from cache key "v0-rust-build" full match: true.'),
        [("v0-rust-build", "", True)],
    ),
    "rust-cache, not the very one": (
        step("Swatinem/rust-cache@v2", 'Restored from cache key "v0-rust-old" full match: false.'),
        [("v0-rust-old", "", False)],
    ),
    "ccache": (
        step("hendrikmuhs/ccache-action@v1.2", 'Restored from cache key "ccache-linux-1".'),
        [("ccache-linux-1", "", True)],
    ),
    "gradle": (
        step(
            "gradle/actions/setup-gradle@v4",
            "##[group]Restore Gradle state from cache",
            "Cache hit for restore-key: gradle-home-v1|Linux-X64|build[62]-c9",
            "Cache hit for: gradle-dependencies-v1-5b",
            "##[endgroup]",
        ),
        [("gradle-home-v1|Linux-X64|build[62]-c9", "", False), ("gradle-dependencies-v1-5b", "", True)],
    ),
    "gradle, older": (
        step(
            "gradle/gradle-build-action@v2",
            "Restored Gradle User Home from cache key: v8|x[1]-2",
        ),
        [("v8|x[1]-2", "", True)],
    ),
    "two steps": (
        (
            *step("actions/cache@v4", "Cache hit for: a", key="a"),
            *step("pnpm/action-setup@v4", "Cache hit for: b"),
        ),
        [("a", "a", True), ("b", "", True)],
    ),
    "the same key in two steps": (
        (*step("actions/cache@v4", "Cache hit for: a"), *step("actions/cache@v4", "Cache hit for: a")),
        [("a", "", True), ("a", "", True)],
    ),
    "coloured": (
        step("actions/cache@v4", "\x1b[32mCache hit for: a\x1b[0m", key="a"),
        [("a", "a", True)],
    ),
    "a variable that is called key": (
        (
            *("##[group]Run actions/cache@v4", "with:", "  key: a", "env:", "  key: b", "##[endgroup]"),
            "Cache hit for: a",
        ),
        [("a", "a", True)],
    ),
    "within a composite action": (
        (
            "##[group]Run ./.github/actions/setup",
            "##[endgroup]",
            *step("actions/cache@v4", "Cache hit for: a"),
        ),
        [("a", "", True)],
    ),
}


@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize("stamp", [STAMP, ""])
def test_each_client_is_understood(name: str, stamp: str) -> None:
    lines, wanted = SAID[name]
    assert read(*lines, stamp=stamp) == wanted


NOT_SAID = {
    "a script": step("npm test", "Cache hit for: a"),
    "a script that names an action": step("echo actions/cache@v4", "Cache hit for: a"),
    "another action": step("actions/checkout@v4", "Cache restored from key: a"),
    "an action of a like name": step("someone/cachet-notify@v1", "Cache hit for: a"),
    "a script after the cache's step": (*step("actions/cache@v4"), *step("make", "Cache hit for: a")),
    "the clean-up": (*step("actions/cache@v4"), "Post job cleanup.", "Cache hit for: a"),
    "no step": ("Cache hit for: a",),
    "in the step's own inputs": ("##[group]Run actions/cache@v4", "Cache hit for: a", "##[endgroup]"),
    "in the middle of a line": step("actions/cache@v4", "say Cache hit for: a"),
    "nothing": step("actions/cache@v4", "Cache hit for: "),
    "a comma, which no key has": step("actions/cache@v4", "Cache hit for: a, restoring"),
    "a control character": step("actions/cache@v4", "Cache hit for: a\x07b"),
    "too long": step("actions/cache@v4", "Cache hit for: " + "k" * 513),
    "far too long": step("actions/cache@v4", "Cache hit for: a" + "k" * 5000),
    "missed": step("actions/cache@v4", "Cache not found for input keys: a, b"),
    "saved": step("actions/cache@v4", "Cache saved with key: a"),
}


@pytest.mark.parametrize("name", NOT_SAID)
def test_nothing_else_counts(name: str) -> None:
    assert read(*NOT_SAID[name]) == []


def test_the_line_is_that_of_the_log() -> None:
    path = LOGS / "actions-toolkit" / "cache-truncated.log"
    lines = path.read_text("utf-8").splitlines()
    with path.open("rb") as stream:
        (found,) = restored_in(stream)
    assert found == Restored(
        key="fonts-linux-7c1e",
        asked="fonts-linux-7c1e",
        exact=True,
        line=1 + next(n for n, line in enumerate(lines) if line.endswith("Cache hit for: fonts-linux-7c1e")),
    )


def test_what_a_test_prints_in_a_real_log_is_none() -> None:
    with (LOGS / "jobs" / "corrupt-archive-is-the-fixture.log").open("rb") as stream:
        assert [each.key for each in restored_in(stream)] == []


def test_there_are_not_endlessly_many() -> None:
    lines = step("actions/cache@v4", *(f"Cache hit for: k{number}" for number in range(1000)))
    assert len(read(*lines)) == 200


@given(st.binary(max_size=400))
def test_any_bytes_are_read(noise: bytes) -> None:
    good = log(*step("actions/cache@v4", "Cache hit for: a", key="a"))
    found = restored_in(io.BytesIO(good + noise + b"\n"))
    assert found[0].key == "a"
    restored_in(io.BytesIO(noise))


def test_a_large_log_is_read_in_passing() -> None:
    """Of 50 MB little more than a search: far from a second for each line that matters."""
    ordinary = log(*(f"compiling module {number} of the program" for number in range(1000)))
    content = log(*step("actions/cache@v4", "Cache hit for: a")) + ordinary * (50_000_000 // len(ordinary))
    begun = time.process_time()
    assert [each.key for each in restored_in(io.BytesIO(content))] == ["a"]
    assert time.process_time() - begun < 10
