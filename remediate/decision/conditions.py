"""The language of a tree's conditions: reads a test, and answers it from the facts."""

from __future__ import annotations

import re

from remediate.decision.facts import FACTS, FactType, FactValue, Situation
from remediate.model.cause import CAUSES
from remediate.model.tree import Compare, Every, Not, Operator, Some, Test, Value
from remediate.rules.spot import Spot

# Which operators a type of fact has, and what they mean: for the loader and for the docs.
OPERATORS: dict[Operator, tuple[tuple[FactType, ...], str]] = {
    "is": (("number", "text", "flag"), "equals the value"),
    "in": (("text",), "is one of the values"),
    "below": (("number",), "is less than the value"),
    "above": (("number",), "is more than the value"),
    "has": (("list",), "holds the value"),
    "empty": (("list",), "`true`: holds nothing; `false`: holds something"),
}
_DEEPEST = 10
_JOINTS = ("all", "any", "not")


def read_test(spot: Spot, depth: int = 0) -> Test:
    """The test that stands there."""
    # An alias may lead a YAML node back into itself.
    if depth > _DEEPEST:
        raise spot.problem(f"tests are nested deeper than {_DEEPEST}", "Use a second condition node.")
    values = spot.known_items(("fact", *OPERATORS, *_JOINTS))
    if len(values) == 1 and (joint := next(iter(values))) in _JOINTS:
        return _joined(joint, values[joint][1], depth)
    if "fact" not in values:
        raise spot.problem("a test names one `fact`, or is one of `all`, `any` and `not` alone")
    return _comparison(spot, values)


def _joined(joint: str, spot: Spot, depth: int) -> Test:
    if joint == "not":
        return Not(of=read_test(spot, depth + 1))
    of = tuple(read_test(entry, depth + 1) for entry in spot.entries())
    if not of:
        raise spot.problem(f"`{joint}` of nothing")
    return Every(of=of) if joint == "all" else Some(of=of)


def _comparison(spot: Spot, values: dict[str, tuple[Spot, Spot]]) -> Compare:
    name = values["fact"][1].choice(FACTS, "fact")
    kind = FACTS[name].type
    fitting = [operator for operator, (types, _) in OPERATORS.items() if kind in types]
    given = [key for key in values if key != "fact"]
    if len(given) != 1 or given[0] not in fitting:
        wanted = ", ".join(f"`{operator}`" for operator in fitting)
        raise spot.problem(f"`{name}` is a {kind}: it takes exactly one of {wanted}")
    operator = next(operator for operator in fitting if operator == given[0])
    return Compare(fact=name, operator=operator, value=_value(values[operator][1], name, operator))


def _value(spot: Spot, name: str, operator: Operator) -> Value:
    kind = FACTS[name].type
    if operator == "empty" or kind == "flag":
        return spot.flag()
    if kind == "number":
        return _number(spot)
    if operator == "in":
        return tuple(_word(entry, name) for entry in spot.entries())
    return _word(spot, name)


def _word(spot: Spot, name: str) -> str:
    return spot.choice(CAUSES, "cause") if name == "cause" else spot.text()


def _number(spot: Spot) -> float:
    if not re.fullmatch(r"\d{1,12}(\.\d{1,12})?", spot.text(), re.ASCII):
        raise spot.problem(f"a number is wanted here, not `{spot.text()}`")
    return float(spot.text())


def holds(test: Test, situation: Situation) -> bool:
    """Whether the test holds."""
    match test:
        case Every(of=of):
            return all(holds(part, situation) for part in of)
        case Some(of=of):
            return any(holds(part, situation) for part in of)
        case Not(of=part):
            return not holds(part, situation)
        case Compare(fact=name, operator=operator, value=value):
            return _compared(FACTS[name].read(situation), operator, value)


def _compared(seen: FactValue, operator: Operator, value: Value) -> bool:
    match operator, seen, value:
        case "is", _, _:
            return seen == value
        case "in", str(), tuple():
            return seen in value
        case "below", float(), float():
            return seen < value
        case "above", float(), float():
            return seen > value
        case "has", tuple(), str():
            return value in seen
        case "empty", tuple(), bool():
            return value is not bool(seen)
    raise TypeError(f"`{operator}` does not fit {type(seen).__name__}")


def asked(test: Test) -> tuple[str, ...]:
    """The facts that a test asks about, each once."""
    match test:
        case Compare(fact=name):
            return (name,)
        case Not(of=part):
            return asked(part)
        case Every(of=of) | Some(of=of):
            return tuple(dict.fromkeys(name for part in of for name in asked(part)))


def worded(test: Test) -> str:
    """The test as a person would say it."""
    match test:
        case Not(of=part):
            return f"not ({worded(part)})"
        case Every(of=of) | Some(of=of):
            word = " and " if isinstance(test, Every) else " or "
            return word.join(f"({worded(p)})" if isinstance(p, Every | Some) else worded(p) for p in of)
        case Compare(fact=name, operator="empty", value=value):
            return f"{name} empty" if value else f"{name} not empty"
        case Compare(fact=name, operator=operator, value=value):
            return f"{name} {operator} {shown(value)}"


def shown(value: FactValue | Value) -> str:
    """A value in a sentence."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value) or "none"
        case float() | int():
            return f"{value:g}"
        case _:
            return value or "none"
