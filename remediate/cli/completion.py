"""`remediate completion`: the script that teaches a shell to complete the command."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from remediate.cli.options import Known
from remediate.errors import UsageProblem

_EXAMPLES = """
\b
Examples:
  eval "$(remediate completion bash)"                       for this shell
  remediate completion zsh > ~/.zfunc/_remediate
  remediate completion fish > ~/.config/fish/completions/remediate.fish
"""


@click.command("completion", epilog=_EXAMPLES)
@click.argument("shell", type=Known(["bash", "zsh", "fish"]), metavar="SHELL")
def command(shell: str) -> None:
    """Print the completion script for SHELL: bash, zsh or fish."""
    from remediate.cli.group import remediate  # noqa: PLC0415 - the group knows this module by name

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageProblem(f"no completion for {shell}")
    click.echo(kind(remediate, {}, "remediate", "_REMEDIATE_COMPLETE").source())
