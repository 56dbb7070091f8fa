"""From a reading to a diagnosis: rank what was seen, say how sure, and never recommend on a doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO

from remediate.diagnosis.candidates import JUDGING_STEPS, Candidate, Features, nominate
from remediate.diagnosis.evidence import gather
from remediate.diagnosis.ranking import NOTHING, Fit, Ranking, calibrate, doubts, rank
from remediate.diagnosis.reading import Reading, read_log
from remediate.diagnosis.scene import Scene, survey
from remediate.diagnosis.sighting import Sighting
from remediate.diagnosis.signature import sign
from remediate.diagnosis.veil import veiled
from remediate.logs.formats import Format
from remediate.logs.draft import Step
from remediate.logs.redaction import Redactor
from remediate.model.cause import CAUSES, DEFECTS, REASONS, UNCLASSIFIED
from remediate.model.diagnosis import Alternative, Diagnosis, Evidence, StepRef
from remediate.rules.catalog import Catalog

_ALTERNATIVES = 5
_END_READ = 2000
_END_LINES = 40
_LAST_WORDS = 2
_ABOUT_AS_STRONG = 0.75
# Steps that judge code and do nothing else: whatever network trouble they print is their subject's.
_JUDGED = frozenset({"compile", "test", "lint"})
_GONE_ON_TO = _JUDGED | {"dependency"}
JUDGING_STEPS = frozenset({"step-runs-tests", "step-runs-linter"})
_MISSING = (
    b"BlobNotFound",
    b"The specified blob does not exist",
    b"log not found",
    b"The logs for this run have expired",
)


def diagnose(
    stream: BinaryIO,
    catalog: Catalog,
    fit: Fit,
    redactor: Redactor,
    *,
    source: str,
    form: Format | None = None,
) -> Diagnosis:
    """The diagnosis of one log, free of secrets."""
    reading = read_log(stream, catalog, form=form)
    return veiled(conclude(reading, catalog, fit, source=source), redactor, reading.keys)


def conclude(reading: Reading, catalog: Catalog, fit: Fit, *, source: str) -> Diagnosis:
    """The diagnosis of what was read; its texts are still as they stand in the log."""
    if reading.blank:
        return _abstain(reading, "log-empty", source)
    if reading.lines < 20 and any(words in reading.head for words in _MISSING):
        return _abstain(reading, "log-missing", source)
    scene = survey(reading, catalog.rules)
    candidates = nominate(reading, catalog, scene)
    ranking = rank(candidates, nothing_failed(reading, scene, candidates), fit.ranking)
    reason = _reason_to_abstain(reading, candidates, ranking)
    if reason:
        return _abstain(reading, reason, source, scene)
    root = choose(candidates, ranking)
    confidence = calibrate(doubts(root, ranking, candidates), fit.calibration)
    return _assert(root, confidence, candidates, ranking, reading, catalog, scene, source)


def nothing_failed(reading: Reading, scene: Scene, candidates: Sequence[Candidate]) -> Features:
    """What speaks for the job having succeeded."""
    failed = reading.outline.failed
    decisive = [c for c in candidates if c.rule.role == "decisive"]
    near_end = reading.lines - _END_LINES
    signs = {
        "nothing": True,
        f"nothing: failed {failed}": True,
        "nothing: no decisive line": not decisive,
        "nothing: only transient trouble": all(c.rule.transient for c in candidates),
        "nothing: passed at the end": any(line > near_end for line in scene.passed),
        "nothing: passed after all": bool(scene.passed)
        and all(c.sighting.line < scene.passed[-1] for c in candidates),
        "nothing: overcome after all": bool(scene.recovered)
        and all(c.sighting.line < scene.recovered[-1] for c in candidates),
        "nothing: consequence at the end": any(line > near_end for line in scene.consequences),
        "nothing: ends without a complaint": not complains(reading),
        "nothing: final error": reading.outline.final_error is not None,
    }
    return {name: 1.0 for name, holds in signs.items() if holds}


def _reason_to_abstain(reading: Reading, candidates: Sequence[Candidate], ranking: Ranking) -> str | None:
    failed = reading.outline.failed
    if failed is False:
        return "no-failure"
    strongest = max((share for cause, share in ranking.causes.items() if cause != NOTHING), default=0.0)
    if strongest > ranking.causes[NOTHING]:
        return None
    if failed:
        return "weak-evidence" if candidates else "no-rule"
    if reading.outline.truncated:
        return "log-cut"
    return "no-rule" if reading.outline.final_error or complains(reading) else "no-failure"


def complains(reading: Reading) -> bool:
    """Whether the end of a log that no CI system judged speaks of an error."""
    return bool(
        re.search(rb"(?i)\b(?:errors?|fatal|failed|failure|exception|panic)\b", reading.tail[-_END_READ:])
    )


def choose(candidates: Sequence[Candidate], ranking: Ranking) -> Candidate:
    """The strongest cause's first candidate in the log, among those about as strong as the strongest.

    A trouble after which the same step went on to a defect was survived: then it is the defect.
    """
    shares = dict(zip(map(id, candidates), ranking.shares, strict=True))
    cause = max((share, cause) for cause, share in ranking.causes.items() if cause != NOTHING)[1]
    root = _first_of([c for c in candidates if c.rule.cause == cause], shares)
    if not root.rule.transient:
        return root
    later = [c for c in candidates if _survived(root, c) or _judges(c, root, candidates)]
    return max(later, key=lambda c: shares[id(c)], default=root)


def _first_of(candidates: Sequence[Candidate], shares: dict[int, float]) -> Candidate:
    best = max(shares[id(c)] for c in candidates)
    strong = [c for c in candidates if shares[id(c)] >= _ABOUT_AS_STRONG * best]
    return min(strong, key=lambda c: (c.sighting.line, c.rule.recovery is None, -shares[id(c)]))


def _judges(verdict: Candidate, trouble: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether the step does nothing but judge code, so that its verdict counts and not the trouble it prints."""
    judged = {c.rule.cause for c in candidates if c.rule.id in JUDGING_STEPS}
    return verdict.rule.cause in judged and "inside decisive" in trouble.features


def _survived(trouble: Candidate, defect: Candidate) -> bool:
    """Whether the defect is one of the code, told for certain, in the same step below the trouble."""
    return (
        defect.rule.cause in _GONE_ON_TO
        and defect.rule.role == "decisive"
        and "inside decisive" in defect.features
        and "inside decisive" in trouble.features
        and defect.sighting.line > trouble.sighting.line
    )


def _assert(
    root: Candidate,
    confidence: float,
    candidates: Sequence[Candidate],
    ranking: Ranking,
    reading: Reading,
    catalog: Catalog,
    scene: Scene,
    source: str,
) -> Diagnosis:
    rule = root.rule
    evidence = gather(root, candidates, reading, catalog, scene)
    withheld = objection(root, candidates, scene, reading)
    return Diagnosis(
        source=source,
        format=reading.format,
        cause=rule.cause,
        type=CAUSES[rule.cause].type,
        severity=rule.severity,
        confidence=round(confidence, 3),
        transient=rule.transient,
        signature=sign(rule.cause, rule.id, _signed(root, candidates, scene)),
        rule=rule.id,
        title=rule.title,
        evidence=evidence,
        step=_step(scene.step),
        recovery=None if withheld else rule.recovery,
        withheld=withheld if rule.recovery else None,
        hint=rule.hint or None,
        docs=rule.docs or None,
        alternatives=_alternatives(root, candidates, ranking, scene),
        lines=reading.lines,
    )


def objection(root: Candidate, candidates: Sequence[Candidate], scene: Scene, reading: Reading) -> str | None:
    """Why a machine must keep its hands off although the rule knows a recovery; None when it need not."""
    sighting = root.sighting
    if not reading.outline.failed and sighting.line < reading.lines - _LAST_WORDS:
        return "nothing in the log says that the job failed, and it goes on below the line"
    if scene.known and not scene.holds(sighting.line):
        return "the line stands outside of the step that failed"
    if scene.in_tests(sighting.line):
        return "the line stands in a test's own output"
    if any(line > sighting.line for line in scene.recovered if scene.holds(line)):
        return "a later line says that the trouble was overcome"
    if _failed_otherwise(root, candidates, scene):
        return "another step failed as well, for another reason"
    judges = [c.rule.id for c in candidates if c.rule.id in JUDGING_STEPS]
    if judges and scene.holds(sighting.line):
        return "the step only runs tests or checks, which fetch nothing themselves"
    for other in candidates:
        if (
            other.rule.cause in DEFECTS
            and scene.holds(other.sighting.line)
            and _speaks_against(other, sighting)
        ):
            return f"the same step also shows `{other.rule.id}` on line {other.sighting.line}"
    return None


def _failed_otherwise(root: Candidate, candidates: Sequence[Candidate], scene: Scene) -> bool:
    """Whether a later failed step shows another cause: then this step's failure may have been tolerated."""
    return any(
        step.first_line <= c.sighting.line <= step.last_line and c.rule.cause != root.rule.cause
        for step in scene.others
        for c in candidates
    )


def _speaks_against(defect: Candidate, sighting: Sighting) -> bool:
    """A decisive defect anywhere in the step; a lesser sign of one only below the line, where the job went on."""
    if defect.sighting.level in ("group", "command"):
        return False
    if defect.rule.role == "decisive":
        return True
    return defect.rule.cause in _JUDGED and any(s.line > sighting.line for s in defect.sightings)


def _signed(root: Candidate, candidates: Sequence[Candidate], scene: Scene) -> list[str]:
    """The decisive line and the first lines that tell this failure from others of the same rule."""
    same = [c for c in candidates if c.rule.cause == root.rule.cause and scene.holds(c.sighting.line)]
    named = sorted({s.line: s.text for c in same for s in c.sightings if scene.holds(s.line)}.items())
    return [root.sighting.text, *(text for _, text in named[:3])]


def _alternatives(
    root: Candidate, candidates: Sequence[Candidate], ranking: Ranking, scene: Scene
) -> tuple[Alternative, ...]:
    best: dict[str, tuple[float, Candidate]] = {}
    for candidate, share in zip(candidates, ranking.shares, strict=True):
        cause = candidate.rule.cause
        if cause != root.rule.cause and share > best.get(cause, (0.0, root))[0]:
            best[cause] = (share, candidate)
    ordered = sorted(best.items(), key=lambda item: -ranking.causes[item[0]])
    return tuple(
        Alternative(
            cause=cause,
            confidence=round(ranking.causes[cause], 3),
            rule=candidate.rule.id,
            line=candidate.sighting.line,
            text=candidate.sighting.text,
            relation="consequence" if candidate.sighting.line > root.sighting.line else "alternative",
        )
        for cause, (_, candidate) in ordered[:_ALTERNATIVES]
        if ranking.causes[cause] >= 0.005 or scene.holds(candidate.sighting.line)
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
    final = reading.outline.final_error
    shown: tuple[Evidence, ...] = ()
    if final and reason != "no-failure":
        shown = (Evidence(line=final[0], offset=-1, text=final[1], role="supporting"),)
    return Diagnosis(
        source=source,
        format=reading.format,
        cause=UNCLASSIFIED,
        type=None,
        severity="info" if reason == "no-failure" else "medium",
        confidence=0.0,
        transient=False,
        signature=sign(UNCLASSIFIED, None, [final[1]]) if final and shown else None,
        rule=None,
        title=REASONS[reason],
        evidence=shown,
        step=_step(scene.step) if scene and reason != "no-failure" else None,
        recovery=None,
        hint=None,
        reason=reason,
        lines=reading.lines,
    )
