"""What may be the root cause, each with the features that speak for and against it."""

from __future__ import annotations

import math
from collections import Counter

import msgspec

from remediate.diagnosis.reading import Reading
from remediate.diagnosis.scene import Scene, is_test, rules_of
from remediate.diagnosis.sighting import Sighting
from remediate.model.cause import DEFECTS
from remediate.model.rule import Rule
from remediate.rules.catalog import Catalog

Features = dict[str, float]

_JUST_ABOVE = 4
_LAST_LINES = 40
# A log as short as this was cut out by someone for what stands in it.
_QUOTED = 15
_WARNINGS = ("warning", "[warning]", "warn:", "warn ", "##[warning]", "npm warn")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that was seen, its most telling sighting, and its features for the ranking."""

    rule: Rule
    sighting: Sighting
    sightings: tuple[Sighting, ...]
    features: Features


def nominate(reading: Reading, catalog: Catalog, scene: Scene) -> tuple[Candidate, ...]:
    """Every rule of a cause that was seen where it may stand."""
    seen: dict[int, list[Sighting]] = {}
    for sighting in reading.sightings:
        rule = catalog.rules[sighting.rule]
        if rule.role != "context" and _allowed(rule, sighting, catalog, scene, reading):
            seen.setdefault(sighting.rule, []).append(sighting)
    for index, sighting in _told_by_command(catalog, scene):
        seen[index] = [sighting]
    chosen = [
        (catalog.rules[index], _most_telling(found, scene), tuple(found)) for index, found in seen.items()
    ]
    surroundings = _Surroundings(chosen, scene)
    return tuple(
        Candidate(
            rule=rule,
            sighting=best,
            sightings=found,
            features=_features(rule, best, reading, scene, surroundings),
        )
        for rule, best, found in chosen
    )


def _told_by_command(catalog: Catalog, scene: Scene) -> list[tuple[int, Sighting]]:
    """What the failing step was for: a sighting at its final error for each rule of its command."""
    step = scene.step
    if step is None:
        return []
    text = step.command or step.name
    return [
        (
            index,
            Sighting(rule=index, line=scene.end, offset=-1, text=text, level="command"),
        )
        for index in rules_of(step, catalog)
    ]


def _allowed(rule: Rule, sighting: Sighting, catalog: Catalog, scene: Scene, reading: Reading) -> bool:
    if not reading.outline.failed and reading.lines > _QUOTED and is_warning(sighting):
        return False  # where nothing says that the job failed, a warning does not say it either
    if rule.within == "final-error" and not _is_final(sighting, scene, reading):
        return False
    if not rule.step:
        return True
    step = scene.step
    return bool(
        step
        and scene.holds(sighting.line)
        and catalog.fits_step(sighting.rule, step.name, step.command or "")
    )


def _is_final(sighting: Sighting, scene: Scene, reading: Reading) -> bool:
    """Whether the line is among the last words of the failure."""
    if reading.outline.failed or sighting.level == "error":
        return scene.end - _LAST_LINES <= sighting.line <= scene.end + 5
    return sighting.line >= reading.lines - 3


def is_warning(sighting: Sighting) -> bool:
    """Whether the CI system or the tool itself calls the line a warning."""
    return sighting.level == "warning" or sighting.text.lstrip().lower().startswith(_WARNINGS)


def _most_telling(found: list[Sighting], scene: Scene) -> Sighting:
    """The last one before the step's final error; outside of the step, the last of all."""
    inside = [s for s in found if scene.holds(s.line) and s.line <= scene.end]
    return (inside or [s for s in found if scene.holds(s.line)] or found)[-1]


class _Surroundings:
    """What the candidates are to each other."""

    def __init__(self, chosen: list[tuple[Rule, Sighting, tuple[Sighting, ...]]], scene: Scene) -> None:
        inside = [(rule, best) for rule, best, _ in chosen if scene.holds(best.line)]
        decisive = [(rule, best) for rule, best in inside if rule.role == "decisive"]
        self.causes = Counter(rule.cause for rule, _ in inside)
        self.decisive = Counter(rule.cause for rule, _ in decisive)
        self.judged = any(rule.judges for rule, _, _ in chosen)
        self.lasting = sorted(
            {s.line for rule, s, _ in chosen if not rule.transient and rule.role == "decisive"}
        )
        self.transient = sorted({s.line for rule, _, found in chosen if rule.transient for s in found})
        self.first = min((best.line for _, best in decisive), default=0)
        self.last = max((best.line for _, best in decisive), default=0)
        self.tests_failed = any(is_test(rule) for rule, _ in decisive)
        self.defects = len({rule.cause for rule, _ in decisive if rule.cause in DEFECTS})

    def outcome_below(self, line: int) -> bool:
        """Whether a lasting failure stands in the few lines below, to which this trouble may have led."""
        return any(line < other <= line + _JUST_ABOVE for other in self.lasting)

    def trouble_above(self, line: int, rule: Rule) -> bool:
        """Whether a transient trouble stands just above, of which this line may be the outcome."""
        return not rule.transient and any(line - _JUST_ABOVE <= other < line for other in self.transient)


def _features(rule: Rule, best: Sighting, reading: Reading, scene: Scene, around: _Surroundings) -> Features:
    decisive = rule.role == "decisive"
    inside = scene.holds(best.line)
    distance = scene.end - best.line
    role = "decisive" if decisive else "supporting"
    found: Features = {
        f"role {role}": 1.0,
        f"cause {rule.cause}": 1.0,
        f"cause {rule.cause} {role}": 1.0,
        f"{_place(best.line, scene)} {role}": 1.0,
        f"near {role}": math.exp(-max(0, distance) / 8),
        f"close {role}": math.exp(-max(0, distance) / 60),
        f"around {role}": math.exp(-max(0, distance) / 500),
        "support": min(4, around.causes[rule.cause] - inside) / 4,
        "decisive support": min(3, around.decisive[rule.cause] - (inside and decisive)) / 3,
        "rivals": min(4, sum(around.decisive.values()) - around.decisive[rule.cause]) / 4,
        "often": min(1.0, math.log1p(reading.counts.get(best.rule, 1)) / 5),
        "specific": min(1.0, max(len(p) for p in rule.match) / 60),
    }
    found |= {name: 1.0 for name, holds in _flags(rule, best, scene, around).items() if holds}
    return found


def _place(line: int, scene: Scene) -> str:
    if not scene.known:
        return "somewhere"
    if scene.holds(line):
        return "inside" if line <= scene.end else "inside after"
    if any(step.first_line <= line <= step.last_line for step in scene.others):
        return "another failed step"
    return "before" if line < scene.first else "after"


def _flags(rule: Rule, best: Sighting, scene: Scene, around: _Surroundings) -> dict[str, bool]:
    decisive = rule.role == "decisive"
    healable = rule.recovery is not None
    kind = "transient" if rule.transient or healable else "lasting"
    return {
        f"error mark {kind}": best.level == "error",
        f"warning mark {kind}": is_warning(best),
        f"command line {kind}": best.level in ("group", "command"),
        f"in tests {kind}": not is_test(rule) and scene.in_tests(best.line),
        f"tests failed {kind}": not is_test(rule) and around.tests_failed,
        f"overcome {kind}": any(line > best.line for line in scene.recovered),
        f"passed later {kind}": any(line > best.line for line in scene.passed),
        f"beside defects {kind}": around.defects > (rule.cause in DEFECTS),
        f"first {kind}": decisive and best.line == around.first,
        f"last {kind}": decisive and best.line == around.last,
        f"says {kind}": True,
        f"judged {kind}": around.judged and best.level != "command",
        f"outcome just below {kind}": rule.transient and around.outcome_below(best.line),
        f"transient trouble just above {kind}": around.trouble_above(best.line, rule),
        "bound to final error": rule.within == "final-error",
        "anywhere": rule.within == "anywhere",
    }
