"""Prints diagnoses as JSON, as text for a terminal, or as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import click
import msgspec

from remediate.logs.neutral import code_block, for_markdown, for_terminal
from remediate.model.cause import UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis, Evidence

_MARKS = {"decisive": "▸", "supporting": "·", "context": " ", "consequence": "└"}
_COLOURS = {"critical": "red", "high": "red", "medium": "yellow", "low": "cyan", "info": "blue"}


def render(found: Diagnosis | Sequence[Diagnosis], output: str, *, quiet: bool) -> None:
    """Prints one diagnosis as an object, several as a list."""
    if output == "json":
        body = msgspec.json.encode(found)
        click.echo(body if quiet else msgspec.json.format(body, indent=2))
        return
    several = [found] if isinstance(found, Diagnosis) else found
    draw: Callable[[Diagnosis], Iterator[str]] = _markdown if output == "markdown" else _text
    if quiet:
        draw = _line
    click.echo(("\n" if quiet else "\n\n").join("\n".join(draw(diagnosis)) for diagnosis in several))


def _line(d: Diagnosis) -> Iterator[str]:
    where = f":{d.evidence[0].line}" if d.evidence else ""
    sure = "" if d.cause == UNCLASSIFIED else f" ({d.confidence:.0%})"
    yield for_terminal(f"{d.source}{where}: {d.cause}{sure}: {d.title}")


def _text(d: Diagnosis) -> Iterator[str]:
    job = f" · {d.job}" if d.job else ""
    yield click.style(for_terminal(f"{d.source}{job} · {d.format} · {d.lines:,} lines"), dim=True)
    if d.cause == UNCLASSIFIED:
        sign = "✓" if d.reason == "no-failure" else "?"
        yield click.style(f"{sign} {d.cause}", bold=True) + f": {d.title} ({d.reason})"
    else:
        head = click.style(f"✗ {d.cause}", fg=_COLOURS[d.severity], bold=True)
        yield f"{head}: {for_terminal(d.title)} " + click.style(f"[{_bar(d.confidence)} {d.confidence:.0%}]", bold=True)
    yield from _facts(d)
    if d.evidence:
        yield ""
        yield from _excerpt(d.evidence)
    yield from _advice(d)


def _bar(share: float) -> str:
    full = round(share * 10)
    return "█" * full + "░" * (10 - full)


def _facts(d: Diagnosis) -> Iterator[str]:
    if d.step:
        code = f", exit {d.step.exit_code}" if d.step.exit_code is not None else ""
        yield for_terminal(f"  step      {d.step.name} (lines {d.step.first_line}-{d.step.last_line}{code})")
    if d.rule:
        yield f"  rule      {d.rule} · {d.type} · {d.severity}" + (" · transient" if d.transient else "")
    if d.signature:
        yield f"  signature {d.signature}"


def _excerpt(evidence: Sequence[Evidence]) -> Iterator[str]:
    width = len(str(max(e.line for e in evidence)))
    previous = 0
    for e in sorted(evidence, key=lambda e: e.line):
        if previous and e.line > previous + 1:
            yield click.style(f"  {' ' * (width + 2)} ⋮", dim=True)
        previous = e.line
        text = for_terminal(f"{_MARKS[e.role]} {e.line:>{width}} │ {e.text}")
        yield "  " + click.style(text, bold=e.role == "decisive", dim=e.role == "context")


def _advice(d: Diagnosis) -> Iterator[str]:
    rows = [
        ("recovery", d.recovery),
        ("withheld", d.withheld and for_terminal(d.withheld)),
        ("next", d.hint and for_terminal(d.hint)),
        ("docs", d.docs and for_terminal(d.docs)),
    ]
    if any(text for _, text in rows) or d.alternatives:
        yield ""
    yield from (f"  {name:9s} {text}" for name, text in rows if text)
    for other in d.alternatives:
        yield for_terminal(f"  {'also':9s} {other.cause} ({other.confidence:.0%}, {other.relation}) line {other.line}: {other.rule}")


def _markdown(d: Diagnosis) -> Iterator[str]:
    sure = "" if d.cause == UNCLASSIFIED else f", {d.confidence:.0%} sure"
    yield f"### {for_markdown(d.source)}: `{d.cause}`{sure}"
    yield ""
    yield f"{for_markdown(d.title)}" + (f" (`{d.reason}`)" if d.reason else "")
    if d.evidence:
        yield ""
        yield code_block([f"{_MARKS[e.role]} {e.line} │ {e.text}" for e in sorted(d.evidence, key=lambda e: e.line)])
    rows = [
        ("Step", d.step and for_markdown(d.step.name)),
        ("Rule", d.rule and f"`{d.rule}`"),
        ("Signature", d.signature and f"`{d.signature}`"),
        ("Recovery", d.recovery and f"`{d.recovery}`"),
        ("Withheld because", d.withheld and for_markdown(d.withheld)),
        ("Next", d.hint and for_markdown(d.hint)),
    ]
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {text} |" for name, text in rows if text)
    yield from (
        f"| Also seen ({other.relation}) | `{other.cause}`, {other.confidence:.0%}, line {other.line}, `{other.rule}` |"
        for other in d.alternatives
    )
