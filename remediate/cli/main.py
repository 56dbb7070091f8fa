"""The door of the command: finds the subcommand, and is the one place where errors become messages."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import cast

import click

from remediate import __version__
from remediate.cli.options import Group
from remediate.errors import BUG, DONE, INTERRUPTED, RemediateError

COMMANDS: dict[str, tuple[str, str]] = {
    "diagnose": ("remediate.cli.diagnose", "Name the root cause of a failed job, from its log."),
    "rules": ("remediate.cli.rules", "List, show, test and explain the rules."),
    "completion": ("remediate.cli.completion", "Print the script that completes the command in a shell."),
}

_ISSUES = "https://github.com/remediate/remediate/issues"
_COMPLETE = "_REMEDIATE_COMPLETE"
_EXAMPLES = """
\b
Examples:
  remediate diagnose build.log          what went wrong, how sure, and the lines that prove it
  gh run view --log-failed | remediate diagnose -
  remediate rules explain build.log     why that answer and no other
  remediate diagnose --help             more of them
"""


class LazyGroup(Group):
    """Knows each subcommand's name and help; imports its module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", importlib.import_module(COMMANDS[cmd_name][0]).command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EXAMPLES,
    invoke_without_command=True,
    no_args_is_help=False,
)
@click.version_option(__version__, "-V", "--version", prog_name="remediate")
@click.pass_context
def remediate(ctx: click.Context) -> None:
    """Reads failed CI jobs, says what went wrong and how sure it is, and shows the lines that prove it."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Runs the command and ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        _speak(stream)
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; Python must not complain about the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """The exit code; whatever goes wrong has been said by then."""
    if _COMPLETE in os.environ:
        remediate.main(arguments, prog_name="remediate", complete_var=_COMPLETE)
    try:
        # Not `remediate.main`: it would turn a reader that has gone away into exit code 1, a bug.
        with remediate.make_context("remediate", arguments, color=_colour()) as context:
            remediate.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except RemediateError as error:
        return _fail(error.exit_code, error.message, error.hint, error.docs)
    except click.ClickException as error:
        from remediate.cli.mistakes import explained  # noqa: PLC0415 - only for a typing error

        return _fail(error.exit_code, *explained(error))
    except (KeyboardInterrupt, EOFError, click.exceptions.Abort):
        return _fail(INTERRUPTED, "interrupted")
    except BrokenPipeError:
        raise
    except Exception as error:
        if os.environ.get("REMEDIATE_TRACEBACK"):
            raise
        return _fail(
            BUG,
            f"this is a bug in Remediate: {_where(error)}",
            "Run it again with REMEDIATE_TRACEBACK=1 and report what it prints, without secrets.",
            _ISSUES,
        )
    return DONE


def _where(error: Exception) -> str:
    """The kind of the error and its place; not its text, which may quote a log and a secret in it."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    name = type(error).__name__
    return f"{name} at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else name


def _fail(code: int, message: str, hint: str = "", docs: str = "") -> int:
    from remediate.logs.neutral import printable_log  # noqa: PLC0415 - names in messages come from archives

    colour = _colour()
    parts = (("error: ", "red", message), ("  way out: ", None, hint), ("  see: ", None, docs))
    for head, shade, text in parts:
        if text:
            click.echo(click.style(head, fg=shade, bold=True) + printable_log(text), err=True, color=colour)
    return code


def _colour() -> bool | None:
    """Never with NO_COLOR, always with FORCE_COLOR; else click looks whether a terminal is there."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def _speak(stream: object) -> None:
    """A terminal that cannot show a character gets another one in its place instead of an error."""
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower()
    if not encoding.startswith("utf"):
        from remediate.cli.plain import plain  # noqa: PLC0415 - seldom needed

        plain(stream)


if __name__ == "__main__":
    main()
