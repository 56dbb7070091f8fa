"""The options that every command knows."""

from __future__ import annotations

import click

format_option = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print the result.",
)
config_option = click.option(
    "--config",
    metavar="FILE",
    help="The configuration, instead of .github/remediate.yml of this repository.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print only the one line that matters.")
