"""`remediate config`: the configuration in force, and where each value came from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import click
import msgspec

from remediate.cli.formats.document import document
from remediate.cli.options import Group, config_option, format_option
from remediate.logs.neutral import for_markdown, for_terminal, printable_log
from remediate.logs.redaction import Redactor
from remediate.model.keys import Leaf, leaves
from remediate.system.settings import Configured, read_policy

_HIDDEN = "***"
_EXAMPLES = """
\b
Examples:
  remediate config show
  remediate config show --format json | jq -r '.values."max-attempts".value'
  REMEDIATE_MODE=observe remediate config show --config ci/remediate.yml
"""


@click.group("config", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """Show the configuration in force."""


@command.command("show", epilog=_EXAMPLES)
@format_option
@config_option
def show(output: str, config: str | None) -> None:
    """Show every value with where it came from: the default, a line of the file, a variable."""
    configured = read_policy(config, environment=os.environ)
    click.echo(_FORMATS[output](configured, list(_visible(configured))))


def _visible(configured: Configured) -> Iterator[Leaf]:
    """The values without secrets: what is sent in a header is never shown."""
    named = configured.policy.redact_env
    redactor = Redactor([os.environ[name] for name in named if os.environ.get(name)])
    for leaf in leaves(configured.policy):
        if isinstance(leaf.value, dict):
            value: Any = dict.fromkeys(leaf.value, _HIDDEN)
            text = ", ".join(f"{name}: {_HIDDEN}" for name in value) or "{}"
        else:
            value, text = _redacted(redactor, leaf.value), redactor.redact(leaf.text)
        yield msgspec.structs.replace(leaf, value=value, text=text)


def _redacted(redactor: Redactor, value: Any) -> Any:
    match value:
        case str():
            return redactor.redact(value)
        case list() | tuple():
            return [_redacted(redactor, entry) for entry in value]
        case _:
            return value


def _text(configured: Configured, values: list[Leaf]) -> str:
    head = f"configuration: {configured.file or 'none, the defaults hold'}"
    rows = [(leaf.key, leaf.text, configured.origins[leaf.key]) for leaf in values]
    keys, texts = (max(len(row[at]) for row in rows) for at in (0, 1))
    lines = [f"{key:{keys}}  {text:{min(texts, 40)}}  {origin}" for key, text, origin in rows]
    return "\n".join(printable_log(for_terminal(line)) for line in (head, *lines))


def _markdown(configured: Configured, values: list[Leaf]) -> str:
    rows = [
        f"| {for_markdown(leaf.key)} | {for_markdown(leaf.text)} "
        f"| {for_markdown(configured.origins[leaf.key])} |"
        for leaf in values
    ]
    return "\n".join(("| key | value | from |", "| --- | --- | --- |", *rows))


def _json(configured: Configured, values: list[Leaf]) -> bytes:
    told = {leaf.key: {"value": leaf.value, "from": configured.origins[leaf.key]} for leaf in values}
    return document({"schema": "remediate/config/1", "file": configured.file, "values": told})


_FORMATS: dict[str, Callable[[Configured, list[Leaf]], str | bytes]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
}
