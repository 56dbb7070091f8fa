"""The door of the command: finds the subcommand, and is the one place where errors become messages."""

from __future__ import annotations

import importlib
import os
import sys

import click

from remediate import __version__
from remediate.errors import BUG, INTERRUPTED, RemediateError

COMMANDS: dict[str, tuple[str, str]] = {
    "diagnose": ("remediate.cli.diagnose", "Name the root cause of a failed job, from its log."),
    "rules": ("remediate.cli.rules", "List, show, test and explain the rules."),
    "completion": ("remediate.cli.completion", "Print the shell completion script."),
}

_ISSUES = "https://github.com/remediate/remediate/issues"


class LazyGroup(click.Group):
    """Knows each subcommand's name and help; imports its module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try: remediate diagnose build.log",
)
@click.version_option(__version__, "-V", "--version", prog_name="remediate")
def remediate() -> None:
    """Reads failed CI jobs, says what went wrong and how sure it is, and shows the lines that prove it."""


def main() -> None:
    """Runs the command and ends the process with its exit code."""
    try:
        code = remediate.main(prog_name="remediate", standalone_mode=False)
        _leave(code if isinstance(code, int) else 0)
    except RemediateError as error:
        _say(error.message, error.hint, error.docs)
        _leave(error.exit_code)
    except click.exceptions.Exit as error:
        _leave(error.exit_code)
    except click.ClickException as error:
        error.show()
        _leave(error.exit_code)
    except (KeyboardInterrupt, click.exceptions.Abort):
        _say("interrupted")
        _leave(INTERRUPTED)
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; Python must not complain about the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(0)
    except Exception as error:
        if os.environ.get("REMEDIATE_TRACEBACK"):
            raise
        kind = type(error).__name__
        _say(f"this is a bug in Remediate: {kind}: {error}", "Run again with REMEDIATE_TRACEBACK=1.", _ISSUES)
        _leave(BUG)


def _leave(code: int) -> None:
    sys.exit(code)


def _say(message: str, hint: str = "", docs: str = "") -> None:
    click.echo(click.style("error: ", fg="red", bold=True) + message, err=True)
    if hint:
        click.echo(click.style("  way out: ", bold=True) + hint, err=True)
    if docs:
        click.echo(click.style("  see: ", bold=True) + docs, err=True)
