"""Reads the document of any stage as that of the last: what no later stage has added is empty."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from remediate.errors import UsageProblem
from remediate.model.stage import Agenda, Course, Findings, Recoveries, Tally, Verdicts
from remediate.stages.passing_on import schema_of

KINDS: Mapping[str, type[msgspec.Struct]] = {
    "remediate/agenda/1": Agenda,
    "remediate/findings/1": Findings,
    "remediate/recoveries/1": Recoveries,
    "remediate/verdicts/1": Verdicts,
    "remediate/tally/1": Tally,
}


def lifted(data: bytes) -> Tally:
    """The tally, or as much of it as there is: a stage may have failed, and people are to hear of it."""
    kind = KINDS.get(schema_of(data))
    if kind is None:
        raise UsageProblem(
            f"this is no document of a stage: `{schema_of(data) or 'it names no schema'}`",
            hint=f"Known: {', '.join(KINDS)}.",
        )
    try:
        document = msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise UsageProblem(
            f"the document cannot be read: {error}", hint="Run all stages with the same version."
        ) from None
    if isinstance(document, Agenda):
        document = Findings(agenda=document)
    if isinstance(document, Findings):
        found = {one.case.key: one.case for one in document.findings}
        cases = {case.key: case for case in document.agenda.open} | found
        courses = tuple(Course(case=case) for case in cases.values())
        document = Recoveries(findings=document, courses=courses)
    if isinstance(document, Recoveries):
        document = Verdicts(recoveries=document, verdicts=document.settled)
    if isinstance(document, Verdicts):
        document = Tally(verdicts=document)
    assert isinstance(document, Tally)  # noqa: S101 - every kind was lifted
    return document
