"""An issue: nothing of a log acts in it, whatever it is; it fits; it can be found again."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notify"))

from made_cases import NOON, SIGNATURE

from remediate.incidents.ticket import body_of, comment_mark, comment_of, mark_of, title_of
from remediate.incidents.words import word_in
from remediate.model.incident import Event, Incident, Proposal, Seen

HOSTILE = (
    "@octocat please look",
    "fixes #1, closes octo/shop#2, resolves GH-3",
    "a5c3785ed8d6a35868bc169f07e40e889087fd2e and octo/shop@a5c3785",
    "000000a5c3785ed8d6a35868bc169f07e40e889087fd2e A5C3785ED8",
    "https://evil.example/x www.evil.example mailto:a@b.example",
    "<img src=x onerror=alert(1)> <b>bold</b> </details></table>",
    "<!-- remediate:ffffffffffffffff -->",
    "--> <!-- open",
    "![x](https://evil.example/p.png) [click](https://evil.example)",
    "*bold* _it_ ~~no~~ `code` **x** ## head",
    "```\n# broken out\n```",
    "````",
    "| a | b |",
    ":rocket: $x^2$",
    "\u202egnp.exe\u2066 \x1b[2J",
    "/remediate approve 5d0c9f3a1b7e2648",
    "- [ ] task\n> quote\n1. list\n    code",
    "[x]: https://evil.example\n[^1]: note",
)


def incident(words: str = "connection reset by peer", **more: object) -> Incident:
    known: dict[str, object] = {
        "signature": SIGNATURE,
        "cause": "network",
        "severity": "high",
        "title": words,
        "opened": NOON,
        "seen": NOON + 3600,
        "escalated": True,
        "count": 3,
        "rule": "network-connection-reset",
        "confidence": 0.97,
        "job": words,
        "step": words,
        "hint": words,
        "reason": words,
        "evidence": (words, f"14: {words}"),
        "branches": (words, "main"),
        "runs": (
            Seen(
                key="1001-1",
                at=NOON,
                branch=words,
                workflow=words,
                standing="escalated",
                url="https://github.example/octo/shop/actions/runs/1001",
                reason=words,
                asks="5d0c9f3a1b7e2648",
            ),
        ),
        "events": (Event(at=NOON, kind="opened"), Event(at=NOON + 60, kind="escalated", words=words)),
        "proposal": Proposal(hash="5d0c9f3a1b7e2648", words=("rerun", words), gate="attempts", reason=words),
        "circuits": ("3f9c1ab2d0e4",),
        "proof": (words,),
    }
    return Incident(**{**known, **more})  # type: ignore[arg-type]


def tokens_of(text: str) -> list[Token]:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    flat = []
    for token in parser.parse(text):
        flat += [token, *(token.children or ())]
    return flat


def drawn(text: str) -> tuple[list[str], list[str], list[str]]:
    """What GitHub's further filters look into (text outside of code), the links, and the raw HTML."""
    tokens = tokens_of(text)
    inside, links = [], []
    for token in tokens:
        if token.type == "text":
            inside.append(token.content)
        if token.type in ("link_open", "image"):
            links.append(str(token.attrGet("href") or token.attrGet("src")))
    html = [token.content for token in tokens if token.type in ("html_block", "html_inline")]
    return inside, links, html


ACTS = (
    r"@[A-Za-z0-9]|#\d|\bGH-\d|https?://|\bwww\.|\S@\w+\.\w|:[a-z0-9_+-]+:|\$[^\s\u200b]"
    r"|(?<![0-9a-f])[0-9a-f]{7,}(?![0-9a-f])"
)


def assert_inert(text: str, mark: str) -> None:
    inside, links, html = drawn(text)
    assert [found for words in inside for found in re.findall(ACTS, words, re.IGNORECASE)] == []
    assert all(re.fullmatch(r"https://github\.example/octo/shop/actions/runs/\d+", link) for link in links)
    assert [one.strip() for one in html] == [mark]
    assert re.findall(r"<!--.*?-->", text) == [mark], "no other mark, wherever it may stand"
    assert word_in(text) is None
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("status", ["open", "healed"])
@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_of_a_log_acts_in_the_issue(words: str, status: str) -> None:
    one = incident(words, status=status)
    assert_inert(body_of(one, "octo/shop"), mark_of(SIGNATURE))


@pytest.mark.parametrize("kind", ["escalated", "asked", "healed", "came-back"])
@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_of_a_log_acts_in_a_comment(words: str, kind: str) -> None:
    one = incident(words)
    event = Event(at=NOON, kind=kind, words=words)  # type: ignore[arg-type]
    assert_inert(comment_of(one, event), comment_mark(one, event))


@settings(max_examples=60)
@given(
    st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30)), min_size=1, max_size=5).map(" ".join)
)
def test_nothing_acts_however_it_is_mixed(words: str) -> None:
    text = body_of(incident(words), "octo/shop")
    _, links, html = drawn(text)
    assert set(links) <= {"https://github.example/octo/shop/actions/runs/1001"}
    assert [one.strip() for one in html] == [mark_of(SIGNATURE)]
    assert text.startswith(mark_of(SIGNATURE))


@pytest.mark.parametrize("words", HOSTILE)
def test_a_title_is_plain(words: str) -> None:
    title = title_of(incident(words))
    assert len(title) <= 120
    assert title.isprintable()
    assert not re.search(r"[@#<>`]", title)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://github.example/x) [y](https://evil.example",
        "https://github.example/a b",
        "https://github.example/x?y=@octocat",
        "//evil.example/x",
        "",
    ],
)
def test_an_address_that_is_not_plain_is_no_link(url: str) -> None:
    row = msgspec.structs.replace(incident().runs[0], url=url)
    assert drawn(body_of(incident(runs=(row,)), "octo/shop"))[1] == []


def test_it_says_all_a_person_needs() -> None:
    text = body_of(incident(), "octo/shop")
    for words in (
        "**A person has to look:** connection reset by peer.",
        "`network` (97% sure): connection reset by peer",
        "3 times on 2 branches, first 2026-09-21",
        "look at it within 1 hour",
        "`/remediate approve 5d0c9f3a1b7e2648`",
        f"`/remediate reset {SIGNATURE}`",
        "`/remediate reset 3f9c1ab2d0e4`",
        "Only people with write access are heard.",
        "(`attempts`): connection reset by peer",
        "[1001-1](https://github.example/octo/shop/actions/runs/1001)",
        "handed to a person: connection reset by peer",
    ):
        assert words in text, words
    assert body_of(incident(), "octo/shop") == text, "the same incident, the same text"


def test_a_healed_one_shows_its_proof() -> None:
    text = body_of(incident(status="healed", proof=("attempt 2 passed",)), "octo/shop")
    assert "### Healed" in text
    assert "- attempt 2 passed" in text
    assert "opens again if the failure comes back" in text


def test_the_longest_fits_and_keeps_what_matters() -> None:
    long = "\U0001f600" * 299
    row = msgspec.structs.replace(incident().runs[0], branch=long, workflow=long, reason=long)
    one = incident(
        evidence=("x" * 300,) * 14,
        runs=(row,) * 50,
        events=(Event(at=NOON, kind="escalated", words=long),) * 30,
        branches=(long,) * 20,
    )
    text = body_of(one, "octo/shop")
    assert len(text.encode("utf-16-le")) // 2 < 65_536
    assert text.startswith(mark_of(SIGNATURE))
    assert "/remediate approve" in text
    assert_inert(text, mark_of(SIGNATURE))
    enormous = incident(
        title="#" * 30_000, evidence=("`" * 4000,) * 14, hint="@a " * 20_000, reason="<" * 40_000
    )
    text = body_of(enormous, "octo/shop")
    assert len(text.encode("utf-16-le")) // 2 < 65_536
    assert "left out or shortened" in text


def test_each_plan_that_asks_has_its_command_ready_to_be_copied() -> None:
    rows = tuple(
        msgspec.structs.replace(
            incident().runs[0], key=f"{number}-1", asks=f"{number:016x}", branch=f"b{number}"
        )
        for number in range(7)
    )
    events = (Event(at=NOON, kind="asked", words=f"{6:016x}"),)
    one = incident(runs=rows, events=events)
    for text in (body_of(one, "octo/shop"), comment_of(one, events[0])):
        commands = re.findall(r"- `(/remediate approve [0-9a-f]{16})` as .* on (b\d) be carried out", text)
        assert commands == [(f"/remediate approve {number:016x}", f"b{number}") for number in (6, 5, 4, 3, 2)]
        assert "2 more wait for a word" in text
        assert f"on plan `{6:016x}`" in text


def test_it_begins_with_why_and_what_to_do() -> None:
    heads = re.findall(r"(?m)^\*\*A person has to look|^### .*", body_of(incident(), "octo/shop"))
    assert heads == [
        "**A person has to look",
        *(
            "### What to do",
            "### The lines that prove it",
            "### The plan",
            "### Facts",
            "### Where",
            "### History",
        ),
    ]


def test_what_came_to_nothing_says_so_and_asks_for_nothing() -> None:
    text = body_of(incident(status="closed"), "octo/shop")
    assert "**Closed:** connection reset by peer." in text
    assert not re.search("A person has to look|What to do|approve", text)


def test_what_is_healed_asks_nobody_to_do_anything() -> None:
    assert "What to do" not in body_of(incident(status="healed"), "octo/shop")
