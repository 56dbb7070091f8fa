"""The parts of docs/reference.md, each from the one place in the code that decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from remediate.cli.group import remediate
from remediate.errors import EXIT_CODES
from remediate.logs.formats import FORMATS
from remediate.model.cause import CAUSES, REASONS, SEVERITIES
from remediate.model.keys import fields_of
from remediate.model.policy import Policy

_WIDTH = 100


def exit_codes() -> str:
    """Code and meaning."""
    return table(("code", "meaning"), ((str(code), meaning) for code, meaning in EXIT_CODES.items()))


def causes() -> str:
    """Cause, type, meaning and the recoveries that a rule of it may recommend."""
    rows = (
        (f"`{cause.name}`", cause.type, cause.meaning, _names(cause.strategies) or "none: a person decides")
        for cause in CAUSES.values()
    )
    return table(("cause", "type", "what it is", "what a machine may try"), rows)


def severities() -> str:
    """Severity and the time in which someone should look."""
    return table(
        ("severity", "look at it within"), ((f"`{name}`", time) for name, time in SEVERITIES.items())
    )


def reasons() -> str:
    """Why there is no cause."""
    return table(("reason", "meaning"), ((f"`{name}`", meaning) for name, meaning in REASONS.items()))


def config_keys() -> str:
    """The keys at the top of the file; the whole table stands in configuration.md."""
    rows = ((f"`{name}`", kind.meaning) for name, (_, kind) in fields_of(Policy).items())
    return table(("key", "meaning"), rows)


def log_formats() -> str:
    """The names that --log-format takes."""
    return _names(FORMATS)


def commands() -> str:
    """The help of every command, as it prints it."""
    return "\n\n".join(_helps(remediate, "remediate"))


TABLES: dict[str, Callable[[], str]] = {
    "exit-codes": exit_codes,
    "causes": causes,
    "severities": severities,
    "reasons": reasons,
    "config-keys": config_keys,
    "log-formats": log_formats,
    "commands": commands,
}


def _helps(command: click.Command, path: str) -> Iterable[str]:
    names = remediate.context_settings["help_option_names"]
    context = click.Context(command, info_name=path, terminal_width=_WIDTH, help_option_names=names)
    yield f"### {path}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below:
                yield from _helps(below, f"{path} {name}")


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; a `|` in a cell is escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
