"""Of each rule the first and the last sightings are kept, in the log's order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from remediate.diagnosis.sighting import Sighting, Sightings


def sighting(rule: int, line: int) -> Sighting:
    return Sighting(rule=rule, line=line, offset=line, text="x", level="")


@given(st.lists(st.integers(0, 3), max_size=200))
def test_first_and_last_of_each_rule(rules: list[int]) -> None:
    kept = Sightings()
    for line, rule in enumerate(rules, 1):
        kept.add(sighting(rule, line))
    expected = set()
    for rule in set(rules):
        lines = [n for n, other in enumerate(rules, 1) if other == rule]
        expected |= {(n, rule) for n in lines[:6] + lines[6:][-14:]}
        assert kept.counts[rule] == len(lines)
    assert [(s.line, s.rule) for s in kept] == sorted(expected)
