"""Which comments ask for something, and which only speak of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.incidents.words import approve_command, reset_command, word_in

PLAN, SIGNATURE, KEY = "5d0c9f3a1b7e2648", "20150e5d755bf778", "3f9c1ab2d0e4"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (f"/remediate approve {PLAN}", ("approve", PLAN)),
        (f"/remediate reset {SIGNATURE}", ("reset", SIGNATURE)),
        (f"/remediate reset {KEY}\n", ("reset", KEY)),
        (f"/remediate approve {PLAN}  \r\n\r\nThe registry is back.", ("approve", PLAN)),
    ],
)
def test_a_command_is_heard(body: str, word: tuple[str, str]) -> None:
    assert word_in(body) == word


@pytest.mark.parametrize(
    "body",
    [
        "",
        "/remediate",
        f"/remediate approve {PLAN} please",
        f"Please /remediate approve {PLAN}",
        f"> /remediate approve {PLAN}",
        f"    /remediate approve {PLAN}",
        f"\t/remediate approve {PLAN}",
        f"`/remediate approve {PLAN}`",
        f"```\n/remediate approve {PLAN}\n```",
        f"- /remediate approve {PLAN}",
        f"\n/remediate approve {PLAN}",
        f"Hello\n/remediate approve {PLAN}",
        f"/remediate  approve {PLAN}",
        f"/remediate approve {PLAN.upper()}",
        f"/remediate approve {KEY}",
        f"/remediate approve {PLAN}0",
        f"/Remediate approve {PLAN}",
        f"/remediate revoke {PLAN}",
        f"/remediate approve {PLAN}\u2028",
        f"<!-- -->/remediate approve {PLAN}",
        f"\u200b/remediate approve {PLAN}",
        "/remediate approve ５d0c9f3a1b7e2648",
    ],
)
def test_what_only_speaks_of_a_command_is_not(body: str) -> None:
    assert word_in(body) is None


@given(st.text())
def test_any_text_is_read(body: str) -> None:
    word = word_in(body)
    assert word is None or body.startswith((approve_command(word[1]), reset_command(word[1])))
