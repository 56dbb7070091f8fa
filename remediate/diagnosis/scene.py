"""The scene of the failure: which step failed, where its last word stands, what the tests said."""

from __future__ import annotations

import msgspec

from remediate.diagnosis.reading import Reading
from remediate.diagnosis.sighting import Sighting
from remediate.logs.draft import Step
from remediate.model.cause import CAUSES
from remediate.model.rule import Rule
from remediate.rules.catalog import Catalog

_TEST_CAUSES = frozenset({"test", "flaky-test"})


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the log the failure happened; lines are inclusive.

    `tests` are the spans in which a test runner's own output stands, `recovered` the lines that tell of a
    trouble overcome, `passed` those that tell of success.
    """

    first: int
    last: int
    end: int
    known: bool
    step: Step | None
    others: tuple[Step, ...]
    tests: tuple[tuple[int, int], ...]
    recovered: tuple[int, ...]
    passed: tuple[int, ...]
    consequences: tuple[int, ...]

    def holds(self, line: int) -> bool:
        """Whether the line stands in the failing step."""
        return self.first <= line <= self.last

    def in_tests(self, line: int) -> bool:
        """Whether the line is part of a test runner's own output."""
        return any(begin < line < end for begin, end in self.tests)


def survey(reading: Reading, catalog: Catalog) -> Scene:
    """The scene as the outline and the context rules show it."""
    outline = reading.outline
    failing = [step for step in outline.steps if step.failed]
    marked: dict[str, list[int]] = {}
    for sighting in reading.sightings:
        marks = catalog.rules[sighting.rule].marks
        if marks:
            marked.setdefault(marks, []).append(sighting.line)
    step = _blamed(failing, catalog)
    first, last = (step.first_line, step.last_line) if step else (1, max(1, reading.lines))
    end = step.error_line if step and step.error_line else None
    if end is None and outline.final_error and first <= outline.final_error[0] <= last:
        end = outline.final_error[0]
    return Scene(
        first=first,
        last=last,
        end=end or last,
        known=step is not None,
        step=step,
        others=tuple(other for other in failing if other is not step),
        tests=_spans(marked.get("tests-begin", []), marked.get("tests-end", []), last),
        recovered=tuple(marked.get("recovered", ())),
        passed=tuple(marked.get("passed", ())),
        consequences=tuple(marked.get("consequence", ())),
    )


def rules_of(step: Step, catalog: Catalog) -> list[int]:
    """The rules that speak of what the step was for."""
    return catalog.rules_of_command(step.name, *(step.command or "").splitlines())


def _blamed(failing: list[Step], catalog: Catalog) -> Step | None:
    """The step that failed the job: the first, unless work went on after it: then that was tolerated.

    What runs although a step failed (`if: always()`) gathers, reports and tidies up; it does not build.
    """
    if not failing:
        return None
    blamed = failing[0]
    for later in failing[1:]:
        if later.job == blamed.job and later.exit_code and _works(later, catalog):
            blamed = later
    return blamed


def _works(step: Step, catalog: Catalog) -> bool:
    """Whether the step was there to build, check or test the code."""
    causes = {catalog.rules[index].cause for index in rules_of(step, catalog)}
    return any(CAUSES[cause].type == "application" for cause in causes if cause)


def _spans(begins: list[int], ends: list[int], last: int) -> tuple[tuple[int, int], ...]:
    """Pairs each beginning with the next end; one without an end reaches to the end of the step."""
    spans: list[tuple[int, int]] = []
    for begin in begins:
        if spans and begin < spans[-1][1]:
            continue
        spans.append((begin, next((end for end in ends if end > begin), last)))
    return tuple(spans)


def is_test(rule: Rule) -> bool:
    """Whether the rule speaks of tests that failed."""
    return rule.cause in _TEST_CAUSES


def before(lines: tuple[int, ...], sighting: Sighting) -> bool:
    """Whether one of the lines stands below the sighting."""
    return any(line > sighting.line for line in lines)
