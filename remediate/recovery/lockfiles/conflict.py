"""Conflict markers that a merge left in a file: the two sides taken apart."""

from __future__ import annotations

import re

import msgspec

_OURS = re.compile(rb"^<{7}(?: .*)?\r?$", re.MULTILINE)
_MIDDLE = re.compile(rb"^={7}\r?$", re.MULTILINE)
_THEIRS = re.compile(rb"^>{7}(?: .*)?\r?$", re.MULTILINE)


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """The file as each branch had it; `ours` is the side of HEAD."""

    ours: bytes
    theirs: bytes


def has_markers(text: bytes) -> bool:
    """Whether a merge was left unfinished here."""
    return all(mark.search(text) for mark in (_OURS, _MIDDLE, _THEIRS))


def take_apart(text: bytes) -> Sides | None:
    """Both sides; None when the markers do not stand in their order."""
    sides: dict[str, list[bytes]] = {"ours": [], "theirs": []}
    at = "both"
    for line in text.splitlines(keepends=True):
        turned = _turn(line.rstrip(b"\r\n"), at)
        if turned is None:
            return None
        if turned == at:
            _keep(sides, at, line)
        at = turned
    if at != "both":
        return None
    return Sides(ours=b"".join(sides["ours"]), theirs=b"".join(sides["theirs"]))


def _turn(line: bytes, at: str) -> str | None:
    """Where one is behind this line; None for a marker that may not stand there."""
    if re.fullmatch(rb"<{7}(?: .*)?", line):
        return "ours" if at == "both" else None
    if re.fullmatch(rb"\|{7}(?: .*)?", line) and at == "ours":
        return "base"
    if line == b"=======" and at in {"ours", "base"}:
        return "theirs"
    if re.fullmatch(rb">{7}(?: .*)?", line):
        return "both" if at == "theirs" else None
    return at


def _keep(sides: dict[str, list[bytes]], at: str, line: bytes) -> None:
    for side, lines in sides.items():
        if at in {"both", side}:
            lines.append(line)
