"""`remediate rules`: what the house knows."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from remediate.cli.cards import CARDS, cause_of
from remediate.cli.explain import explain
from remediate.cli.formats.document import document
from remediate.cli.options import Group, Known, config_option, format_option, meant, nearest
from remediate.cli.trial import test
from remediate.errors import UsageProblem
from remediate.model.cause import CAUSES
from remediate.model.rule import Pack
from remediate.rules.packs import shipped_texts, user_packs
from remediate.system.settings import read_settings

_EXAMPLES = """
\b
Examples:
  remediate rules list --cause lockfile
  remediate rules show npm-ci-out-of-sync
  remediate rules test ci/rules.yaml --passing logs/green/
  remediate rules explain build.log
"""
_LIST_EXAMPLES = """
\b
Examples:
  remediate rules list --pack npm
  remediate rules list --cause network --format json | jq -r '.[].id'
"""
_SHOW_EXAMPLES = """
\b
Examples:
  remediate rules show npm-ci-out-of-sync
"""


@click.group("rules", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """List, show, test and explain the rules."""


@command.command("list", epilog=_LIST_EXAMPLES)
@click.option("--cause", type=Known(list(CAUSES)), metavar="CAUSE", help="Only the rules of this cause.")
@click.option("--pack", metavar="NAME", help="Only the rules of this pack.")
@format_option
@config_option
def list_rules(cause: str | None, pack: str | None, output: str, config: str | None) -> None:
    """List the rules in force."""
    packs = packs_in_force(config)
    if pack is not None and pack not in {known.name for known in packs}:
        raise UsageProblem(
            f"--pack {pack}: there is no such pack", hint=nearest(pack, [p.name for p in packs])
        )
    rules = [
        rule
        for known in packs
        for rule in known.rules
        if (cause is None or rule.cause == cause) and (pack is None or known.name == pack)
    ]
    if output == "json":
        click.echo(document(rules))
    elif output == "markdown":
        click.echo("| rule | cause | recovery | title |\n|---|---|---|---|")
        for rule in rules:
            click.echo(f"| `{rule.id}` | {cause_of(rule)} | {rule.recovery or ''} | {rule.title} |")
    else:
        width = max((len(rule.id) for rule in rules), default=0)
        for rule in rules:
            click.echo(f"{rule.id:{width}}  {cause_of(rule):20}  {rule.role:10}  {rule.title}")
        click.echo(f"{len(rules)} rules", err=True)


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(rule.id, help=rule.title)
        for pack in packs_in_force(None, naming=incomplete)
        for rule in pack.rules
        if rule.id.startswith(incomplete)
    ]


@command.command("show", epilog=_SHOW_EXAMPLES)
@click.argument("rule_id", metavar="RULE", shell_complete=_complete)
@format_option
@config_option
def show_rule(rule_id: str, output: str, config: str | None) -> None:
    """Show one rule with its examples and near misses."""
    for pack in packs_in_force(config, naming=rule_id):
        for rule in pack.rules:
            if rule.id == rule_id:
                click.echo(CARDS[output](rule, pack))
                return
    hint = meant(rule_id, [rule.id for pack in packs_in_force(config) for rule in pack.rules])
    raise UsageProblem(f"there is no rule `{rule_id}`", hint=hint or "`remediate rules list` shows all.")


command.add_command(test)
command.add_command(explain)


def packs_in_force(config: str | None, *, naming: str = "") -> tuple[Pack, ...]:
    """The shipped packs and those of the configuration; of the shipped ones only those that hold the word.

    Reading all of them takes a second, which is long for someone who waits for a completion.
    """
    texts = (text for text in shipped_texts() if naming.encode() in text[1])
    return (*user_packs(texts), *read_settings(config).packs())
