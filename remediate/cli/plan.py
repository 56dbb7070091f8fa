"""`remediate plan`: what would be done about a failure, by which decisions, and what would refuse it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from remediate.cli.diagnosing import Diagnosing, failed_first
from remediate.cli.formats.document import document
from remediate.cli.formats.text import shown
from remediate.cli.options import config_option, format_option
from remediate.cli.parts import Parts
from remediate.decision.drawing import as_markdown, as_text
from remediate.errors import UsageProblem
from remediate.logs.neutral import for_markdown
from remediate.logs.redaction import Redactor
from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Decision, Escalation, Plan, Refusal
from remediate.recovery.rehearsal import Rehearsal
from remediate.stages.at_hand.healing import Healer, Proposal
from remediate.stages.at_hand.practice import Errand, healer_for
from remediate.system.processes import SystemProcesses
from remediate.system.settings import read_policy, read_settings
from remediate.system.surroundings import subject_of

SCHEMA = "remediate/proposal/1"
_EXAMPLES = """
\b
Examples:
  remediate plan build.log                         what a recovery in this folder would do
  remediate plan build.log -- npm ci               when this command could be run again
  remediate plan build.log --format markdown       with the decision tree as a picture

\b
Nothing is changed: no file, no state. `remediate run -- COMMAND` carries such a plan out.
"""


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """The document `remediate/proposal/1`; `refusal` is the gate that would stop the plan now."""

    schema: str = SCHEMA
    source: str
    cause: str
    decision: Decision
    hash: str = ""
    rehearsal: Rehearsal | None = None
    refusal: Refusal | None = None


@click.command("plan", epilog=_EXAMPLES)
@click.argument("log", type=click.Path(allow_dash=True))
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@format_option
@config_option
def command(log: str, words: tuple[str, ...], output: str, config: str | None) -> None:
    """Show what would be done about the failure in LOG, and why."""
    configured, settings = read_policy(config), read_settings(config)
    redactor = Redactor(settings.secrets(os.environ))
    errand = Errand(root=Path.cwd(), environment=os.environ, redactor=redactor, dry_run=True)
    healer = healer_for(configured, errand)
    parts = Parts([log])
    found = failed_first(parts.each(Diagnosing(settings, "auto", redactor)))
    parts.check()
    if not found:
        raise UsageProblem(f"{log}: there is no log in it", hint="Name the log of a job that failed.")
    environment = configured.policy.environment
    veiled = tuple(map(redactor.redact, words))
    click.echo(_FORMATS[output]([_proposed(one, healer, veiled, environment) for one in found]))


def _proposed(
    found: Diagnosis, healer: Healer, words: tuple[str, ...], environment: str
) -> tuple[Diagnosis, Proposal]:
    subject = subject_of(words, os.environ, Path.cwd(), SystemProcesses())
    return found, healer.propose(found, replace(subject, environment=environment))


def _json(proposals: list[tuple[Diagnosis, Proposal]]) -> str:
    documents = [
        Proposed(
            source=found.source,
            cause=found.cause,
            decision=one.decision,
            hash=one.decision.hash if isinstance(one.decision, Plan) else "",
            rehearsal=one.rehearsal,
            refusal=one.refusal,
        )
        for found, one in proposals
    ]
    return document(documents[0] if len(documents) == 1 else documents).decode()


def _text(proposals: list[tuple[Diagnosis, Proposal]]) -> str:
    return "\n\n".join("\n".join(map(shown, _lines(found, one))) for found, one in proposals)


def _lines(found: Diagnosis, one: Proposal) -> Iterator[str]:
    yield f"{found.source}: {found.cause} ({found.confidence:.0%}) {found.title}"
    yield from _verdict(one)
    if one.tree is not None:
        yield ""
        yield from as_text(
            one.tree, one.decision.path if not isinstance(one.decision, Refusal) else ()
        ).split("\n")
    if one.rehearsal is not None:
        yield ""
        yield from one.rehearsal.lines()


def _verdict(one: Proposal) -> Iterator[str]:
    match one.decision:
        case Plan() as plan:
            steps = ", then ".join(" and ".join(step.strategy for step in group) for group in plan.groups)
            yield f"plan {plan.hash}: {steps}"
        case Refusal(gate=gate, reason=reason, hint=hint):
            yield f"nothing would be done ({gate}): {reason}"
            if hint:
                yield f"  way out: {hint}"
        case Escalation(reason=reason):
            yield f"a person would be asked: {reason}"
    if one.refusal is not None:
        yield f"refused now by the gate `{one.refusal.gate}`: {one.refusal.reason}"
        if one.refusal.hint:
            yield f"  way out: {one.refusal.hint}"


def _markdown(proposals: list[tuple[Diagnosis, Proposal]]) -> str:
    return "\n\n".join("\n".join(_page(found, one)) for found, one in proposals)


def _page(found: Diagnosis, one: Proposal) -> Iterator[str]:
    yield f"### {for_markdown(found.cause)} in {for_markdown(found.source)}"
    yield ""
    yield from (f"{for_markdown(line)}  " for line in _verdict(one))
    if one.tree is not None:
        path = one.decision.path if not isinstance(one.decision, Refusal) else ()
        yield from ("", as_markdown(one.tree, path))
    if one.rehearsal is not None:
        yield from ("", "| step | would | risk |", "| --- | --- | --- |")
        for step in one.rehearsal.steps:
            would = "; ".join(f"{change.verb} {change.what}" for change in step.changes) or step.target
            yield f"| {step.strategy} | {for_markdown(would)} | {step.risk} |"


_FORMATS: dict[str, Callable[[list[tuple[Diagnosis, Proposal]]], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
}
