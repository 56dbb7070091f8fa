"""Conflict markers, the environment that a tool sees, and which versions a range allows."""

from __future__ import annotations

import pytest

from remediate.recovery.lockfiles.conflict import has_markers, take_apart
from remediate.recovery.lockfiles.environment import reduced
from remediate.recovery.lockfiles.node_ranges import satisfies

MERGED = b"a\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> topic\nz\n"
DIFF3 = b"a\n<<<<<<< HEAD\nours\n||||||| base\nold\n=======\ntheirs\n>>>>>>> topic\nz\n"


@pytest.mark.parametrize("text", [MERGED, DIFF3, MERGED.replace(b"\n", b"\r\n")])
def test_both_sides_are_taken_apart(text: bytes) -> None:
    sides = take_apart(text)
    assert has_markers(text)
    assert sides is not None
    assert sides.ours.split() == [b"a", b"ours", b"z"]
    assert sides.theirs.split() == [b"a", b"theirs", b"z"]


@pytest.mark.parametrize(
    "text", [b"<<<<<<< a\nx\n", b"<<<<<<< a\n=======\n", b">>>>>>> b\n", b"<<<<<<< a\n<<<<<<< b\n"]
)
def test_markers_out_of_order_are_no_sides(text: bytes) -> None:
    assert not has_markers(text)
    assert take_apart(text) is None


def test_secrets_that_the_tool_does_not_need_are_kept_from_it() -> None:
    seen = reduced(
        {
            "PATH": "/bin",
            "GITHUB_TOKEN": "1",
            "AWS_SECRET_ACCESS_KEY": "2",
            "NODE_AUTH_TOKEN": "3",
            "npm_config__authToken": "4",
            "GITHUB_ENV": "file",
            "COMPANY_TOKEN": "5",
        },
        [b"//registry.example/:_authToken=${COMPANY_TOKEN}\n"],
    )
    assert set(seen) == {"PATH", "NODE_AUTH_TOKEN", "npm_config__authToken", "COMPANY_TOKEN"}


@pytest.mark.parametrize(
    ("version", "wording", "allowed"),
    [
        ("1.2.3", "^1.0.0", True),
        ("2.0.0", "^1.0.0", False),
        ("2.0.0-rc.1", "^1.0.0", False),
        ("0.2.5", "^0.2.3", True),
        ("0.3.0", "^0.2.3", False),
        ("0.0.4", "^0.0.3", False),
        ("0.0.9", "^0.0", True),
        ("1.9.0", "1.x", True),
        ("1.2.9", "~1.2.3", True),
        ("1.3.0", "~1.2.3", False),
        ("1.9.9", "~1", True),
        ("1.5.0", ">=1.2 <1.5", False),
        ("1.4.9", ">=1.2 <1.5", True),
        ("2.3.9", "1.0.0 - 2.3", True),
        ("2.4.0", "1.0.0 - 2.3", False),
        ("3.0.0", "1 || 3", True),
        ("2.0.0", "1 || 3", False),
        ("9.9.9", "*", True),
        ("9.9.9", "", True),
        ("1.0.0-beta.2", "^1.0.0-beta.1", True),
        ("1.0.1-beta.2", "^1.0.0-beta.1", False),
        ("1.0.0", "=1.0.0", True),
        ("1.1.0", "npm:other@^1.0.0", True),
        ("1.1.0", "workspace:^", None),
        ("1.1.0", "latest", None),
        ("1.1.0", "git+ssh://git.example/a.git", None),
        ("1.1.0", "file:../a", None),
    ],
)
def test_ranges_of_npm(version: str, wording: str, allowed: bool | None) -> None:
    assert satisfies(version, wording) is allowed
