"""The lines that are shown: the decisive ones, what supports them, and what stands around."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from remediate.diagnosis.candidates import Candidate
from remediate.diagnosis.excerpt import Excerpt
from remediate.diagnosis.reading import Reading
from remediate.diagnosis.scene import Scene
from remediate.diagnosis.sighting import Sighting
from remediate.logs.formats import FORMATS
from remediate.model.diagnosis import Evidence, EvidenceRole
from remediate.rules.catalog import Catalog

_MOST = 12
_SUPPORT = 5
_LAST_WORDS = 8
_COMPLAINT = r"(?i)error|fail|fatal|cannot|can't|could not|not found|exception|invalid|missing|denied|no such"


def gather(
    root: Candidate, candidates: Sequence[Candidate], reading: Reading, catalog: Catalog, scene: Scene
) -> tuple[Evidence, ...]:
    """Evidence for `root`, decisive line first, then in the log's order, without repeats."""
    if root.sighting.level == "command":
        shown = _last_words(scene.end, reading)
    else:
        shown = [_shown(root.sighting, catalog, "decisive")]
        shown += [_shown(s, catalog, "supporting") for s in _support(root, candidates, scene)]
    shown += _final(reading)
    shown += _context(root.sighting, reading.format)
    unique: dict[int, Evidence] = {}
    for evidence in shown:
        if evidence.text.strip():
            unique.setdefault(evidence.line, evidence)
    first, *rest = list(unique.values())[:_MOST] or [_shown(root.sighting, catalog, "decisive")]
    return (first, *sorted(rest, key=lambda e: e.line))


def _support(root: Candidate, candidates: Sequence[Candidate], scene: Scene) -> list[Sighting]:
    """The rule's other sightings and those of the same cause, in the failing step, first and last first."""
    own = [s for s in root.sightings if scene.holds(s.line) and s.line != root.sighting.line]
    same = [
        c.sighting
        for c in candidates
        if c is not root
        and c.rule.cause == root.rule.cause
        and scene.holds(c.sighting.line)
        and c.rule.within != "command"
    ]
    same.sort(key=lambda s: s.line)
    return [*own[:1], *own[-1:], *same[:1], *reversed(same[1:])][:_SUPPORT]


def _final(reading: Reading) -> list[Evidence]:
    final = reading.outline.final_error
    if not final:
        return []
    return [Evidence(line=final[0], offset=reading.final_offset, text=final[1], role="consequence")]


def _last_words(end: int, reading: Reading) -> list[Evidence]:
    """What stands above the final error, the likeliest line first: all there is without a rule."""
    lines = [
        line
        for line in _lines(reading.above.get(end, Excerpt()), reading.format, "supporting")
        if line.text.strip()
    ]
    telling = [line for line in lines if re.search(_COMPLAINT, line.text)]
    best = (telling or lines)[-1:]
    decisive = [msgspec.structs.replace(line, role="decisive") for line in best]
    return [*decisive, *reversed(telling[-_LAST_WORDS // 2 :]), *reversed(lines[-_LAST_WORDS // 2 :])]


def _context(sighting: Sighting, form: str) -> Iterator[Evidence]:
    """The lines just above and below the decisive one."""
    return _lines(sighting.around, form, "context")


def _lines(excerpt: Excerpt, form: str, role: EvidenceRole) -> Iterator[Evidence]:
    for number, offset, line in excerpt:
        text = FORMATS[form].content(line).text.decode("utf-8", "replace")
        yield Evidence(line=number, offset=offset, text=text, role=role)


def _shown(sighting: Sighting, catalog: Catalog, role: EvidenceRole) -> Evidence:
    rule = catalog.rules[sighting.rule].id
    return Evidence(line=sighting.line, offset=sighting.offset, text=sighting.text, role=role, rule=rule)
