"""What is unusual about the changes that a recovery is about to make, graded; high and above refuses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import zip_longest

import msgspec

from remediate.model.policy import AnomalyPolicy
from remediate.model.preview import Risk
from remediate.safety.dangers import dangers
from remediate.safety.edits import Edit, changed_characters
from remediate.safety.hosts import foreign_hosts
from remediate.safety.moments import CLOCKS_DIFFER

GRADES: tuple[Risk, ...] = ("none", "low", "medium", "high", "critical")
# From this share of a limit on, a change is worth a word; from this many times on, it is beyond any doubt.
_NEAR, _FAR = 0.5, 10


class Intended(msgspec.Struct, frozen=True, kw_only=True):
    """What a recovery means to change.

    `allowed` are paths, folders (`cache/`) or patterns (`*/go.sum`) that the strategy may touch, `earlier`
    the times of former changes, `hosts` registries that are known to be right.
    """

    edits: tuple[Edit, ...]
    allowed: tuple[str, ...]
    earlier: tuple[float, ...] = ()
    hosts: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One unusual thing. `detail` quotes nothing of the content: that may hold a secret."""

    check: str
    grade: Risk
    detail: str
    path: str = ""


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found, and the worst grade of it."""

    grade: Risk
    findings: tuple[Finding, ...] = ()

    @property
    def refuses(self) -> bool:
        """Whether the changes must not be made."""
        return GRADES.index(self.grade) >= GRADES.index("high")

    @property
    def reason(self) -> str:
        """The findings that carry the grade, as one sentence."""
        return "; ".join(
            f"{one.path + ': ' if one.path else ''}{one.detail}"
            for one in self.findings
            if one.grade == self.grade
        )


def inspect(intended: Intended, policy: AnomalyPolicy, now: float) -> Anomaly:
    """Looks at edits before they are made."""
    real = [edit for edit in intended.edits if edit.before != edit.after]
    window = [at for at in intended.earlier if now - policy.window < at <= now + CLOCKS_DIFFER]
    findings = [
        *_amounts(
            ("changed characters", sum(map(changed_characters, real)), policy.changed_characters),
            ("changed files", len(real), policy.changed_files),
            (f"changes within {policy.window:.0f} s", len(window) + bool(real), policy.changes_in_window),
        ),
        *(finding for edit in real for finding in _content(edit, intended)),
    ]
    return Anomaly(
        grade=max((one.grade for one in findings), key=GRADES.index, default="none"),
        findings=tuple(findings),
    )


def may_touch(path: str, allowed: Collection[str]) -> bool:
    """Whether the path, relative to the root and with `/`, is one of those; one that climbs never is."""
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or ":" in parts[0] or not {"", ".", ".."}.isdisjoint(parts):
        return False
    return any(
        path.startswith(one) if one.endswith("/") else _matches(parts, one.split("/")) for one in allowed
    )


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    return all(
        part is not None and wanted is not None and (part == wanted or fnmatchcase(part, wanted))
        for part, wanted in zip_longest(parts, pattern)
    )


def _amounts(*counts: tuple[str, int, int]) -> Iterator[Finding]:
    for what, count, most in counts:
        grade: Risk = "none"
        if count > most * _FAR:
            grade = "critical"
        elif count > most:
            grade = "high"
        elif count > most * _NEAR:
            grade = "low"
        if grade != "none":
            yield Finding(check="amount", grade=grade, detail=f"{count:,} {what}, at most {most:,}")


def _content(edit: Edit, intended: Intended) -> Iterator[Finding]:
    if not may_touch(edit.path, intended.allowed):
        detail = "outside what the strategy may touch"
        yield Finding(check="path", grade="critical", detail=detail, path=edit.path)
    for danger, line in dangers(edit):
        detail = f"line {line} adds {danger.what}"
        yield Finding(check="content", grade=danger.grade, detail=detail, path=edit.path)
    for host, line in foreign_hosts(edit, intended.hosts):
        detail = f"line {line} names {host}, which it did not name before"
        yield Finding(check="registry", grade="high", detail=detail, path=edit.path)
