"""A diagnosis as Markdown for a job summary, an issue or a comment; nothing of the log acts in it."""

from __future__ import annotations

from collections.abc import Iterator

from remediate.cli.formats.text import MARKS, shown
from remediate.logs.neutral import code_block, for_markdown
from remediate.model.cause import UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis


def markdown(d: Diagnosis) -> str:
    """A heading, the title, the lines and a table of the facts."""
    return "\n".join((*_head(d), *_excerpt(d), *_table(d)))


def _head(d: Diagnosis) -> Iterator[str]:
    sure = "" if d.cause == UNCLASSIFIED else f", {d.confidence:.0%} sure"
    yield f"### {for_markdown(d.source)}: `{d.cause}`{sure}"
    yield ""
    yield for_markdown(d.title) + (f" (`{d.reason}`)" if d.reason else "")


def _excerpt(d: Diagnosis) -> Iterator[str]:
    if d.evidence:
        yield ""
        ordered = sorted(d.evidence, key=lambda e: e.line)
        yield code_block([shown(f"{MARKS[e.role]} {e.line} │ {e.text}") for e in ordered])


def _table(d: Diagnosis) -> Iterator[str]:
    rows = [
        ("Job", d.job and for_markdown(d.job)),
        ("Step", d.step and for_markdown(d.step.name)),
        ("Rule", d.rule and f"`{d.rule}`"),
        ("Signature", d.signature and f"`{d.signature}`"),
        ("Recovery", d.recovery and f"`{d.recovery}`"),
        ("Withheld because", d.withheld and for_markdown(d.withheld)),
        ("Next", d.hint and for_markdown(d.hint)),
    ]
    rows += [
        (
            f"Also seen ({other.relation})",
            f"`{other.cause}`, {other.confidence:.0%}, line {other.line}, `{other.rule}`",
        )
        for other in d.alternatives
    ]
    if any(words for _, words in rows):
        yield from ("", "| | |", "|---|---|")
    yield from (f"| {name} | {words} |" for name, words in rows if words)
