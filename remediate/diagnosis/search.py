"""Looks for rules in stretches of a log and keeps their sightings."""

from __future__ import annotations

from remediate.diagnosis.places import Places, lines_at
from remediate.diagnosis.sighting import Sighting, Sightings
from remediate.diagnosis.stretch import Stretch
from remediate.logs.formats import Content, Format
from remediate.rules.catalog import Catalog

# More than is shown of a line, so that a secret at the cut is whole when it is looked for.
_KEPT = 2048
_NEIGHBOURS = 2
# Of a pattern that is found more often than this in a stretch, so many first and last lines are read.
_FEW = 250
_FLOOD_FIRST = 50
_FLOOD_LAST = 200


class Search:
    """A search of one log, which is given in stretches in its order."""

    def __init__(self, catalog: Catalog, form: Format) -> None:
        self._catalog = catalog
        self._form = form
        self.sightings = Sightings()

    def __call__(self, stretch: Stretch) -> None:
        """Looks at the lines in which a rule may stand."""
        places, begin, stop = stretch.places, stretch.begin, stretch.stop
        found = self._catalog.scan(places.chunk.text[begin:stop])
        ends = (begin + end for end in thinned(found))
        for number, start, end in lines_at(places.chunk, ends):
            self._look(places, number, start, end)

    def _look(self, places: Places, number: int, start: int, end: int) -> None:
        content = self._form.content(places.chunk.text[start:end])
        owners = self._catalog.owners(content.text)
        inner = content.inner
        if inner:
            owners |= self._catalog.owners(inner)
        for owner in sorted(owners):
            self.sightings.add(_sighting(places, owner, number, start, content))


def thinned(found: list[tuple[int, int]]) -> list[int]:
    """The candidates' ends without a flood's middle: of what stands everywhere the first and last count."""
    if len(found) <= _FEW:
        return sorted({end for _, end in found})
    places: dict[int, list[int]] = {}
    for index, end in found:
        places.setdefault(index, []).append(end)
    kept: set[int] = set()
    for ends in places.values():
        kept.update(ends if len(ends) <= _FEW else (*ends[:_FLOOD_FIRST], *ends[-_FLOOD_LAST:]))
    return sorted(kept)


def _sighting(places: Places, rule: int, number: int, start: int, content: Content) -> Sighting:
    return Sighting(
        rule=rule,
        line=number,
        offset=places.offset(number, start),
        text=content.text[:_KEPT].decode("utf-8", "replace"),
        level=content.level,
        around=places.excerpt(number, start, above=_NEIGHBOURS, below=_NEIGHBOURS, kept=_KEPT),
    )
