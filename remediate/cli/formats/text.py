"""A diagnosis as text for a terminal, or for a log of another job."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

import msgspec

from remediate.cli.terminal import style
from remediate.logs.cutting import cut
from remediate.logs.neutral import for_terminal, printable_log
from remediate.model.cause import UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis, Evidence

MARKS = {"decisive": "▸", "supporting": "·", "context": " ", "consequence": "└"}
_COLOURS = {"critical": "red", "high": "red", "medium": "yellow", "low": "cyan", "info": "blue"}
_ENDLESS = 10_000
_WORTH_SAYING = 0.01


class Screen(msgspec.Struct, frozen=True):
    """How wide a line may be."""

    width: int = _ENDLESS
    whole: bool = False

    @classmethod
    def of_stdout(cls, *, whole: bool) -> Screen:
        """Lines are cut where a person reads them in a terminal, or where COLUMNS says so, nowhere else."""
        watched = (sys.stdout.isatty() or "COLUMNS" in os.environ) and not whole
        if not watched:
            return cls(_ENDLESS, whole)
        import shutil  # noqa: PLC0415 - slow to load, and only wanted where a person reads

        return cls(shutil.get_terminal_size().columns, whole)


def line(d: Diagnosis) -> str:
    """The one line that matters, as compilers write it."""
    where = f":{d.evidence[0].line}" if d.evidence else ""
    sure = "" if d.cause == UNCLASSIFIED else f" ({d.confidence:.0%})"
    return shown(f"{d.source}{where}: {d.cause}{sure}: {d.title}")


def text(d: Diagnosis, screen: Screen) -> str:
    """All of it: the cause, the place, the lines that prove it and what to do."""
    return "\n".join((*_head(d), *_facts(d), *_excerpt(d.evidence, screen), *_advice(d, screen)))


def shown(words: str) -> str:
    """One line that neither a terminal nor a CI system obeys."""
    return printable_log(for_terminal(words))


def _head(d: Diagnosis) -> Iterator[str]:
    job = f" · {d.job}" if d.job else ""
    yield style(shown(f"{d.source}{job} · {d.format} · {d.lines:,} lines"), dim=True)
    if d.cause == UNCLASSIFIED:
        sign = "✓" if d.reason == "no-failure" else "?"
        yield style(f"{sign} {d.cause}", bold=True) + f": {d.title} ({d.reason})"
    else:
        head = style(f"✗ {d.cause}", shade=_COLOURS[d.severity], bold=True)
        sure = style(f"[{_bar(d.confidence)} {d.confidence:.0%}]", bold=True)
        yield f"{head}: {shown(d.title)} {sure}"


def _bar(share: float) -> str:
    full = round(share * 10)
    return "█" * full + "░" * (10 - full)


def _facts(d: Diagnosis) -> Iterator[str]:
    if d.step:
        code = f", exit {d.step.exit_code}" if d.step.exit_code is not None else ""
        yield shown(f"  step      {d.step.name} (lines {d.step.first_line}-{d.step.last_line}{code})")
    if d.rule:
        yield f"  rule      {d.rule} · {d.type} · {d.severity}" + (" · transient" if d.transient else "")
    if d.signature:
        yield f"  signature {d.signature}"


def _excerpt(evidence: Sequence[Evidence], screen: Screen) -> Iterator[str]:
    if not evidence:
        return
    yield ""
    width = len(str(max(e.line for e in evidence)))
    previous = 0
    for e in sorted(evidence, key=lambda e: e.line):
        if previous and e.line > previous + 1:
            yield style(f"  {' ' * (width + 2)} ⋮", dim=True)
        previous = e.line
        words = cut(shown(f"{MARKS[e.role]} {e.line:>{width}} │ {e.text}"), screen.width - 2)
        yield "  " + style(words, bold=e.role == "decisive", dim=e.role == "context")


def _advice(d: Diagnosis, screen: Screen) -> Iterator[str]:
    rows = [("recovery", d.recovery), ("withheld", d.withheld), ("next", d.hint), ("docs", d.docs)]
    if any(words for _, words in rows) or d.alternatives:
        yield ""
    yield from (f"  {name:9s} {shown(words)}" for name, words in rows if words)
    for other in (a for a in d.alternatives if screen.whole or a.confidence >= _WORTH_SAYING):
        kind = f"{other.cause} ({other.confidence:.0%}, {other.relation})"
        yield f"  {'also':9s} {kind} line {other.line}: {other.rule}"
        if screen.whole:
            yield shown(f"            │ {other.text}")
