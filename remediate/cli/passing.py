"""Runs packs against logs of jobs that succeeded: a rule that fires there is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from remediate.diagnosis.candidates import nominate
from remediate.diagnosis.knowledge import catalog_of
from remediate.diagnosis.reading import read_log
from remediate.diagnosis.scene import survey
from remediate.logs.archives import Limits, open_logs
from remediate.model.rule import Pack
from remediate.system.sources import find_sources


def alarms(packs: Sequence[Pack], names: Sequence[str], stdin: BinaryIO) -> list[str]:
    """A sentence for each decisive rule that was seen in a successful log."""
    catalog = catalog_of(packs)
    found = []
    for source in find_sources(names, stdin):
        with source.open() as stream:
            for part in open_logs(stream, source.name, Limits()):
                reading = read_log(part.stream, catalog)
                candidates = nominate(reading, catalog, survey(reading, catalog.rules))
                found += [
                    f"{c.rule.pack}: {c.rule.id}: fires on the successful log {part.name}:{c.sighting.line}"
                    for c in candidates
                    if c.rule.role == "decisive"
                ]
    return found
