"""The lines that are shown: the decisive ones, what supports them, and what stands around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remediate.diagnosis.candidates import Candidate
from remediate.diagnosis.reading import Reading
from remediate.diagnosis.scene import Scene
from remediate.diagnosis.sighting import Sighting
from remediate.logs.formats import FORMATS
from remediate.model.diagnosis import Evidence, EvidenceRole
from remediate.rules.catalog import Catalog

_MOST = 12
_SUPPORT = 5
_LAST_WORDS = 8


def gather(
    root: Candidate, candidates: Sequence[Candidate], reading: Reading, catalog: Catalog, scene: Scene
) -> tuple[Evidence, ...]:
    """Evidence for `root`, decisive line first, then in the log's order, without repeats."""
    shown = [_shown(root.sighting, catalog, "decisive")]
    shown += [_shown(s, catalog, "supporting") for s in _support(root, candidates, scene)]
    if root.sighting.level == "command":
        shown = _above(scene.end, reading) + shown
    shown += _final(reading)
    shown += _context(root.sighting, reading.format)
    unique: dict[int, Evidence] = {}
    for evidence in shown:
        if evidence.text.strip():
            unique.setdefault(evidence.line, evidence)
    first, *rest = list(unique.values())[:_MOST]
    return (first, *sorted(rest, key=lambda e: e.line))


def _support(root: Candidate, candidates: Sequence[Candidate], scene: Scene) -> list[Sighting]:
    """The rule's other sightings and those of the same cause, in the failing step, first and last first."""
    own = [s for s in root.sightings if scene.holds(s.line) and s.line != root.sighting.line]
    same = [
        c.sighting
        for c in candidates
        if c is not root and c.rule.cause == root.rule.cause and scene.holds(c.sighting.line)
    ]
    same.sort(key=lambda s: abs(s.line - scene.end))
    return [*own[:1], *own[-1:], *same][:_SUPPORT]


def _final(reading: Reading) -> list[Evidence]:
    final = reading.outline.final_error
    if not final:
        return []
    return [Evidence(line=final[0], offset=-1, text=final[1], role="consequence")]


def _above(end: int, reading: Reading) -> list[Evidence]:
    """The last words before the final error: all there is to show where no rule knows a line."""
    raw = reading.above.get(end, b"").split(b"\n")[1:-1]
    found = []
    for number, line in enumerate(reversed(raw), 1):
        text = FORMATS[reading.format].content(line).text.decode("utf-8", "replace").strip()
        if text and len(found) < _LAST_WORDS:
            found.append(Evidence(line=end - number, offset=-1, text=text, role="supporting"))
    return found


def _context(sighting: Sighting, form: str) -> Iterator[Evidence]:
    """The lines just above and below the decisive one."""
    if sighting.above < 0:
        return
    offset = sighting.offset
    for number, raw in enumerate(sighting.around.split(b"\n"), sighting.line - sighting.above):
        content = FORMATS[form].content(raw)
        text = content.text.decode("utf-8", "replace")
        yield Evidence(line=number, offset=offset if number == sighting.line else -1, text=text, role="context")


def _shown(sighting: Sighting, catalog: Catalog, role: EvidenceRole) -> Evidence:
    rule = catalog.rules[sighting.rule].id
    return Evidence(line=sighting.line, offset=sighting.offset, text=sighting.text, role=role, rule=rule)
