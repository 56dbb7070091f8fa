"""`remediate rules`: what the house knows, and whether a pack keeps its word."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from remediate.cli.explain import explain
from remediate.cli.options import config_option, format_option
from remediate.errors import ConfigProblem, UsageProblem
from remediate.logs.neutral import for_terminal
from remediate.model.cause import CAUSES
from remediate.model.rule import Pack, Rule
from remediate.rules.packs import shipped_packs, user_packs
from remediate.rules.proof import faults
from remediate.system.settings import read_settings

_EXAMPLES = """
\b
Examples:
  remediate rules list --cause lockfile
  remediate rules show npm-ci-out-of-sync
  remediate rules test ci/rules.yaml --passing logs/green/
  remediate rules explain build.log
"""


@click.group("rules", epilog=_EXAMPLES)
def command() -> None:
    """List, show, test and explain the rules."""


@command.command("list")
@click.option("--cause", type=click.Choice(list(CAUSES)), help="Only the rules of this cause.")
@click.option("--pack", metavar="NAME", help="Only the rules of this pack.")
@format_option
@config_option
def list_rules(cause: str | None, pack: str | None, output: str, config: str | None) -> None:
    """List the rules in force."""
    rules = [
        rule
        for known in packs_in_force(config)
        for rule in known.rules
        if (cause is None or rule.cause == cause) and (pack is None or known.name == pack)
    ]
    if not rules:
        raise UsageProblem("no rule fits", hint="`remediate rules list` without options shows all packs.")
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(rules), indent=2))
    elif output == "markdown":
        click.echo("| rule | cause | recovery | title |\n|---|---|---|---|")
        for rule in rules:
            click.echo(f"| `{rule.id}` | {_cause(rule)} | {rule.recovery or ''} | {rule.title} |")
    else:
        width = max(len(rule.id) for rule in rules)
        for rule in rules:
            click.echo(f"{rule.id:{width}}  {_cause(rule):20}  {rule.role:10}  {rule.title}")
        click.echo(f"{len(rules)} rules", err=True)


@command.command("show")
@click.argument("rule_id", metavar="RULE")
@config_option
def show_rule(rule_id: str, config: str | None) -> None:
    """Show one rule with its examples and near misses."""
    for pack in packs_in_force(config):
        for rule in pack.rules:
            if rule.id == rule_id:
                click.echo("\n".join(_card(rule, pack)))
                return
    raise UsageProblem(f"there is no rule `{rule_id}`", hint=_nearest(rule_id, packs_in_force(config)))


@command.command("test")
@click.argument("files", nargs=-1, metavar="[PACK]...")
@click.option(
    "--passing",
    multiple=True,
    metavar="PATH",
    help="Logs of successful jobs: a decisive rule that would name a cause there is rejected. Repeatable.",
)
@config_option
def test_packs(files: tuple[str, ...], passing: tuple[str, ...], config: str | None) -> None:
    """Check packs: schema, patterns, examples, near misses, and silence on successful logs.

    PACK is a file; without one, all rules in force are checked.
    """
    packs = user_packs((name, _read(name)) for name in files) if files else packs_in_force(config)
    found = [f"{pack.name}: {fault}" for pack in packs for fault in faults(pack)]
    if passing:
        from remediate.cli.passing import alarms  # noqa: PLC0415 - reads logs

        found += alarms(packs, passing, sys.stdin.buffer)
    if found:
        raise ConfigProblem("\n".join(found), hint="Mend the pattern, or add `unless` or `step`.")
    count = sum(len(pack.rules) for pack in packs)
    click.echo(f"{count} rules in {len(packs)} packs keep their word")


command.add_command(explain)


def packs_in_force(config: str | None) -> tuple[Pack, ...]:
    """The shipped packs and those of the configuration."""
    return (*shipped_packs(), *read_settings(config).packs())


def _cause(rule: Rule) -> str:
    return rule.cause or f"({rule.marks})"


def _card(rule: Rule, pack: Pack) -> list[str]:
    rows: list[tuple[str, Sequence[str]]] = [
        ("title", [rule.title]),
        ("pack", [pack.name]),
        ("cause", [_cause(rule) + (", transient" if rule.transient else "")]),
        ("severity", [rule.severity] if rule.cause else []),
        ("role", [f"{rule.role}, within {rule.within}"]),
        ("recovery", [rule.recovery or "none: a person decides"] if rule.cause else []),
        ("hint", [rule.hint] if rule.hint else []),
        ("docs", [rule.docs] if rule.docs else []),
        ("match", rule.match),
        ("unless", rule.unless),
        ("step", rule.step),
        ("examples", pack.examples[rule.id]),
        ("near misses", pack.near_misses[rule.id]),
    ]
    lines = [click.style(rule.id, bold=True)]
    for name, values in rows:
        lines += [f"  {name if not n else '':12}{for_terminal(value)}" for n, value in enumerate(values)]
    return lines


def _nearest(rule_id: str, packs: Sequence[Pack]) -> str:
    import difflib  # noqa: PLC0415 - only for a typing error

    near = difflib.get_close_matches(rule_id, [rule.id for pack in packs for rule in pack.rules], 3, 0.5)
    return f"Did you mean {', '.join(near)}?" if near else "`remediate rules list` shows all."


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageProblem(f"{name}: {error.strerror}") from None
