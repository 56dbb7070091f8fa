"""All commands as click knows them: for help, completion, mistakes, and what `main` does not do at once."""

from __future__ import annotations

import importlib
import os
from typing import cast

import click

from remediate import __version__
from remediate.cli.options import Group
from remediate.cli.terminal import colour
from remediate.errors import DONE, RemediateError

COMMANDS: dict[str, tuple[str, str]] = {
    "diagnose": ("remediate.cli.diagnose", "Name the root cause of a failed job, from its log."),
    "run": ("remediate.cli.run", "Run a command; heal what is transient, pass on what is real."),
    "heal": ("remediate.cli.heal", "Diagnose, heal and verify failed runs of a repository, and tell of it."),
    "init": ("remediate.cli.init", "Write the workflow and the configuration into a repository."),
    "doctor": ("remediate.cli.doctor", "Tell what the token can and cannot do here, and the way out."),
    "plan": ("remediate.cli.plan", "Show what would be done about a failure, and why."),
    "backups": ("remediate.cli.backups", "List, show, check, put back and prune backups."),
    "circuits": ("remediate.cli.circuits", "Show the circuits that hold recoveries back, and reset one."),
    "approvals": ("remediate.cli.approvals", "List, give and revoke approvals of plans."),
    "incidents": ("remediate.cli.incidents", "List and show what was escalated to people."),
    "metrics": ("remediate.cli.metrics", "Show and export the figures."),
    "config": ("remediate.cli.config", "Show the configuration in force, and where each value is from."),
    "rules": ("remediate.cli.rules", "List, show, test and explain the rules."),
    "initialize": (
        "remediate.cli.stages.initialize",
        "Stage 1: what failed, what awaits its proof, what people asked.",
    ),
    "detect": ("remediate.cli.stages.detect", "Stage 2: the root cause of each failed run."),
    "recover": ("remediate.cli.stages.recover", "Stage 3: decide what may be done, and do it."),
    "repair": ("remediate.cli.repair", "Repair lockfiles as `recover` ordered, beside no token."),
    "verify": ("remediate.cli.stages.verify", "Stage 4: look at the original failures again."),
    "collect-metrics": ("remediate.cli.stages.collect_metrics", "Stage 5: count, and keep the figures."),
    "notify": ("remediate.cli.stages.notify", "Stage 6: tell people."),
    "completion": ("remediate.cli.completion", "Print the script that completes the command in a shell."),
}

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
    """Reads failed CI jobs, says what went wrong and how sure it is, and repairs what is safe to repair."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def obey(arguments: list[str]) -> int:
    """Does what is asked and returns the exit code; a mistake is raised as the error that explains it."""
    if _COMPLETE in os.environ:
        remediate.main(arguments, prog_name="remediate", complete_var=_COMPLETE)
    try:
        # Not `remediate.main`: it would turn a reader that has gone away into exit code 1, a bug.
        with remediate.make_context("remediate", arguments, color=colour()) as context:
            remediate.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        raise _explained(error, _called(arguments)) from None
    return DONE


def _called(arguments: list[str]) -> str:
    """The command that the words name, as far as they do."""
    command: click.Command | None = remediate
    words = ["remediate"]
    for word in arguments:
        if not isinstance(command, click.Group):
            break
        command = command.get_command(click.Context(command), word)
        words += [word] if command else []
    return " ".join(words)


def _explained(error: click.ClickException, called: str) -> RemediateError:
    from remediate.cli.mistakes import explained  # noqa: PLC0415 - only for a typing error

    message, hint = explained(error, called)
    problem = RemediateError(message, hint=hint)
    problem.exit_code = error.exit_code
    return problem
