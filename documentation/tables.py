"""The parts of docs/reference.md, each from the one place in the code that decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from remediate.cli.group import remediate
from remediate.errors import EXIT_CODES
from remediate.logs.formats import FORMATS
from remediate.model.cause import CAUSES, REASONS, SEVERITIES
from remediate.system.settings import KEYS

_WIDTH = 100


def exit_codes() -> str:
    """Code and meaning."""
    return _table(("code", "meaning"), ((str(code), meaning) for code, meaning in EXIT_CODES.items()))


def causes() -> str:
    """Cause, type, meaning and the recoveries that a rule of it may recommend."""
    rows = (
        (f"`{cause.name}`", cause.type, cause.meaning, _names(cause.strategies) or "none: a person decides")
        for cause in CAUSES.values()
    )
    return _table(("cause", "type", "what it is", "what a machine may try"), rows)


def severities() -> str:
    """Severity and the time in which someone should look."""
    return _table(
        ("severity", "look at it within"), ((f"`{name}`", time) for name, time in SEVERITIES.items())
    )


def reasons() -> str:
    """Why there is no cause."""
    return _table(("reason", "meaning"), ((f"`{name}`", meaning) for name, meaning in REASONS.items()))


def config_keys() -> str:
    """Key, meaning, default, example."""
    rows = ((f"`{k.name}`", k.meaning, f"`{k.default}`", f"`{k.name}: {k.example}`") for k in KEYS.values())
    return _table(("key", "meaning", "default", "example"), rows)


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


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
