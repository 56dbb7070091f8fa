"""`rules.json`: how often each rule and each strategy was right."""

from __future__ import annotations

from remediate.metrics.learning import RulesRecord
from remediate.state.shapes import decode

NAME = "rules.json"


def read_rules(data: bytes | None) -> RulesRecord:
    """The document, or an empty one."""
    return RulesRecord() if data is None else decode(NAME, data, RulesRecord)
