"""Rules and catalogs of a tool that does not exist, so that no shipped rule decides a test."""

from __future__ import annotations

from typing import Any

from remediate.diagnosis.knowledge import catalog_of
from remediate.model.rule import Pack, Rule
from remediate.rules.catalog import Catalog


def rule(name: str, *match: str, **more: Any) -> Rule:
    """A rule of the cause `config`, unless `more` says otherwise."""
    return Rule(**{"id": name, "title": name, "pack": "gizmo", "match": match, "cause": "config", **more})


def mark(name: str, match: str, marks: str) -> Rule:
    """A rule that only says where we are."""
    return rule(name, match, role="context", marks=marks, cause="")


def pack(*rules: Rule) -> Pack:
    """A pack without proofs."""
    return Pack(name="gizmo", title="Gizmo", rules=rules, examples={}, near_misses={})


def made_catalog(*rules: Rule) -> Catalog:
    """These rules alone, beside the structural marks."""
    return catalog_of([pack(*rules)])
