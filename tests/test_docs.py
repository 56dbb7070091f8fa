"""The docs say what the code does, their links lead somewhere, and each figure names its command."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from running import ROOT

from remediate.cli.group import remediate
from remediate.recovery.strategies.remote_registry import KNOWN_STRATEGIES

PAGES = sorted(path for path in ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
WRITTEN = [path for path in PAGES if path.parent.name != "rules"]  # those quote logs with scripts of others
README = (ROOT / "README.md").read_text("utf-8")
_FENCED = r"(?ms)^(`{3,}).*?^\1"
_CALL = r"(?m)^(?:\$ |.*\| )?(remediate [^\n`:]*)$|`(remediate [^`]+)`"
_LINK = r"\[[^\]]*\]\(([^)\s]+)\)"


def test_generated_parts_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "docs", "--check"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def prose(path: Path) -> str:
    return re.sub(_FENCED, "", path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives to the page's headings."""
    titles = re.findall(r"(?m)^#+ (.+)$", prose(path))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(_LINK, prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_scripts_that_are_named_exist(path: Path) -> None:
    for name in re.findall(r"\bscripts/([a-z]+)\b", path.read_text("utf-8")):
        assert (ROOT / "scripts" / name).exists(), name


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_calls_that_are_shown_can_be_made(path: Path) -> None:
    for in_block, in_line in re.findall(_CALL, path.read_text("utf-8")):
        shown = re.split(r"\s(?:--|#|[|>]+)\s|\s{3,}", in_block or in_line)[0].split()
        command, rest = named(shown[1:])
        known = {"-", "--help", "-h", *(flag for option in command.params for flag in option.opts)}
        given = [word.partition("=")[0] for word in rest if word.startswith("-")]
        assert set(given) <= known, shown


def named(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command, and what is left of the words."""
    command: click.Command = remediate
    while isinstance(command, click.Group) and words and words[0][0] not in "-…":
        found = command.get_command(click.Context(command), words[0])
        assert found, words
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("name", KNOWN_STRATEGIES)
def test_every_strategy_has_its_page_and_its_row(name: str) -> None:
    page = ROOT / "docs" / "strategies" / f"{name}.md"
    assert page.is_file(), f"write {page.relative_to(ROOT)}"
    listed = (ROOT / "docs" / "recovery.md").read_text("utf-8")
    assert f"| [`{name}`](strategies/{name}.md) | " in listed, "name it in docs/recovery.md"


def test_readme_opens_with_a_picture_and_the_two_commands() -> None:
    opening = README.split("\n## ")[0]
    pictures = re.findall(r'<img [^>]*src="([^"]+)"', opening) + re.findall(
        r"!\[[^\]]*\]\(([^)]+)\)", opening
    )
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).is_file()
    assert "scripts/demo" in opening
    assert "scripts/test" in opening


def test_every_figure_names_its_command() -> None:
    section = README.split("\n## Figures\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| --- ")][
        1:
    ]
    assert rows
    for row in rows:
        assert re.search(r"`scripts/[a-z]+[^`]*`", row), row


def test_changelog_tells_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version
    assert re.search(rf"^## \[(Unreleased|{re.escape(version[1])})\]", changelog, re.MULTILINE)
