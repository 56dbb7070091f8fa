"""All rules in force, with the scanner that finds their lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import msgspec

from remediate.errors import ConfigProblem
from remediate.model.rule import Pack, Rule
from remediate.rules.scanner import Scanner, StrPath, patterns_digest


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rules and structural marks flattened to pattern lists; what a wheel carries ready-made.

    `owners[i]` is the index of the rule to which the pattern `i` belongs. The rules stay packed, for of a
    thousand a log speaks of a dozen. `digest` is that of the patterns and asides.
    """

    rules: tuple[msgspec.Raw, ...]
    marks: tuple[str, ...]
    patterns: tuple[str, ...]
    owners: tuple[int, ...]
    asides: tuple[str, ...]
    unless: dict[int, tuple[int, ...]]
    step: dict[int, tuple[int, ...]]
    commands: dict[int, tuple[int, ...]]
    digest: bytes


class Rules(Sequence[Rule]):
    """The rules of a table by index, each unpacked when it is asked for."""

    def __init__(self, packed: Sequence[msgspec.Raw]) -> None:
        self._packed = packed
        self._known: dict[int, Rule] = {}

    def __len__(self) -> int:
        return len(self._packed)

    def followed_by(self, others: Rules) -> Rules:
        """These rules, then the others."""
        return Rules([*self._packed, *others._packed])

    @overload
    def __getitem__(self, index: int) -> Rule: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Rule, ...]: ...
    def __getitem__(self, index: int | slice) -> Rule | tuple[Rule, ...]:
        if isinstance(index, slice):
            return tuple(self[each] for each in range(*index.indices(len(self))))
        rule = self._known.get(index)
        if rule is None:
            rule = self._known[index] = msgspec.msgpack.decode(self._packed[index], type=Rule)
        return rule


class Catalog:
    """Answers which rules and marks a line of a log matches.

    The marks have a scanner of their own: they are few and looked for in every byte, the rules are many.
    """

    def __init__(self, table: Table, scanner: Scanner, marker: Scanner) -> None:
        self.rules = Rules(table.rules)
        self.marks = table.marks
        self.scanner = scanner
        self.marker = marker
        self._owners = table.owners
        self._unless = table.unless
        self._step = table.step
        self._commands = table.commands
        self._patterns = len(table.patterns)

    def scan(self, text: bytes) -> list[tuple[int, int]]:
        """Where a rule may stand in a chunk: (pattern, end offset)."""
        return self.scanner.scan(text)

    def scan_marks(self, text: bytes) -> list[tuple[int, int]]:
        """Where a structural mark stands in a chunk: (index in `marks`, end offset)."""
        return self.marker.scan(text)

    def owners(self, content: bytes) -> set[int]:
        """The rules (by index) that the content of a line matches, `unless` obeyed."""
        spoken = self.scanner.confirm(content)
        if not spoken:
            return set()
        found = {self._owners[index] for index in spoken if index < self._patterns}
        asides = {index - self._patterns for index in spoken if index >= self._patterns}
        return {rule for rule in found if asides.isdisjoint(self._unless.get(rule, ()))}

    def fits_step(self, rule: int, *labels: str) -> bool:
        """Whether the rule may stand in a step with these labels (its name, its command)."""
        wanted = self._step.get(rule)
        if not wanted:
            return True
        return any(not self._aside(label.encode()).isdisjoint(wanted) for label in labels)

    def rules_of_command(self, *labels: str) -> list[int]:
        """The rules that speak of what a step with these labels does."""
        spoken = {index for label in labels for index in self._aside(label.encode())}
        return [rule for rule, wanted in self._commands.items() if not spoken.isdisjoint(wanted)]

    def _aside(self, content: bytes) -> set[int]:
        return {index - self._patterns for index in self.scanner.confirm(content) if index >= self._patterns}


class JoinedCatalog(Catalog):
    """A catalog with a user's packs beside it: only theirs are compiled, the shipped ones stay."""

    def __init__(self, shipped: Catalog, users: Catalog) -> None:
        self._shipped, self._users = shipped, users
        self._first_rule, self._first_pattern = len(shipped.rules), len(shipped._owners)
        self.rules = shipped.rules.followed_by(users.rules)
        self.marks, self.marker = shipped.marks, shipped.marker

    def scan(self, text: bytes) -> list[tuple[int, int]]:
        added = [(self._first_pattern + pattern, end) for pattern, end in self._users.scan(text)]
        return [*self._shipped.scan(text), *added]

    def owners(self, content: bytes) -> set[int]:
        added = {self._first_rule + rule for rule in self._users.owners(content)}
        return self._shipped.owners(content) | added

    def fits_step(self, rule: int, *labels: str) -> bool:
        if rule < self._first_rule:
            return self._shipped.fits_step(rule, *labels)
        return self._users.fits_step(rule - self._first_rule, *labels)

    def rules_of_command(self, *labels: str) -> list[int]:
        added = [self._first_rule + rule for rule in self._users.rules_of_command(*labels)]
        return [*self._shipped.rules_of_command(*labels), *added]


def tabulate(packs: Sequence[Pack], marks: Sequence[str] = (), known: Sequence[Rule] = ()) -> Table:
    """The packs' rules in one table; an id that is used twice, or by the `known` rules, is an error."""
    drawn = _Drawing(marks, known)
    for pack in packs:
        for rule in pack.rules:
            drawn.add(rule)
    return drawn.table()


class _Drawing:
    """A table while rules are added to it."""

    def __init__(self, marks: Sequence[str], known: Sequence[Rule]) -> None:
        self._rules: list[msgspec.Raw] = []
        self._marks = tuple(marks)
        self._patterns: list[str] = []
        self._owners: list[int] = []
        self._asides: dict[str, int] = {}
        self._unless: dict[int, tuple[int, ...]] = {}
        self._step: dict[int, tuple[int, ...]] = {}
        self._commands: dict[int, tuple[int, ...]] = {}
        self._homes = {rule.id: rule.pack for rule in known}

    def add(self, rule: Rule) -> None:
        if rule.id in self._homes:
            raise ConfigProblem(
                f"{rule.pack}: the rule `{rule.id}` exists already, in {self._homes[rule.id]}",
                hint="Give it another id.",
            )
        self._homes[rule.id] = rule.pack
        index = len(self._rules)
        self._rules.append(msgspec.Raw(msgspec.msgpack.encode(rule)))
        if rule.within == "command":
            self._commands[index] = self._aside(rule.match)
        else:
            self._patterns += rule.match
            self._owners += [index] * len(rule.match)
        if rule.unless:
            self._unless[index] = self._aside(rule.unless)
        if rule.step:
            self._step[index] = self._aside(rule.step)

    def _aside(self, patterns: Sequence[str]) -> tuple[int, ...]:
        return tuple(self._asides.setdefault(pattern, len(self._asides)) for pattern in patterns)

    def table(self) -> Table:
        return Table(
            rules=tuple(self._rules),
            marks=self._marks,
            patterns=tuple(self._patterns),
            owners=tuple(self._owners),
            asides=tuple(self._asides),
            unless=self._unless,
            step=self._step,
            commands=self._commands,
            digest=patterns_digest(self._patterns, tuple(self._asides)),
        )


def build_catalog(table: Table) -> Catalog:
    """A catalog whose databases are compiled now."""
    return Catalog(table, Scanner.build(table.patterns, table.asides), Scanner.build(table.marks))


def ready_catalog(
    table: Table, shipped: StrPath = "", shipped_marks: StrPath = "", cache: StrPath | None = None
) -> Catalog:
    """A catalog whose databases are those shipped, or cached, or compiled now and kept in `cache`."""
    scanner = Scanner.ready(table.patterns, table.asides, shipped=shipped, cache=cache, digest=table.digest)
    return Catalog(table, scanner, Scanner.ready(table.marks, shipped=shipped_marks, cache=cache))
