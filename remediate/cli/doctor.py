"""`remediate doctor`: what the token and the settings allow here, each with the way out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remediate.cli.formats.document import document
from remediate.cli.options import config_option, format_option
from remediate.cli.terminal import say, style
from remediate.errors import UsageProblem
from remediate.logs.neutral import for_markdown, for_terminal, printable_log

if TYPE_CHECKING:
    from remediate.stages.examination.examination import Examination

_EXAMPLES = """
\b
Examples:
  remediate doctor                           this clone, with the token in GITHUB_TOKEN
  remediate doctor --repository octo/shop
  remediate doctor --format markdown >> "$GITHUB_STEP_SUMMARY"
\b
It only reads. Exit codes: 0 when nothing stands in the way, 3 when the configuration is wrong, 4 when the
platform or the state cannot be reached, 10 when something would be refused.
"""
_MARKS = {"good": ("✓", None), "remark": ("!", "yellow"), "trouble": ("✗", "red")}


@click.command("doctor", epilog=_EXAMPLES)
@click.option("--repository", metavar="OWNER/NAME", help="The repository, instead of this clone's.")
@click.option(
    "--state-branch", metavar="NAME", help="The branch of the state, instead of the configured one."
)
@format_option
@config_option
@click.pass_context
def command(
    ctx: click.Context, repository: str | None, state_branch: str | None, output: str, config: str | None
) -> None:
    """Say what token, permissions, settings, state and clock allow here; each trouble with its way out."""
    import msgspec  # noqa: PLC0415 - not for help and completion

    from remediate.stages.examination.desk import configured, origin_of  # noqa: PLC0415
    from remediate.stages.examination.examination import Examination, trouble  # noqa: PLC0415
    from remediate.stages.examination.room import examined as examined_there  # noqa: PLC0415
    from remediate.stages.world import here_in  # noqa: PLC0415
    from remediate.system.clock import SystemClock  # noqa: PLC0415
    from remediate.system.processes import SystemProcesses  # noqa: PLC0415

    policy, findings = configured(config, os.environ)
    if state_branch:
        policy = msgspec.structs.replace(policy, state_branch=state_branch)
    origin = origin_of(Path.cwd(), os.environ, SystemProcesses())
    told = {**origin, **os.environ}
    try:
        here = here_in(told, repository=repository or "")
    except UsageProblem as problem:
        findings = (*findings, trouble("token", problem.message, problem.hint))
        examined = Examination(repository=repository or told.get("GITHUB_REPOSITORY", ""), findings=findings)
    else:
        found = examined_there(here, policy, os.environ, SystemClock())
        examined = Examination(repository=here.repository, findings=(*findings, *found))
    say(_FORMATS[output](examined))
    ctx.exit(examined.exit_code)


def _text(examined: Examination) -> str:
    lines = [style(f"remediate doctor · {_plain(examined.repository)}", bold=True)]
    for finding in examined.findings:
        mark, shade = _MARKS[finding.level]
        lines.append(f"{style(mark, shade=shade, bold=True)} {_plain(finding.text)}")
        if finding.way_out:
            lines.append(f"    way out: {_plain(finding.way_out)}")
    return "\n".join((*lines, "", _sum(examined)))


def _markdown(examined: Examination) -> str:
    rows = [
        f"| {_MARKS[one.level][0]} | {for_markdown(one.text)} | {for_markdown(one.way_out)} |"
        for one in examined.findings
    ]
    head = (
        f"### remediate doctor: {for_markdown(examined.repository)}",
        "",
        "| | found | way out |",
        "|---|---|---|",
    )
    return "\n".join((*head, *rows, "", _sum(examined)))


def _sum(examined: Examination) -> str:
    count = sum(one.level == "trouble" for one in examined.findings)
    if not count:
        return "Nothing stands in the way."
    return f"{count} thing{'s' if count > 1 else ''} to be put right."


def _plain(text: str) -> str:
    return printable_log(for_terminal(text))


_FORMATS: dict[str, Callable[[Examination], str | bytes]] = {
    "text": _text,
    "json": document,
    "markdown": _markdown,
}
