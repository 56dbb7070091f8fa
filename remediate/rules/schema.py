"""What a rule pack may say: reads one, checks it, and names the place of whatever is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any, get_args

from remediate.model.cause import CAUSES
from remediate.model.rule import Marks, Pack, Role, Rule, Severity, Within
from remediate.rules.dialect import complaint
from remediate.rules.place import Place, compose

_PACK_KEYS = ("title", "rules")
_KEYS = (
    "id", "title", "cause", "severity", "transient", "match", "unless", "step", "within", "role", "marks",
    "judges", "recovery", "hint", "docs", "examples", "near-misses",
)  # fmt: skip
_NEEDED = ("id", "title", "match", "role", "examples", "near-misses")
_NEEDED_OF_CAUSES = ("cause", "severity", "transient", "hint")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_PATTERNS = ("match", "unless", "step")


def read_pack(text: str | bytes, file: str, name: str) -> Pack:
    """The pack in `text`, its keys, names and patterns checked; its examples are `proof`'s to check."""
    root = compose(text, file)
    values = _known(root, _PACK_KEYS)
    for key in _PACK_KEYS:
        if key not in values:
            raise root.problem(f"`{key}` is missing", "A pack has a `title` and a list of `rules`.")
    rules, examples, misses = [], {}, {}
    for place in values["rules"].entries():
        rule, good, bad = _rule(place, name)
        if rule.id in examples:
            raise place.problem(f"the rule `{rule.id}` stands here twice")
        rules.append(rule)
        examples[rule.id], misses[rule.id] = good, bad
    return Pack(
        name=name, title=values["title"].text(), rules=tuple(rules), examples=examples, near_misses=misses
    )


def _known(place: Place, keys: Iterable[str]) -> dict[str, Place]:
    values: dict[str, Place] = {}
    for key, key_place, value in place.items():
        if key not in keys:
            near = difflib.get_close_matches(key, list(keys), 1)
            hint = f"Did you mean `{near[0]}`?" if near else "Known keys: " + ", ".join(keys) + "."
            raise key_place.problem(f"unknown key `{key}`", hint)
        if not value.is_null():
            values[key] = value
    return values


def _rule(place: Place, pack: str) -> tuple[Rule, tuple[str, ...], tuple[str, ...]]:
    values = _known(place, _KEYS)
    _require(place, values, _NEEDED)
    if not _ID.match(values["id"].text()):
        raise values["id"].problem(
            f"`{values['id'].text()}` is no id", "Ids are in kebab-case: `npm-ci-out-of-sync`."
        )
    role = _choice(values["role"], get_args(Role))
    fields: dict[str, Any] = {
        key: values[key].text() for key in ("id", "title", "hint", "docs") if key in values
    }
    if "within" in values:
        fields["within"] = _choice(values["within"], get_args(Within))
    if "judges" in values:
        fields["judges"] = _judges(values["judges"], fields.get("within"))
    scanned = () if fields.get("within") == "command" else ("match",)
    fields |= {key: _patterns(values[key], brief=key not in scanned) for key in _PATTERNS if key in values}
    fields |= _context(place, values) if role == "context" else _causal(place, values, role)
    rule = Rule(pack=pack, role=role, **fields)
    return rule, values["examples"].texts(), values["near-misses"].texts()


def _require(place: Place, values: dict[str, Place], keys: Iterable[str]) -> None:
    for key in keys:
        if key not in values:
            name = values["id"].text() if "id" in values else "a rule"
            raise place.problem(f"{name}: `{key}` is missing")


def _choice(place: Place, known: Iterable[str]) -> Any:
    if place.text() not in known:
        near = difflib.get_close_matches(place.text(), list(known), 1)
        hint = f"Did you mean `{near[0]}`?" if near else "Known: " + ", ".join(known) + "."
        raise place.problem(f"unknown value `{place.text()}`", hint)
    return place.text()


def _patterns(place: Place, *, brief: bool) -> tuple[str, ...]:
    for entry in place.entries():
        trouble = complaint(entry.text(), brief=brief)
        if trouble:
            raise entry.problem(f"the pattern `{entry.text()}` cannot be taken: {trouble}")
    return place.texts()


def _context(place: Place, values: dict[str, Place]) -> dict[str, Any]:
    _require(place, values, ("marks",))
    for key in ("cause", "recovery", "transient", "severity", "judges"):
        if key in values:
            raise values[key].problem(f"a rule with role `context` has no `{key}`")
    return {"marks": _choice(values["marks"], get_args(Marks))}


def _causal(place: Place, values: dict[str, Place], role: str) -> dict[str, Any]:
    _require(place, values, _NEEDED_OF_CAUSES)
    if "marks" in values:
        raise values["marks"].problem("`marks` goes with role `context` alone")
    cause = _choice(values["cause"], CAUSES)
    fields: dict[str, Any] = {
        "cause": cause,
        "severity": _choice(values["severity"], get_args(Severity)),
        "transient": values["transient"].flag(),
    }
    if "recovery" in values:
        fields["recovery"] = _recovery(values["recovery"], cause, role)
    return fields


def _judges(place: Place, within: str | None) -> bool:
    if within != "command":
        raise place.problem("`judges` goes with `within: command` alone", "A line of a log judges nothing.")
    return place.flag()


def _recovery(place: Place, cause: str, role: str) -> str:
    allowed = CAUSES[cause].strategies
    if role != "decisive":
        raise place.problem("only a decisive rule may recommend a recovery")
    if not allowed:
        raise place.problem(f"a machine must not touch the cause `{cause}`: leave `recovery` out")
    return str(_choice(place, allowed))
