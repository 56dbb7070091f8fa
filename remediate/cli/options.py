"""The options that every command knows, and choices that name the nearest when none fits."""

from __future__ import annotations

from typing import Any

import click

from remediate.errors import UsageProblem


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

    near = difflib.get_close_matches(word, known, 3, 0.6)
    return f"Did you mean {' or '.join(near)}?" if near else ""


format_option = click.option(
    "--format",
    "output",
    type=Known(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print the result.",
)
config_option = click.option(
    "--config",
    type=click.Path(),
    metavar="FILE",
    help="The configuration, instead of .github/remediate.yml of this repository.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print only the one line that matters.")
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Say more: whole lines, and what was used."
)
