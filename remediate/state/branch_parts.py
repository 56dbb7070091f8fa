"""A month's history in parts, so that a line more costs the same however many there are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from remediate.model.record import Record
from remediate.ports import Shelf
from remediate.state.history import read_history

FOLDER = "history/"
# About 300 lines.
FULL = 128 * 1024
_MONTH = re.compile(r"history/(?P<month>\d{4}-\d{2})(?:\.(?P<part>\d{3,6}))?\.jsonl")


def is_open(name: str) -> bool:
    """Whether this is the document of a month, to which lines are added."""
    found = _MONTH.fullmatch(name)
    return found is not None and found["part"] is None


def next_part(name: str, there: Iterable[str]) -> str:
    """What the document of the month is called once it is full; `there` are the parts there are."""
    stem = name.removesuffix(".jsonl")
    numbers = [
        int(found["part"])
        for found in map(_MONTH.fullmatch, there)
        if found and found["part"] and f"{FOLDER}{found['month']}" == stem
    ]
    return f"{stem}.{max(numbers, default=0) + 1:03}.jsonl"


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """The documents of the history, the oldest lines first."""
    found = [match for match in map(_MONTH.fullmatch, names) if match]
    # The open document of a month is the last of it.
    found.sort(key=lambda match: (match["month"], int(match["part"] or 10**9)))
    return tuple(match[0] for match in found)


def whole_history(store: Shelf, since: str = "") -> tuple[Record, ...]:
    """Every record there is, the oldest first; `since` is the first month that is wanted, as `2026-11`."""
    while True:
        there = store.names(FOLDER)
        names = [name for name in in_order(there) if name >= f"{FOLDER}{since}"]
        documents = store.read(*names)
        # A part that came meanwhile holds lines that the open document has no more.
        if store.names(FOLDER) == there:
            return tuple(record for name in names for record in read_history(name, documents[name]))
