"""Says what is wrong with how the command was called, and what was probably meant."""

from __future__ import annotations

import click

from remediate.cli.options import meant


def explained(error: click.ClickException, called: str) -> tuple[str, str]:
    """The message and the way out; `called` is the command, for click does not say it of every mistake."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else called
    help_ = f"`{path} --help` shows what it takes, with examples."
    if isinstance(error, click.NoSuchOption):
        hint = meant(error.option_name, _options(context)) if context else ""
        return f"{path}: there is no option {error.option_name}", f"{hint} {help_}".strip()
    if isinstance(error, click.MissingParameter) and context:
        form = context.get_usage().removeprefix("Usage: ")
        name = error.param.human_readable_name if error.param else "an argument"
        return f"{path}: {name} is missing", f"Its form: {form}. {help_}"
    return f"{path}: {_decapitalised(error.format_message())}", help_


def _options(context: click.Context) -> list[str]:
    parameters = context.command.get_params(context)
    return [name for parameter in parameters for name in parameter.opts if name.startswith("--")]


def _decapitalised(message: str) -> str:
    text = message.rstrip(".")
    return text[:1].lower() + text[1:]
