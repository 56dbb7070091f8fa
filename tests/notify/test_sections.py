"""Sections under a limit: the least goes first, what must stay stays, and no block is left open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from remediate.logs.sections import ALWAYS, Section, body_size, joined, summary_size


def test_with_room_all_stand_as_they_are() -> None:
    parts = (Section(worth=1, text="a"), Section(worth=2, text=""), Section(worth=3, text="c"))
    assert joined(parts, 1000, len) == "a\n\nc"


def test_the_least_is_shortened_and_then_left_out() -> None:
    parts = (
        Section(worth=ALWAYS, text="head"),
        Section(worth=5, text="x" * 400, shorter="x" * 40),
        Section(worth=9, text="y" * 400, shorter="y" * 40),
    )
    roomy = joined(parts, 600, len)
    assert roomy.startswith("head\n\n" + "x" * 40 + "\n\n" + "y" * 400)
    assert roomy.endswith("_1 of 3 parts were left out or shortened: there was no room for more._\n")
    tight = joined(parts, 200, len)
    assert "x" * 40 in tight
    assert "y" * 41 not in tight
    tightest = joined(parts, 130, len)
    assert "x" not in tightest.replace("parts were left out", "").partition("_")[0]
    assert tightest.startswith("head")


def test_a_block_that_is_cut_is_closed() -> None:
    block = "\n".join(("````text", *(f"line {number}" for number in range(500)), "````"))
    text = joined((Section(worth=ALWAYS, text=block),), 900, len)
    (fence,) = [token for token in MarkdownIt().parse(text) if token.type == "fence"]
    assert "left out" not in fence.content


@given(
    st.lists(st.tuples(st.integers(0, 9), st.text(max_size=300), st.text(max_size=20)), max_size=8),
    st.integers(150, 900),
)
def test_it_always_fits(parts: list[tuple[int, str, str]], limit: int) -> None:
    sections = tuple(Section(worth=worth, text=text, shorter=shorter) for worth, text, shorter in parts)
    for size in (body_size, summary_size):
        assert size(joined(sections, limit, size)) <= limit
