"""A place of a YAML file down to its column, for files in which several values share a line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from remediate.rules.place import Place, compose


class Spot(Place, frozen=True):
    """A node with its file, line and column."""

    def __str__(self) -> str:
        mark = self.node.start_mark
        return f"{self.file}:{mark.line + 1}:{mark.column + 1}"

    def items(self) -> Iterator[tuple[str, Spot, Spot]]:
        """Key, the key's spot and the value's spot."""
        for key, place, value in super().items():
            yield key, Spot(place.file, place.node), Spot(value.file, value.node)

    def entries(self) -> list[Spot]:  # type: ignore[override]
        """The spots of a list's entries; a single value counts as a list of one."""
        return [Spot(entry.file, entry.node) for entry in super().entries()]

    def known_items(self, known: Iterable[str]) -> dict[str, tuple[Spot, Spot]]:
        """The spots of key and value by key; a key that is not known is refused with the nearest."""
        names = list(known)
        found: dict[str, tuple[Spot, Spot]] = {}
        for key, place, value in self.items():
            if key not in names:
                raise place.problem(f"unknown key `{key}`", nearest(key, names))
            found[key] = (place, value)
        return found

    def choice(self, known: Iterable[str], noun: str) -> str:
        """One of a few words; another one is refused with the nearest."""
        names = list(known)
        if self.text() not in names:
            raise self.problem(f"unknown {noun} `{self.text()}`", nearest(self.text(), names))
        return self.text()


def root_of(text: str | bytes, file: str) -> Spot:
    """The root of a YAML document; a syntax error names its line."""
    root = compose(text, file)
    return Spot(root.file, root.node)


def nearest(word: str, known: Iterable[str]) -> str:
    """A sentence with the name that was meant, or with all of them."""
    names = list(known)
    near = difflib.get_close_matches(word, names, 1)
    return f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(names)}."
