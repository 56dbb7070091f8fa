"""`remediate rules test`: whether packs keep their word."""

from __future__ import annotations

from pathlib import Path

import click

from remediate.cli.options import config_option
from remediate.errors import ConfigProblem, UsageProblem
from remediate.model.rule import Pack
from remediate.rules.packs import PackText, shipped_texts, stem, user_packs
from remediate.rules.proof import WAY_OUT, faults, located, place_of
from remediate.system.settings import read_settings

_EXAMPLES = """
\b
Examples:
  remediate rules test                                   every rule in force
  remediate rules test ci/rules.yaml
  remediate rules test ci/rules.yaml --passing logs/green/ --passing run.zip
"""


@click.command("test", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, type=click.Path(), metavar="[PACK]...")
@click.option(
    "--passing",
    multiple=True,
    type=click.Path(allow_dash=True),
    metavar="PATH",
    help="Logs of successful jobs: a decisive rule that would name a cause there is rejected. Repeatable.",
)
@config_option
def test(files: tuple[str, ...], passing: tuple[str, ...], config: str | None) -> None:
    """Check packs: schema, patterns, examples, near misses, and silence on successful logs.

    PACK is a file; without one, all rules in force are checked.
    """
    texts = [(name, _read(name)) for name in files]
    if not texts:
        texts = [*shipped_texts(), *read_settings(config).pack_texts()]
    packs, found = _proved(texts)
    if passing and packs:
        found += _alarms(packs, texts, passing)
    if found:
        raise ConfigProblem("\n".join(found), hint=_way_out(found, readable=bool(packs)))
    count = sum(len(pack.rules) for pack in packs)
    click.echo(f"{_number(count, 'rule')} in {_number(len(packs), 'pack')} keep their word")


def _proved(texts: list[PackText]) -> tuple[list[Pack], list[str]]:
    """The packs that can be read, and everything that is wrong, each with its place."""
    packs: list[Pack] = []
    found: list[str] = []
    for file, text in texts:
        try:
            pack = user_packs([(file, text)])[0]
        except ConfigProblem as problem:
            found.append(f"{problem.message}{f'. {problem.hint}' if problem.hint else ''}")
            continue
        packs.append(pack)
        found += located(faults(pack), text, file)
    return packs, found


def _alarms(packs: list[Pack], texts: list[PackText], passing: tuple[str, ...]) -> list[str]:
    from remediate.cli.passing import alarms  # noqa: PLC0415 - reads logs

    homes = {stem(file): (text, file) for file, text in texts}
    return [
        f"{place_of(rule.id, *homes[rule.pack])}: {rule.id}: fires on the successful log {log}"
        for rule, log in alarms(packs, passing)
    ]


def _way_out(found: list[str], *, readable: bool) -> str:
    if any("fires on the successful log" in fault for fault in found):
        return "Make the pattern more specific, or add `unless` or `step`, and the line to `near-misses`."
    return WAY_OUT if readable else "docs/writing-rules.md says what a pack holds; mend the place named."


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageProblem(f"{name}: {error.strerror}", hint="Name a rule pack, a YAML file.") from None
