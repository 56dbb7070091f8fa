"""Why a machine must keep its hands off, although the rule of the root knows a recovery."""

from __future__ import annotations

from collections.abc import Sequence

from remediate.diagnosis.candidates import Candidate
from remediate.diagnosis.reading import Reading
from remediate.diagnosis.scene import Scene
from remediate.diagnosis.sighting import Sighting
from remediate.model.cause import DEFECTS

# A log that nobody judged ends with its trouble, or the trouble was not the end.
_LAST_WORDS = 2
# Even a lesser sign of one of these, below the line, says that the job went on to a defect.
_TELLING = frozenset({"compile", "test", "lint"})


def objection(
    root: Candidate, candidates: Sequence[Candidate], scene: Scene, reading: Reading, *, first_line: int = 1
) -> str | None:
    """The first reason against touching anything; None when there is none.

    `first_line` is what the log's first line is called where it is part of another.
    """
    line = root.sighting.line
    if not reading.outline.failed and line < reading.lines - _LAST_WORDS:
        return "nothing in the log says that the job failed, and it goes on below the line"
    if scene.known and not scene.holds(line):
        return "the line stands outside of the step that failed"
    if scene.in_tests(line):
        return "the line stands in a test's own output"
    if any(other > line for other in scene.recovered if scene.holds(other)):
        return "a later line says that the trouble was overcome"
    if _failed_otherwise(root, candidates, scene):
        return "another step failed as well, for another reason"
    if any(c.rule.judges for c in candidates):
        return "the step only runs tests or checks, which fetch nothing themselves"
    for other in candidates:
        if other.rule.cause in DEFECTS and scene.holds(other.sighting.line) and _tells(other, root.sighting):
            line = first_line - 1 + other.sighting.line
            return f"the same step also shows `{other.rule.id}` on line {line}"
    return None


def _failed_otherwise(root: Candidate, candidates: Sequence[Candidate], scene: Scene) -> bool:
    """Whether another failed step shows another cause: then one of the failures may have been tolerated."""
    return any(
        step.first_line <= c.sighting.line <= step.last_line and c.rule.cause != root.rule.cause
        for step in scene.others
        for c in candidates
    )


def _tells(defect: Candidate, sighting: Sighting) -> bool:
    """A decisive defect anywhere in the step; a lesser sign of one only below the line."""
    if defect.sighting.level in ("group", "command"):
        return False
    if defect.rule.role == "decisive":
        return True
    return defect.rule.cause in _TELLING and any(s.line > sighting.line for s in defect.sightings)
