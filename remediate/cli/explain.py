"""`remediate rules explain`: every candidate that was weighed, and what spoke for and against it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import BinaryIO, cast

import click

from remediate.cli.formats.text import shown
from remediate.cli.options import config_option
from remediate.cli.parts import Parts
from remediate.diagnosis.candidates import Candidate, nominate
from remediate.diagnosis.choice import nothing_failed
from remediate.diagnosis.knowledge import load_catalog
from remediate.diagnosis.ranking import NOTHING, Fit, load_fit, rank
from remediate.diagnosis.reading import Reading, read_log
from remediate.diagnosis.scene import Scene, survey
from remediate.logs.archives import LogPart
from remediate.logs.redaction import Redactor
from remediate.system.cache import cache_folder
from remediate.system.settings import Settings, read_settings

_SHOWN = 12
_LONGEST = 100
_SLIGHT = 0.01
_EXAMPLES = """
\b
Examples:
  remediate rules explain build.log
  remediate rules explain build.log --features     with the weight of each feature
"""


@click.command("explain", epilog=_EXAMPLES)
@click.argument("log", type=click.Path(allow_dash=True))
@click.option("--features", is_flag=True, help="Show the weight of each feature.")
@config_option
def explain(log: str, features: bool, config: str | None) -> None:
    """Show what the rules saw in LOG and how it was weighed."""
    parts = Parts([log])
    for lines in parts.each(_Explaining(read_settings(config), features=features)):
        click.echo("\n".join(lines))
    parts.check()


class _Explaining:
    """Explains one log after the other with what was loaded once."""

    def __init__(self, settings: Settings, *, features: bool) -> None:
        self._catalog = load_catalog(settings.packs(), cache_folder(os.environ, sys.platform))
        self._fit = load_fit()
        self._redactor = Redactor(settings.secrets(os.environ))
        self._features = features

    def __call__(self, part: LogPart) -> list[str]:
        reading = read_log(cast("BinaryIO", part.stream), self._catalog)
        scene = survey(reading, self._catalog)
        before = part.first_line - 1
        return [*self._scene(part, reading, scene, before), *self._ranking(reading, scene, before)]

    def _scene(self, part: LogPart, reading: Reading, scene: Scene, before: int) -> Iterator[str]:
        job = f" · {self._redactor.redact(part.job)}" if part.job else ""
        told = f"{reading.format}, {reading.lines} lines, failed: {reading.outline.failed}"
        yield shown(f"{part.name}{job}: {told}")
        step = self._redactor.redact(scene.step.name) if scene.step else "unknown"
        first, last, end = (before + line for line in (scene.first, scene.last, scene.end))
        yield shown(f"failing step: {step} (lines {first}-{last}, final error at {end})")

    def _ranking(self, reading: Reading, scene: Scene, before: int) -> Iterator[str]:
        candidates = nominate(reading, self._catalog, scene)
        ranking = rank(candidates, nothing_failed(reading, scene, candidates), self._fit.ranking)
        yield f"{ranking.causes[NOTHING]:7.1%}  nothing failed"
        pairs = sorted(zip(ranking.shares, candidates, strict=True), key=lambda pair: -pair[0])
        for share, candidate in pairs[:_SHOWN]:
            text = self._redactor.redact(candidate.sighting.text)[:_LONGEST]
            rule, line = candidate.rule, before + candidate.sighting.line
            yield shown(f"{share:7.1%}  {rule.cause}  {rule.id}  line {line}: {text}")
            if self._features:
                yield from _weights(candidate, self._fit)


def _weights(candidate: Candidate, fit: Fit) -> Iterator[str]:
    parts = [(value * fit.ranking.get(name, 0.0), name) for name, value in candidate.features.items()]
    yield from (
        f"           {weight:+.2f}  {name}" for weight, name in sorted(parts)[::-1] if abs(weight) >= 0.01
    )
