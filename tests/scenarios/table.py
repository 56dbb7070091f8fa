"""The table of all scenarios with its two figures, as text and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scenarios.judging import Verdict

LEAST_HEALED = 0.95


def figures(verdicts: Sequence[Verdict]) -> str:
    """Healed of healable, and touched of untouchable."""
    healed, healable, touched, untouchable = count(verdicts)
    return f"healed {healed} of {healable} · touched {touched} of {untouchable} that must be left alone"


def count(verdicts: Sequence[Verdict]) -> tuple[int, int, int, int]:
    heal = [one for one in verdicts if one.scenario.kind == "heal"]
    leave = [one for one in verdicts if one.scenario.kind == "leave"]
    return sum(one.healed for one in heal), len(heal), sum(one.touched for one in leave), len(leave)


def suffices(verdicts: Sequence[Verdict]) -> bool:
    healed, healable, touched, _ = count(verdicts)
    return touched == 0 and healed >= LEAST_HEALED * healable


def as_text(verdicts: Sequence[Verdict]) -> str:
    lines = []
    for one in verdicts:
        mark = "ok  " if not one.complaints else "BAD "
        did = " + ".join(one.strategies) or "left alone"
        lines.append(
            f"{mark} {one.scenario.id:44} {one.cause:20} {did:34} {one.tries} tries {one.seconds:5.1f} s"
        )
        lines += [f"       {complaint}" for complaint in one.complaints]
    return "\n".join([*lines, figures(verdicts)])


def as_markdown(verdicts: Sequence[Verdict]) -> str:
    """For the docs: no times, which differ from run to run."""
    kinds = Counter((one.scenario.tool, one.scenario.kind) for one in verdicts)
    tools = sorted({one.scenario.tool for one in verdicts})
    lines = ["| tool | heal | leave |", "| --- | --: | --: |"]
    lines += [f"| {tool} | {kinds[tool, 'heal']} | {kinds[tool, 'leave']} |" for tool in tools]
    lines += ["", f"**{figures(verdicts)}**", ""]
    lines += ["| scenario | what it is | cause | what is done |", "| --- | --- | --- | --- |"]
    for one in verdicts:
        did = ", ".join(f"`{name}`" for name in one.strategies) or "left alone"
        lines.append(f"| `{one.scenario.id}` | {one.scenario.about} | `{one.cause}` | {did} |")
    return "\n".join(lines) + "\n"
