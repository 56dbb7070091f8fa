"""Holds a pack to its own word: each example matches its rule, each near miss does not."""

from __future__ import annotations

from remediate.errors import ConfigProblem
from remediate.model.rule import Pack
from remediate.rules.catalog import build_catalog, tabulate


def faults(pack: Pack) -> list[str]:
    """What is wrong with the pack's examples and near misses; empty when all hold."""
    catalog = build_catalog(tabulate([pack], ()))
    found: list[str] = []

    def matched(index: int, line: str) -> bool:
        if pack.rules[index].within == "command":
            return index in catalog.rules_of_command(line)
        return index in catalog.owners(line.rstrip().encode())

    for index, rule in enumerate(pack.rules):
        found += [
            f"{rule.id}: the example is not matched: {line}"
            for line in pack.examples[rule.id]
            if not matched(index, line)
        ]
        found += [
            f"{rule.id}: the near miss is matched: {line}"
            for line in pack.near_misses[rule.id]
            if matched(index, line)
        ]
    return found


def prove(pack: Pack, file: str) -> None:
    """Raises with every fault named."""
    found = faults(pack)
    if found:
        raise ConfigProblem(
            f"{file}: " + f"\n{file}: ".join(found),
            hint="Mend the pattern, or the line: both must be what the tool really prints.",
        )
