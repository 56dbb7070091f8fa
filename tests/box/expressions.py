"""The few expressions whose value the box itself must know: in names, environments and concurrency groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WHOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def interpolate(text: Any, contexts: Mapping[str, Any]) -> str:
    """A text with its expressions worked out; what is not known is empty, as GitHub has it."""
    if isinstance(text, bool):
        return str(text).lower()
    return _WHOLE.sub(lambda found: shown(evaluate(found[1], contexts)), str(text))


def shown(value: Any) -> str:
    """A value as a text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def evaluate(expression: str, contexts: Mapping[str, Any]) -> Any:
    """The value of paths, literals, `==`, `!=`, `&&` and `||`."""
    for operator in ("||", "&&"):
        left, found, right = expression.partition(operator)
        if found:
            value = evaluate(left, contexts)
            return value if bool(value) == (operator == "||") else evaluate(right, contexts)
    for operator in ("==", "!="):
        left, found, right = expression.partition(operator)
        if found:
            equal = shown(evaluate(left, contexts)).lower() == shown(evaluate(right, contexts)).lower()
            return equal == (operator == "==")
    return _term(expression.strip(), contexts)


def _term(word: str, contexts: Mapping[str, Any]) -> Any:
    if word.startswith("'"):
        return word[1:-1].replace("''", "'")
    if word in {"true", "false"}:
        return word == "true"
    if re.fullmatch(r"-?\d+", word):
        return int(word)
    value: Any = contexts
    for key in re.split(r"[.\[\]']+", word.strip("]'")):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
