"""Makes click's options, commands and choices that name the nearest when none fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from remediate.cli.arguments import Option
from remediate.cli.standard import CONFIG, FORMAT
from remediate.errors import UsageProblem

Command = TypeVar("Command", bound=Callable[..., Any])


# Generic from click 8.2 on, and not before.
class Known(click.Choice):  # type: ignore[type-arg,unused-ignore]
    """One of a few names; a wrong one is answered with the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value in self.choices:
            return value
        option = param.opts[0] if param and isinstance(param, click.Option) else (param and param.name) or ""
        names = [str(choice) for choice in self.choices]
        raise UsageProblem(f"{option} {value}: there is no such value", hint=nearest(str(value), names))


class Group(click.Group):
    """A command with commands below it; an unknown one is answered with the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            message = f"{ctx.command_path}: there is no command `{args[0]}`"
            raise UsageProblem(message, hint=nearest(args[0], known))
        return super().resolve_command(ctx, args)


def nearest(word: str, known: list[str]) -> str:
    """A sentence with the names that `word` may have meant, or with all of them."""
    return meant(word, known) or f"Known: {', '.join(known)}."


def meant(word: str, known: list[str]) -> str:
    """A sentence with the names that `word` may have meant; empty where none is near."""
    import difflib  # noqa: PLC0415 - only for a typing error

    begun = [name for name in known if name.startswith(word)]
    near = [*begun, *difflib.get_close_matches(word, known, 3, 0.6)][:3]
    near = list(dict.fromkeys(near))
    return f"Did you mean {' or '.join(near)}?" if near else ""


def options(*table: Option) -> Callable[[Command], Command]:
    """A decorator with click's options for those of the table, in its order."""

    def decorate(command: Command) -> Command:
        for option in reversed(table):
            command = _click_option(option)(command)
        return command

    return decorate


def _click_option(option: Option) -> Callable[[Command], Command]:
    return click.option(
        *option.flags,
        option.name,
        type=click.Path() if option.path else Known(option.choices) if option.choices else None,
        is_flag=option.switch,
        multiple=option.repeatable,
        default=option.absent,
        show_default=option.show_default,
        metavar=option.metavar,
        help=option.help,
    )


format_option = options(FORMAT)
config_option = options(CONFIG)
