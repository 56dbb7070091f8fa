"""Holds a pack to its own word: each example matches its rule, each near miss does not."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from remediate.errors import ConfigProblem
from remediate.model.rule import Pack
from remediate.rules.catalog import Catalog, build_catalog, tabulate
from remediate.rules.place import Place, compose

WAY_OUT = "Mend the pattern, or the line: both must be what the tool really prints."


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a rule's proof that the rule contradicts; `key` is where it stands in the rule."""

    rule: str
    key: str
    line: str

    def __str__(self) -> str:
        said = "the example is not matched" if self.key == "examples" else "the near miss is matched"
        return f"{self.rule}: {said}: {self.line}"


def faults(pack: Pack) -> list[Fault]:
    """What is wrong with the pack's examples and near misses; empty when all hold."""
    catalog = build_catalog(tabulate([pack], ()))
    return [fault for index in range(len(pack.rules)) for fault in _faults_of(pack, index, catalog)]


def _faults_of(pack: Pack, index: int, catalog: Catalog) -> Iterator[Fault]:
    rule = pack.rules[index]
    for key, lines, wanted in (
        ("examples", pack.examples[rule.id], True),
        ("near-misses", pack.near_misses[rule.id], False),
    ):
        for line in lines:
            if _matches(catalog, index, line) is not wanted:
                yield Fault(rule=rule.id, key=key, line=line)


def _matches(catalog: Catalog, index: int, line: str) -> bool:
    if catalog.rules[index].within == "command":
        return index in catalog.rules_of_command(line)
    return index in catalog.owners(line.rstrip().encode())


def prove(pack: Pack, text: bytes, file: str) -> None:
    """Raises with every fault named and its place in the file."""
    found = faults(pack)
    if found:
        raise ConfigProblem(
            "\n".join(located(found, text, file)),
            hint=WAY_OUT,
        )


def located(found: list[Fault], text: bytes, file: str) -> list[str]:
    """The faults, each beginning with `file:line`."""
    places = {fault: place for fault in found for place in _places(fault, compose(text, file))}
    return [f"{places.get(fault, file)}: {fault}" for fault in found]


def place_of(rule: str, text: bytes, file: str) -> str:
    """`file:line` of a rule."""
    for values in _rules(compose(text, file)):
        if values["id"].text() == rule:
            return str(values["id"])
    return file


def _places(fault: Fault, root: Place) -> Iterator[Place]:
    for values in _rules(root):
        if values["id"].text() == fault.rule:
            yield from (entry for entry in values[fault.key].entries() if entry.text() == fault.line)


def _rules(root: Place) -> Iterator[dict[str, Place]]:
    for key, _, value in root.items():
        if key == "rules":
            yield from ({name: place for name, _, place in rule.items()} for rule in value.entries())
