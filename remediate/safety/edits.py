"""What a recovery would change in a file, and which lines and how many characters that adds and takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A file before and after; None where it is not there. Paths are relative to the root, with `/`."""

    path: str
    before: str | None
    after: str | None


def added_lines(edit: Edit) -> Iterator[tuple[int, str]]:
    """Number and text of each line that stands there more often than before, in its order.

    Counted, not aligned: this is linear in the size of the file, and a line that only moved adds nothing.
    """
    known = Counter(_lines(edit.before))
    for number, line in enumerate(_lines(edit.after), 1):
        if known[line] > 0:
            known[line] -= 1
        else:
            yield number, line


def changed_characters(edit: Edit) -> int:
    """The characters of all lines that come or go; where lines only changed places, of those."""
    taken = Edit(path=edit.path, before=edit.after, after=edit.before)
    changed = sum(len(line) or 1 for one in (edit, taken) for _, line in added_lines(one))
    if changed:
        return changed
    places = zip(_lines(edit.before), _lines(edit.after), strict=True)
    return sum(len(line) for old, line in places if old != line)


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []
