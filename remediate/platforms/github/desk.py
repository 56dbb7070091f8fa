"""What every part of the adapter works with: the repository, its calls and its downloads."""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec

from remediate.errors import UsageProblem
from remediate.platforms.github.calls import Calls
from remediate.platforms.github.downloads import Downloads

# Managed users have a name with an underscore.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    calls: Calls
    downloads: Downloads

    @property
    def root(self) -> str:
        return f"/repos/{self.name}"


class Part:
    """A part of the adapter; all of them share one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._calls = desk.calls
        self._root = desk.root


def quoted(text: str, safe: str = "/") -> str:
    """Text as a part of an address; branches keep their slashes."""
    return quote(text, safe=safe)


def repository_called(name: str) -> str:
    """The name, which an address may be made with."""
    if not _NAME.fullmatch(name):
        raise UsageProblem(f"{name}: not a repository", hint="It is named OWNER/NAME.")
    return name
