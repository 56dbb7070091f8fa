"""Version ranges as npm words them: whether a version is one that a requirement allows."""

from __future__ import annotations

import re

Numbers = tuple[int, ...]
Version = tuple[Numbers, tuple[tuple[int, int | str], ...]]
Bound = tuple[str, Version]

_PART = r"(?:0|[1-9][0-9]*|[xX*])"
_PARTIAL = re.compile(
    rf"[v=\s]*(?P<major>{_PART})(?:\.(?P<minor>{_PART})(?:\.(?P<patch>{_PART})(?:-(?P<pre>[0-9A-Za-z.-]+))?"
    r"(?:\+[0-9A-Za-z.-]+)?)?)?"
)
_TERM = re.compile(r"(?P<sign>\^|~>?|>=|<=|>|<|=|)\s*(?P<version>[v=]*[0-9xX*][^\s]*)")
_HYPHEN = re.compile(r"\s*(\S+)\s+-\s+(\S+)\s*")
_ALIAS = re.compile(r"(?:npm:|workspace:)(?:(?:@[^/]+/)?[^@]+@)?(.*)")


def satisfies(version: str, wording: str) -> bool | None:
    """Whether the version is allowed; None for whatever is no range: a tag, an address, a path."""
    found = _version(version)
    alias = _ALIAS.fullmatch(wording)
    wording = alias[1] if alias else wording
    if found is None:
        return None
    verdicts: list[bool] = []
    for each in wording.split("||"):
        bounds = _bounds(each)
        if bounds is None:
            return None
        verdicts.append(_within(found, bounds))
    return any(verdicts)


def _version(text: str) -> Version | None:
    match = _PARTIAL.fullmatch(text)
    if match is None or match["patch"] is None or not match["patch"].isdigit():
        return None
    return _make(match)


def _make(match: re.Match[str]) -> Version:
    parts = (match[part] or "x" for part in ("major", "minor", "patch"))
    return (tuple(int(part) if part.isdigit() else 0 for part in parts), _pre(match["pre"]))


def _pre(text: str | None) -> tuple[tuple[int, int | str], ...]:
    """A release sorts behind all of its pre-releases, numbers before words."""
    if not text:
        return ((2, 0),)
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in text.split("."))


def _bounds(text: str) -> list[Bound] | None:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen is not None:
        text = f">={hyphen[1]} <={hyphen[2]}"
    bounds: list[Bound] = []
    rest = text.strip()
    while rest:
        term = _TERM.match(rest)
        partial = _PARTIAL.fullmatch(term["version"]) if term else None
        if term is None or partial is None:
            return None
        bounds += _term(term["sign"], partial)
        rest = rest[term.end() :].strip()
    return bounds


def _term(sign: str, match: re.Match[str]) -> list[Bound]:
    given = [match[part] is not None and match[part].isdigit() for part in ("major", "minor", "patch")]
    known = given.index(False) if False in given else 3
    low = _make(match) if known == 3 else _floor(_make(match), known)
    if known == 0:
        return [("<", ((0, 0, 0), ()))] if sign in {"<", ">"} else []
    if sign == "^":
        place = next((i for i in range(known) if low[0][i]), known - 1)
        return [(">=", low), ("<", _next(low, place))]
    if sign in {"~", "~>"}:
        return [(">=", low), ("<", _next(low, min(known, 2) - 1))]
    if known == 3:
        return [(sign or "=", low)]
    above = _next(low, known - 1)
    plain = [(">=", low), ("<", above)]
    return {">=": [(">=", low)], "<": [("<", _first(low))], ">": [(">=", above)], "<=": [("<", above)]}.get(
        sign, plain
    )


def _floor(version: Version, known: int) -> Version:
    return (tuple(number if i < known else 0 for i, number in enumerate(version[0])), _pre(None))


def _next(version: Version, place: int) -> Version:
    """The first version, pre-releases included, behind all that share the numbers up to the place."""
    numbers = [number if i <= place else 0 for i, number in enumerate(version[0])]
    numbers[place] += 1
    return (tuple(numbers), ())


def _first(version: Version) -> Version:
    return (version[0], ())


def _within(version: Version, bounds: list[Bound]) -> bool:
    """A pre-release counts only where a bound names one of the same release, as npm has it."""
    compare = {
        "=": version.__eq__,
        ">": version.__gt__,
        "<": version.__lt__,
        ">=": version.__ge__,
        "<=": version.__le__,
    }
    if not all(compare[sign](bound) for sign, bound in bounds):
        return False
    if version[1] == _pre(None):
        return True
    return any(bound[0] == version[0] and bound[1] not in {(), _pre(None)} for _, bound in bounds)
