"""From a log to a diagnosis: read, rank what was seen, say how sure, and never recommend on a doubt."""

from __future__ import annotations

from typing import BinaryIO, cast

import msgspec

from remediate.diagnosis.candidates import Candidate, nominate
from remediate.diagnosis.choice import choose, nothing_failed, reason_to_abstain
from remediate.diagnosis.evidence import gather
from remediate.diagnosis.moving import moved
from remediate.diagnosis.objection import objection
from remediate.diagnosis.ranking import Fit, Ranking, calibrate, doubts, rank
from remediate.diagnosis.reading import Reading, read_log
from remediate.diagnosis.scene import Scene, survey
from remediate.diagnosis.signature import sign
from remediate.diagnosis.veil import veiled
from remediate.logs.archives import LogPart
from remediate.logs.draft import Step
from remediate.logs.formats import Format
from remediate.logs.redaction import Redactor
from remediate.model.cause import CAUSES, REASONS, UNCLASSIFIED
from remediate.model.diagnosis import Alternative, Diagnosis, Evidence, StepRef
from remediate.rules.catalog import Catalog

_ALTERNATIVES = 5
_FAINT = 0.005
_SIGNED = 3
_NOTE_LINES = 20
_MISSING = (
    b"BlobNotFound",
    b"The specified blob does not exist",
    b"log not found",
    b"The logs for this run have expired",
)


class Knowledge(msgspec.Struct, frozen=True):
    """The rules, and how far each sign of them counts."""

    catalog: Catalog
    fit: Fit


class _Findings(msgspec.Struct, frozen=True, kw_only=True):
    """All that speaks for and against a root."""

    reading: Reading
    catalog: Catalog
    scene: Scene
    candidates: tuple[Candidate, ...]
    ranking: Ranking
    root: Candidate
    first_line: int

    def evidence(self) -> tuple[Evidence, ...]:
        return gather(self.root, self.candidates, self.reading, self.catalog, self.scene)

    def objection(self) -> str | None:
        return objection(self.root, self.candidates, self.scene, self.reading, first_line=self.first_line)


def diagnose(
    part: LogPart, knowledge: Knowledge, redactor: Redactor, *, form: Format | None = None
) -> Diagnosis:
    """The diagnosis of one log, free of secrets; that of a job's share of a log points into the whole log."""
    reading = read_log(cast("BinaryIO", part.stream), knowledge.catalog, form=form)
    found = conclude(reading, knowledge, source=part.name, first_line=part.first_line)
    return moved(veiled(found, redactor, reading.keys), lines=part.first_line - 1, offset=part.offset)


def conclude(reading: Reading, knowledge: Knowledge, *, source: str, first_line: int = 1) -> Diagnosis:
    """The diagnosis of what was read; its texts are still as they stand in the log."""
    if reading.blank:
        return _abstain(reading, "log-empty", source)
    if reading.lines < _NOTE_LINES and any(words in reading.head for words in _MISSING):
        return _abstain(reading, "log-missing", source)
    catalog, fit = knowledge.catalog, knowledge.fit
    scene = survey(reading, catalog)
    candidates = nominate(reading, catalog, scene)
    ranking = rank(candidates, nothing_failed(reading, scene, candidates), fit.ranking)
    reason = reason_to_abstain(reading, candidates, ranking)
    if reason:
        return _abstain(reading, reason, source, scene)
    root = choose(candidates, ranking)
    confidence = calibrate(doubts(root, ranking, candidates), fit.calibration)
    found = _Findings(
        reading=reading,
        catalog=catalog,
        scene=scene,
        candidates=candidates,
        ranking=ranking,
        root=root,
        first_line=first_line,
    )
    return _assert(found, confidence, source)


def _assert(found: _Findings, confidence: float, source: str) -> Diagnosis:
    rule = found.root.rule
    withheld = found.objection() if rule.recovery else None
    return Diagnosis(
        source=source,
        format=found.reading.format,
        cause=rule.cause,
        type=CAUSES[rule.cause].type,
        severity=rule.severity,
        confidence=round(confidence, 3),
        transient=rule.transient,
        signature=sign(rule.cause, rule.id, _signed(found)),
        rule=rule.id,
        title=rule.title,
        evidence=found.evidence(),
        step=_step(found.scene.step),
        recovery=None if withheld else rule.recovery,
        withheld=withheld,
        hint=rule.hint or None,
        docs=rule.docs or None,
        alternatives=_alternatives(found),
        lines=found.reading.lines,
    )


def _signed(found: _Findings) -> list[str]:
    """The decisive line and the first lines that tell this failure from others of the same rule."""
    scene, root = found.scene, found.root
    same = [c for c in found.candidates if c.rule.cause == root.rule.cause and scene.holds(c.sighting.line)]
    named = sorted({s.line: s.text for c in same for s in c.sightings if scene.holds(s.line)}.items())
    return [root.sighting.text, *(text for _, text in named[:_SIGNED])]


def _alternatives(found: _Findings) -> tuple[Alternative, ...]:
    """The strongest candidate of each other cause that stands in the failing step or has some share."""
    causes, root = found.ranking.causes, found.root
    best: dict[str, tuple[float, Candidate]] = {}
    for candidate, share in zip(found.candidates, found.ranking.shares, strict=True):
        cause = candidate.rule.cause
        told = candidate.rule.within != "command"  # such a rule stands on no line of the log
        if told and cause != root.rule.cause and share > best.get(cause, (0.0, root))[0]:
            best[cause] = (share, candidate)
    ordered = sorted((candidate for _, candidate in best.values()), key=lambda c: -causes[c.rule.cause])
    return tuple(
        _alternative(candidate, root, causes[candidate.rule.cause])
        for candidate in ordered[:_ALTERNATIVES]
        if causes[candidate.rule.cause] >= _FAINT or found.scene.holds(candidate.sighting.line)
    )


def _alternative(candidate: Candidate, root: Candidate, share: float) -> Alternative:
    sighting = candidate.sighting
    return Alternative(
        cause=candidate.rule.cause,
        confidence=round(share, 3),
        rule=candidate.rule.id,
        line=sighting.line,
        text=sighting.text,
        relation="consequence" if sighting.line > root.sighting.line else "alternative",
    )


def _step(step: Step | None) -> StepRef | None:
    if step is None:
        return None
    return StepRef(
        name=step.name,
        command=step.command or None,
        first_line=step.first_line,
        last_line=step.last_line,
        exit_code=step.exit_code,
    )


def _abstain(reading: Reading, reason: str, source: str, scene: Scene | None = None) -> Diagnosis:
    fine = reason == "no-failure"
    final = None if fine else reading.outline.final_error
    shown = (
        (Evidence(line=final[0], offset=reading.final_offset, text=final[1], role="supporting"),)
        if final
        else ()
    )
    return Diagnosis(
        source=source,
        format=reading.format,
        cause=UNCLASSIFIED,
        type=None,
        severity="info" if fine else "medium",
        confidence=0.0,
        transient=False,
        signature=sign(UNCLASSIFIED, None, [final[1]]) if final else None,
        rule=None,
        title=REASONS[reason],
        evidence=shown,
        step=_step(scene.step) if scene and not fine else None,
        recovery=None,
        hint=None,
        reason=reason,
        lines=reading.lines,
    )
