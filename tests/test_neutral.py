"""Text from a log stays text: no escape, no command, no Markdown, judged by parsers that are not ours."""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from remediate.logs.neutral import (
    code_block,
    cut,
    for_annotation,
    for_command,
    for_html,
    for_markdown,
    for_output_file,
    for_property,
    for_svg,
    for_terminal,
    printable_log,
    stopped,
)

ALL = st.characters(exclude_categories=())
COMMANDS = ("error", "warning", "set-output", "add-mask", "stop-commands", "group", "debug", "add-matcher")
BITS = st.sampled_from(
    [
        *(
            "::",
            ":",
            "##[",
            "##",
            "#",
            "[",
            "]",
            "##vso[task.",
            "##teamcity[",
            "[command]",
            "--- ",
            "+++ ",
            "%0A",
        ),
        *(
            "\r",
            "\n",
            "\t",
            " ",
            "\x1b[31m",
            "\x1b]8;;x\x07",
            "\u200b",
            "\u202e",
            "\ufe0f",
            "\xa0",
            "\u2028",
            "\x00",
        ),
        *(
            "`",
            "```",
            "~~~",
            "$",
            "$$",
            "@bob",
            "#12",
            "GH-1",
            "a/b#3",
            "a5c3785ed8d6a35868bc169f07e40e889087fd2e",
            "a/b@a5c3785",
            "closes #1",
            "www.a.b",
            "https://a.b",
            "a@b.co",
        ),
        *(
            "<b>",
            "<!--",
            "-->",
            "![x](y)",
            "[x](y)",
            "*",
            "_",
            "|",
            "\\",
            "&amp;",
            "&#64;",
            ":smile:",
            "1. ",
            "- ",
            "# ",
        ),
        *(
            "<script>",
            "</details>",
            "mermaid",
            "=",
            "===",
            "\u0301",
            "👩‍👧",
            "é",
            "stop-commands",
            "section_start:1:x",
            "~",
        ),
        *COMMANDS,
    ]
)
TEXT = st.one_of(
    st.text(ALL),
    st.lists(BITS, max_size=14).map("".join),
    st.lists(BITS | st.text(ALL), max_size=9).map("".join),
)
LINE_BREAKS = re.compile(r"\r\n|\r|\n")


def commands_of(printed: str) -> list[str]:
    """What GitHub's runner would obey; also if it compared as cultures do, blind to what has no width."""
    found = []
    for line in LINE_BREAKS.split(printed):
        for seen in (
            line,
            "".join(c for c in line if unicodedata.category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f"),
        ):
            found += [*second_form(seen), *first_form(seen)]
    return found


def second_form(line: str) -> list[str]:
    trimmed = line.lstrip()
    if not trimmed.startswith("::") or "::" not in trimmed[2:]:
        return []
    return [trimmed[2 : trimmed.index("::", 2)].split(" ")[0]]


def first_form(line: str) -> list[str]:
    begin = line.find("##[")
    if begin < 0 or "]" not in line[begin:]:
        return []
    return [line[begin + 3 : line.index("]", begin)].split(" ", maxsplit=1)[0]]


def test_the_oracle_sees_what_the_runner_obeys() -> None:
    assert commands_of("  ::error file=a::b")[0] == "error"
    assert commands_of("x ##[set-output name=a;]b")[0] == "set-output"
    assert commands_of("ok\r::debug::x")[0] == "debug"
    assert not commands_of("std::vector::x")


@given(TEXT)
@example("\x1b[2J\x9b31m\u202eabc\u2066\ud83d")
def test_nothing_that_acts_or_hides_reaches_a_terminal(text: str) -> None:
    shown = for_terminal(text)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    shown.encode("utf-8")
    assert for_terminal(shown) == shown


def test_what_was_hidden_is_seen() -> None:
    assert for_terminal("a\x1b[31mb\u202ec\rd\te\U000e0041") == "a\\x1b[31mb\\u202ec\\rd    e\\U000e0041"
    assert for_terminal("naïve ✔️ 日本") == "naïve ✔ 日本"


@given(TEXT)
@example("\u00a0::stop-commands::x")
@example("###[error]x")
@example(":::error::x")
@example("[command]::error::x")
@example(":\ufe0f:error::x")
def test_a_printed_log_is_never_a_command(text: str) -> None:
    printed = printable_log(text)
    assert not commands_of(printed)
    assert "##vso[" not in printed
    assert "##teamcity[" not in printed
    for line in printed.split("\n"):
        assert not line.startswith(("--- ", "+++ ", "~~~ ", "^^^ +++", "[command]", "section_start:"))


def test_a_printed_log_is_otherwise_the_same() -> None:
    text = "error: std::vector failed\n  at a::b\n#define X"
    assert printable_log(text) == text
    assert printable_log("  ::error::x\n##[group]y\n##vso[z") == "  : :error::x\n## [group]y\n## vso[z"


@given(TEXT, TEXT)
def test_a_command_holds_its_text_and_no_other(title: str, message: str) -> None:
    line = f"::error title={for_property(title)}::{for_command(message)}"
    assert "\n" not in line
    assert "\r" not in line
    properties, _, data = line[len("::error ") :].partition("::")
    assert properties.count(",") == 0
    assert re.fullmatch(r"(?:[^%]|%25|%3A|%2C|%0A)*", properties + data)


def test_an_annotation_is_short() -> None:
    assert len(for_annotation("x" * 10_000)) <= 4_000
    assert for_command("50% of\r\nlines") == "50%25 of%0Alines"


def test_stopped_wants_a_token_that_nobody_knows() -> None:
    assert stopped(["a", "::error::b"], "f" * 32).split("\n") == [
        f"::stop-commands::{'f' * 32}",
        "a",
        ": :error::b",
        f"::{'f' * 32}::",
    ]
    with pytest.raises(ValueError):
        stopped(["a"], "short")
    with pytest.raises(ValueError):
        stopped([f"::{'f' * 32}::"], "f" * 32)


def outputs_of(content: str) -> dict[str, str]:
    """The entries of an output file, as the runner reads them."""
    entries: dict[str, str] = {}
    lines = iter(re.split(r"\r\n|\n", content))
    for line in lines:
        if line:
            name, _, delimiter = line.partition("<<")
            entries[name] = "\n".join(iter(lambda: next(lines), delimiter))
    return entries


@given(TEXT)
def test_an_output_is_one_entry(value: str) -> None:
    assert list(outputs_of(for_output_file("log", value, "d" * 32))) == ["log"]
    with pytest.raises(ValueError):
        for_output_file("log", f"{value}\n{'d' * 32}\nPATH=/evil", "d" * 32)
    with pytest.raises(ValueError):
        for_output_file(f"a\n{value}", "x", "d" * 32)


def parser() -> MarkdownIt:
    return MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable(["table", "strikethrough"])


@given(TEXT, st.sampled_from(["", "- ", "> ", "text\n", "* a "]))
def test_inline_markdown_is_text(text: str, before: str) -> None:
    tokens = parser().parse(before + for_markdown(text))
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "softbreak"}
    assert {token.type for token in tokens} <= {
        *("inline", "paragraph_open", "paragraph_close", "blockquote_open", "blockquote_close"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    }
    assert not links_of("".join(child.content for child in inline))


@given(TEXT)
def test_inline_markdown_shows_the_same_text(text: str) -> None:
    tokens = parser().parse(for_markdown(text))
    shown = "".join(child.content for token in tokens for child in token.children or ())
    assert shown.replace("\u200b", "") == " ".join(for_terminal(text).split())


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_a_table_cell_stays_one(texts: list[str]) -> None:
    row = "|".join(for_markdown(text) for text in texts)
    tokens = parser().parse(f"|{'h|' * len(texts)}\n|{'-|' * len(texts)}\n|{row}|\n")
    assert sum(token.type == "td_open" for token in tokens) == len(texts)


def links_of(text: str) -> list[str]:
    """What GitHub looks for in the text of a page once Markdown is done with it."""
    return re.findall(
        r"@[A-Za-z0-9]|#\d|\bGH-\d|https?://|ftp://|\bwww\.|\S@\w+\.\w|:[a-z0-9_+-]+:|\$[^\s\u200b]"
        r"|[0-9a-f]{7,}",
        text,
        re.IGNORECASE,
    )


@given(st.lists(TEXT, max_size=6))
def test_a_code_block_is_one_block_and_nothing_else(lines: list[str]) -> None:
    tokens = parser().parse(f"before\n\n{code_block(lines)}\n\nafter")
    kinds = [token.type for token in tokens if token.level == 0]
    paragraph = ["paragraph_open", "inline", "paragraph_close"]
    assert [kind for kind in kinds if kind != "inline"] == [*paragraph[::2], "fence", *paragraph[::2]]
    fence = next(token for token in tokens if token.type == "fence")
    assert fence.info == "text"
    assert fence.content.rstrip("\n").split("\n") == (
        "\n".join(for_terminal(line) for line in lines).rstrip("\n").split("\n")
    )


def test_a_code_block_draws_nothing() -> None:
    with pytest.raises(ValueError):
        code_block(["graph TD"], "mermaid")


@given(TEXT)
def test_html_and_svg_hold_the_text_alone(text: str) -> None:
    root = ElementTree.fromstring(f'<svg title="{for_svg(text)}">{for_svg(text)}</svg>')
    assert root.text in {for_terminal(text), None if not text else ""}
    assert len(root) == 0
    assert not set(for_html(text)) & {"<", ">", '"', "'"}


@given(TEXT, st.integers(-2, 40))
def test_a_cut_keeps_its_limit_and_the_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= max(limit, 0) or short == text
    assert text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("plain words", 6, "plain…"),
        ("abe\u0301xyz", 4, "ab…"),
        ("a👩\u200d👧z12", 4, "a…"),
        ("🇩🇪🇫🇷zzz", 4, "🇩🇪…"),
        ("ab\\x1b[31mcd", 5, "ab…"),
        ("ab%0Acdef", 5, "ab…"),
        ("x&#8203;yzabc", 5, "x…"),
        ("\ud83d\ude00abc", 2, "…"),
        ("token [redacted:jwt] was refused", 12, "token …"),
    ],
)
def test_a_cut_never_splits_what_is_one(text: str, limit: int, short: str) -> None:
    assert cut(text, limit) == short
