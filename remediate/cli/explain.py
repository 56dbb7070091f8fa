"""`remediate rules explain`: every candidate that was weighed, and what spoke for and against it."""

from __future__ import annotations

import sys

import click

from remediate.cli.options import config_option
from remediate.diagnosis.candidates import Candidate, nominate
from remediate.diagnosis.diagnose import nothing_failed
from remediate.diagnosis.knowledge import load_catalog
from remediate.diagnosis.ranking import NOTHING, Fit, load_fit, rank
from remediate.diagnosis.reading import read_log
from remediate.diagnosis.scene import survey
from remediate.logs.archives import Limits, open_logs
from remediate.logs.neutral import for_terminal
from remediate.logs.redaction import Redactor
from remediate.system.settings import read_settings
from remediate.system.sources import find_sources

_SHOWN = 12


@click.command("explain")
@click.argument("log")
@click.option("--features", is_flag=True, help="Show the weight of each feature.")
@config_option
def explain(log: str, features: bool, config: str | None) -> None:
    """Show what the rules saw in LOG and how it was weighed."""
    settings = read_settings(config)
    catalog, fit, redactor = load_catalog(settings.packs()), load_fit(), Redactor()
    for source in find_sources([log], sys.stdin.buffer):
        with source.open() as stream:
            for part in open_logs(stream, source.name, Limits()):
                reading = read_log(part.stream, catalog)
                scene = survey(reading, catalog.rules)
                candidates = nominate(reading, catalog, scene)
                ranking = rank(candidates, nothing_failed(reading, scene, candidates), fit.ranking)
                click.echo(for_terminal(f"{part.name}: {reading.format}, {reading.lines} lines, failed: {reading.outline.failed}"))
                place = f"lines {scene.first}-{scene.last}, final error at {scene.end}"
                click.echo(for_terminal(f"failing step: {scene.step.name if scene.step else 'unknown'} ({place})"))
                click.echo(f"{ranking.causes[NOTHING]:7.1%}  nothing failed")
                pairs = sorted(zip(ranking.shares, candidates, strict=True), key=lambda p: -p[0])
                for share, candidate in pairs[:_SHOWN]:
                    text = redactor.redact(candidate.sighting.text)[:100]
                    head = f"{share:7.1%}  {candidate.rule.cause}  {candidate.rule.id}  line {candidate.sighting.line}: {text}"
                    click.echo(for_terminal(head))
                    if features:
                        click.echo("\n".join(_weights(candidate, fit)))


def _weights(candidate: Candidate, fit: Fit) -> list[str]:
    parts = [(value * fit.ranking.get(name, 0.0), name) for name, value in candidate.features.items()]
    return [f"           {weight:+.2f}  {name}" for weight, name in sorted(parts, reverse=True) if abs(weight) >= 0.01]
