"""All rules in force, with the scanner that finds their lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from remediate.errors import ConfigProblem
from remediate.model.rule import Pack, Rule
from remediate.rules.scanner import Scanner


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rules and structural marks flattened to pattern lists; what a wheel carries ready-made.

    `owners[i]` tells whose the scanned pattern `i` is: a rule's index, or `-1 - m` for the mark `m`.
    """

    rules: tuple[Rule, ...]
    patterns: tuple[str, ...]
    owners: tuple[int, ...]
    asides: tuple[str, ...]
    unless: dict[int, tuple[int, ...]]
    step: dict[int, tuple[int, ...]]
    commands: dict[int, tuple[int, ...]]


class Catalog:
    """Answers which rules and marks a line of a log matches."""

    def __init__(self, table: Table, scanner: Scanner) -> None:
        self.rules = table.rules
        self.scanner = scanner
        self._owners = table.owners
        self._unless = table.unless
        self._step = table.step
        self._commands = table.commands
        self._patterns = len(table.patterns)

    def is_mark(self, pattern: int) -> bool:
        """Whether the scanned pattern is a structural mark instead of a rule's."""
        return self._owners[pattern] < 0

    def owners(self, content: bytes) -> set[int]:
        """The rules (by index) that the content of a line matches, `unless` obeyed."""
        spoken = self.scanner.confirm(content)
        found = {self._owners[index] for index in spoken if index < self._patterns}
        asides = {index - self._patterns for index in spoken if index >= self._patterns}
        return {rule for rule in found if rule >= 0 and asides.isdisjoint(self._unless.get(rule, ()))}

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


def tabulate(packs: Sequence[Pack], marks: Sequence[str]) -> Table:
    """The packs' rules in one table; an id that two packs use is an error."""
    rules: list[Rule] = []
    patterns: list[str] = []
    owners: list[int] = []
    asides: dict[str, int] = {}
    unless: dict[int, tuple[int, ...]] = {}
    step: dict[int, tuple[int, ...]] = {}
    commands: dict[int, tuple[int, ...]] = {}
    homes: dict[str, str] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in homes:
                raise ConfigProblem(f"{pack.name}: the rule `{rule.id}` exists already, in {homes[rule.id]}")
            homes[rule.id] = pack.name
            index = len(rules)
            rules.append(rule)
            if rule.within == "command":
                commands[index] = tuple(asides.setdefault(p, len(asides)) for p in rule.match)
            else:
                patterns += rule.match
                owners += [index] * len(rule.match)
            if rule.unless:
                unless[index] = tuple(asides.setdefault(p, len(asides)) for p in rule.unless)
            if rule.step:
                step[index] = tuple(asides.setdefault(p, len(asides)) for p in rule.step)
    patterns += marks
    owners += [-1 - number for number in range(len(marks))]
    return Table(
        rules=tuple(rules),
        patterns=tuple(patterns),
        owners=tuple(owners),
        asides=tuple(asides),
        unless=unless,
        step=step,
        commands=commands,
    )


def build_catalog(table: Table) -> Catalog:
    """A catalog whose databases are compiled now."""
    return Catalog(table, Scanner.build(table.patterns, table.asides))


def ready_catalog(table: Table, shipped: bytes = b"", cache: Path | None = None) -> Catalog:
    """A catalog whose databases are those shipped, or cached, or compiled now and kept in `cache`."""
    return Catalog(table, Scanner.ready(table.patterns, table.asides, shipped=shipped, cache=cache))
