"""The way of a case through its tree and its recovery, as a Mermaid picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from remediate.decision.drawing import escaped
from remediate.model.account import Account
from remediate.model.outcome import Done

_COLOURS = {
    "healed": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "escalated": "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "refused": "fill:#eaeef2,stroke:#59636e,color:#1f2328",
    "pending": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "ignored": "fill:#eaeef2,stroke:#59636e,color:#1f2328",
}
_MOST = 12


def picture(account: Account) -> str:
    """A fenced flowchart; empty where there was no plan, for then a sentence says it all."""
    if account.case.plan is None or len(account.case.plan.path) < 2:
        return ""
    return "\n".join(("```mermaid", *_lines(account), "```"))


def _lines(account: Account) -> Iterator[str]:
    case, boxes = account.case, list(_boxes(account))
    yield "flowchart LR"
    yield from (f'    n{number}{left}"{words}"{right}' for number, (left, words, right) in enumerate(boxes))
    for number in range(len(boxes) - 1):
        yield f"    n{number} --> n{number + 1}"
    yield f"    classDef ended {_COLOURS[case.standing]}"
    yield f"    class n{len(boxes) - 1} ended"


def _boxes(account: Account) -> Iterator[tuple[str, str, str]]:
    case = account.case
    yield "([", _words(f"{case.diagnosis.cause if case.diagnosis else 'failed'}"), "])"
    for stop in (case.plan.path if case.plan else ())[:_MOST]:
        told = f"{stop.node}: {stop.answer}" if stop.answer and stop.kind == "condition" else stop.node
        left, right = ("{{", "}}") if stop.kind in ("condition", "gate") else ("[", "]")
        yield left, _words(told), right
    for deed in case.deeds[:_MOST]:
        how = "done" if isinstance(deed.result, Done) else "failed" if deed.result else "begun"
        yield "[", _words(f"{deed.strategy} {'undone' if deed.undone else how}"), "]"
    if case.gate and not case.deeds:
        yield "{{", _words(f"gate {case.gate}"), "}}"
    yield "([", _words(f"{case.standing}, {case.phase}" if case.open else case.standing), "])"


def _words(text: str) -> str:
    """Of our own names alone; a user's tree may have any, so that nothing in them is drawn."""
    return escaped(re.sub(r"\s+", " ", text))
