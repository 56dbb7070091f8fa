"""Brings Remediate into a repository: the files that are wanted there, and what stands in their place."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Literal

import msgspec

from remediate.errors import UsageProblem
from remediate.stages.adopting.files import WORKFLOW, configuration, workflow
from remediate.stages.adopting.wish import Wish
from remediate.stages.adopting.workflows import watched
from remediate.system.documents import write_whole
from remediate.system.settings import NAME as CONFIGURATION
from remediate.system.settings import repository_around


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is wanted, and how what is there relates to it.

    `differs` is a file that somebody changed; `yours` one that is left to the user for good.
    """

    path: str
    text: str
    standing: Literal["new", "same", "differs", "yours"]
    difference: str = ""


class Adoption(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written below `root`; `watched` are the workflows whose end starts us."""

    root: Path
    drafts: tuple[Draft, ...]
    watched: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def adoption(folder: Path, wish: Wish) -> Adoption:
    """Reads, and changes nothing."""
    root = _root(folder)
    names, notes = ((), ()) if wish.polling else watched(root, but=WORKFLOW)
    if not names and not wish.polling:
        notes = (*notes, "no workflow of this repository can be watched: failed runs are found on schedule")
    drafts = (
        _draft(root, WORKFLOW, workflow(wish, names)),
        _draft(root, CONFIGURATION, configuration(wish), yours=True),
    )
    return Adoption(root=root, drafts=drafts, watched=names, notes=notes)


def carry_out(plan: Adoption, *, force: bool) -> tuple[Draft, ...]:
    """Writes what is new, and with `force` what differs; gives back what it wrote."""
    wanted = ("new", "differs") if force else ("new",)
    written = tuple(draft for draft in plan.drafts if draft.standing in wanted)
    for draft in written:
        place = plan.root / draft.path
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, draft.text.encode())
    return written


def _root(folder: Path) -> Path:
    if not folder.is_dir():
        raise UsageProblem(f"{folder}: there is no such folder", hint="Name the folder of a clone.")
    root = repository_around(str(folder.resolve()))
    if root is None:
        raise UsageProblem(
            f"{folder.resolve()}: this is no git repository, nor a folder of one",
            hint="Change into a clone of the repository, or name it: `remediate init FOLDER`.",
        )
    return Path(root)


def _draft(root: Path, path: str, text: str, *, yours: bool = False) -> Draft:
    place = root / path
    if not place.resolve().is_relative_to(root.resolve()):
        raise UsageProblem(
            f"{place}: a link leads out of the repository", hint="Put a folder in the place of the link."
        )
    if not place.exists():
        return Draft(path=path, text=text, standing="new")
    try:
        there = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageProblem(f"{place}: cannot be read as text", hint="Look what it is.") from None
    if there == text:
        return Draft(path=path, text=text, standing="same")
    return Draft(
        path=path,
        text=text,
        standing="yours" if yours else "differs",
        difference="".join(
            difflib.unified_diff(
                there.splitlines(keepends=True), text.splitlines(keepends=True), path, f"{path} (new)"
            )
        ),
    )
