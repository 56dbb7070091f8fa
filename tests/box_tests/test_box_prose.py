"""Who is told, what is linked, shown and closed by what is written in the box."""

from __future__ import annotations

import pytest
from box import Box, Repository
from box.prose import read
from box_client import app_client


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Hello @ada and (@octo/team).", ["ada", "octo/team"]),
        ("`@ada`", []),
        ("```\n@ada\n```", []),
        ("    @ada", []),
        ("mail ada@example.org, a/@b", []),
        ("<details><summary>@ada</summary>\n\n@eve\n</details>", ["ada", "eve"]),
        ("<pre>@ada</pre>", []),
        ("<!-- @ada -->", []),
        ("\\@ada", ["ada"]),
        ("@\u200bada", []),
    ],
)
def test_mentions(text: str, mentions: list[str]) -> None:
    assert list(read(text).mentions) == mentions


def test_links_images_references_and_tags() -> None:
    seen = read("[a](https://x.example) ![b](//y.example/p) https://z.example #12 octo/shop#3 <b>x</b> `#4`")
    assert seen.links == ("https://x.example", "https://z.example")
    assert seen.images == ("//y.example/p",)
    assert seen.references == ("#12", "octo/shop#3")
    assert seen.tags == ("b", "b")


def test_all_that_was_said_is_kept_also_when_written_over(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    ask("POST", "issues", {"title": "Broken", "body": "for @ada"})
    ask("PATCH", "issues/1", {"body": "for nobody"})
    said = ask("POST", "issues/1/comments", {"body": "`@eve`"}).json
    ask("PATCH", f"issues/comments/{said['id']}", {"body": "@eve"})
    assert box.mentions() == [("octo/shop#1", "ada"), ("octo/shop#1", "eve")]
    assert box.sayings[-1].author == "helper[bot]"


def test_words_that_close_issues(box: Box, repo: Repository) -> None:
    for title in ("One", "Two", "Three"):
        repo.add_issue(title)
    repo.commit({"a": "1"}, message="Do it\n\nFixes #1", fire=True)
    repo.commit({"b": "1"}, branch="fix", message="More\n\ncloses: #3")
    ask = app_client(box, repo)
    ask("POST", "pulls", {"title": "Fix", "head": "fix", "base": "main", "body": "Resolves #2"})
    assert [repo.issues[number].state for number in (1, 2, 3)] == ["closed", "open", "open"]
    assert ask("PUT", "pulls/4/merge").status == 200
    assert [repo.issues[number].state for number in (1, 2, 3)] == ["closed"] * 3
