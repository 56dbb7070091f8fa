"""The workflow itself, in the GitHub in a box: it heals a run that failed, and leaves a defect alone."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import psutil

from demonstration.index import index

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from box import Box
from box.acting import find_act

from demonstration.shop import DEFECT, STATE, Shop
from demonstration.watching import Say, Watcher, fold

_SOON = 300
_SHOWN = 3


def can_play() -> bool:
    """Whether `act` is here and runs on this machine."""
    act = find_act()
    if act is None:
        return False
    try:
        return subprocess.run([str(act), "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def told(say: Say, columns: int, *, coloured: bool, figures: bool = True) -> None:
    """Plays the story, and says what happens as it happens."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, index(1) as address:
        folder = Path(place).resolve()
        try:
            with Box(folder / "box", checked=False) as box:
                shop = Shop(box, folder, address)
                watcher = Watcher(box, shop.repo, say, columns)
                _healed(shop, watcher, say)
                _left_alone(shop, watcher, say, columns)
                if figures:
                    _kept(shop, say, columns, coloured=coloured)
        finally:
            _end_all()


def _healed(shop: Shop, watcher: Watcher, say: Say) -> None:
    say(_typed("remediate init"))
    for line in shop.adopt().split("\n\n")[0].splitlines():
        say(f"  {line}")
    say(_typed("git push", "the package index is down at this moment"))
    shop.push("Sell things")
    _settle(shop, watcher)


def _left_alone(shop: Shop, watcher: Watcher, say: Say, columns: int) -> None:
    # In the box time stands still between two pushes.
    shop.box.tick(_SOON)
    shop.write(DEFECT)
    say(_typed("git push", "five minutes later, with a test that fails"))
    shop.push("Sell more")
    _settle(shop, watcher)
    say("  The job summary says of it:")
    *_, summary = shop.box.life.summaries.values()
    for line in heart(summary):
        for part in fold(line, columns - 4):
            say(click.style("  │ ", dim=True) + part)


def _kept(shop: Shop, say: Say, columns: int, *, coloured: bool) -> None:
    documents = shop.documents()
    say(_typed(f"git ls-tree -r --name-only origin/{STATE}"))
    for line in fold("  ".join(name for name in documents if not name.startswith(".")), columns - 2):
        say(f"  {line}")
    say(_typed("remediate metrics show --remote"))
    parts = shop.figures(coloured=coloured).split("\n\n")
    for line in "\n\n".join(parts[:_SHOWN]).splitlines():
        say(f"  {line}".rstrip())
    left = sum(len(part.splitlines()) for part in parts[_SHOWN:])
    say(click.style(f"  ⋮ {left} lines", dim=True))


def _settle(shop: Shop, watcher: Watcher) -> None:
    with watcher.meanwhile():
        shop.box.settle()


def _typed(command: str, remark: str = "") -> str:
    words = click.style(f"$ {command}", bold=True)
    return words + (click.style(f"   # {remark}", dim=True) if remark else "")


def heart(summary: str) -> Iterator[str]:
    """Of a summary: what a failed test's section says it is, why, and what was done about it."""
    section = re.search(r"^### `test`.*?(?=^\*\*Also seen|^### |\Z)", summary, re.DOTALL | re.MULTILINE)
    for paragraph in (section[0] if section else summary).strip().split("\n\n"):
        if not paragraph.startswith("[run "):
            lines = (line for line in paragraph.splitlines() if not line.startswith("```"))
            yield from (re.sub(r"\*\*|`|^#+ ", "", line) for line in lines)


def _end_all() -> None:
    """Ends what a job that was interrupted leaves behind: all of it came from here."""
    for process in psutil.Process().children(recursive=True):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
