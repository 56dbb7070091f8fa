"""`remediate doctor`: what the token and the settings allow here, each with the way out."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from remediate.cli.formats.document import document
from remediate.cli.options import config_option, format_option
from remediate.cli.terminal import say, style
from remediate.errors import UsageProblem
from remediate.logs.neutral import for_markdown, for_terminal, printable_log

if TYPE_CHECKING:
    from remediate.cli.run_address import Spot
    from remediate.model.policy import Policy
    from remediate.stages.examination.examination import Examination, Finding
    from remediate.stages.world import Here

_EXAMPLES = """
\b
Examples:
  remediate doctor                           this clone, with the token of GH_TOKEN, GITHUB_TOKEN or `gh`
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

    from remediate.stages.examination.configuration import configured  # noqa: PLC0415

    policy, findings = configured(config, os.environ)
    if state_branch:
        policy = msgspec.structs.replace(policy, state_branch=state_branch)
    examined = _examined(repository or "", policy, findings)
    say(_FORMATS[output](examined))
    ctx.exit(examined.exit_code)


def _examined(repository: str, policy: Policy, findings: tuple[Finding, ...]) -> Examination:
    """What the configuration tells, and the platform where it is known which, and there is a token for it."""
    from remediate.stages.examination.examination import Examination, trouble  # noqa: PLC0415
    from remediate.stages.examination.room import examined  # noqa: PLC0415
    from remediate.system.clock import SystemClock  # noqa: PLC0415

    try:
        spot = _spot(repository)
    except UsageProblem:
        text = f"{repository or 'no repository'}: which repository of which GitHub server is not known"
        way_out = "Change into a clone whose remote `origin` is one, or name it: --repository OWNER/NAME."
        return Examination(repository=repository, findings=(*findings, trouble("repository", text, way_out)))
    try:
        findings = (*findings, *examined(_here(spot), policy, os.environ, SystemClock()))
    except UsageProblem as problem:
        findings = (*findings, trouble("token", problem.message, problem.hint))
    return Examination(repository=spot.repository, findings=findings)


def _spot(repository: str) -> Spot:
    """The repository that is named, on the server of this job or this clone; else the one of this clone."""
    import msgspec  # noqa: PLC0415

    from remediate.cli.run_address import spot_here  # noqa: PLC0415
    from remediate.platforms.github.desk import repository_called  # noqa: PLC0415
    from remediate.system.processes import SystemProcesses  # noqa: PLC0415

    try:
        spot = spot_here("", os.environ, SystemProcesses())
    except UsageProblem:
        if not repository:
            raise
        spot = spot_here("", {**os.environ, "GITHUB_REPOSITORY": repository}, SystemProcesses())
    return msgspec.structs.replace(spot, repository=repository_called(repository or spot.repository))


def _here(spot: Spot) -> Here:
    """A clone's origin may lead anywhere: the token is the one for that server, and no other."""
    from remediate.cli.run_address import api_of, token_for  # noqa: PLC0415
    from remediate.stages.world import Here  # noqa: PLC0415
    from remediate.system.processes import SystemProcesses  # noqa: PLC0415

    return Here(
        repository=spot.repository,
        server=spot.server,
        api=api_of(spot, os.environ),
        token=token_for(spot, os.environ, SystemProcesses()),
    )


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
