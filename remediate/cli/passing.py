"""Runs packs against logs of jobs that succeeded: a rule that fires there is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, cast

from remediate.cli.parts import Parts
from remediate.diagnosis.candidates import nominate
from remediate.diagnosis.knowledge import catalog_of
from remediate.diagnosis.reading import read_log
from remediate.diagnosis.scene import survey
from remediate.errors import UsageProblem
from remediate.logs.archives import LogPart
from remediate.model.rule import Pack, Rule


def alarms(packs: Sequence[Pack], names: Sequence[str]) -> list[tuple[Rule, str]]:
    """Each decisive rule that was seen in a successful log, with the log and the line."""
    catalog = catalog_of(packs)

    def fired(part: LogPart) -> list[tuple[Rule, str]]:
        reading = read_log(cast("BinaryIO", part.stream), catalog, everything=True)
        candidates = nominate(reading, catalog, survey(reading, catalog))
        return [
            (c.rule, f"{part.name}:{part.first_line - 1 + c.sighting.line}")
            for c in candidates
            if c.rule.role == "decisive"
        ]

    parts = Parts(names)
    found = list(parts.each(fired))
    parts.check()
    if not found:
        raise UsageProblem(f"{names[0]}: there is no log in it", hint="Name logs of jobs that succeeded.")
    return [alarm for one in found for alarm in one]
