"""Everything the classifier knows: the shipped packs, the user's, and the structural marks."""

from __future__ import annotations

from collections.abc import Sequence

from remediate.logs.markers import MARKERS
from remediate.model.rule import Pack
from remediate.rules.catalog import Catalog, Table, build_catalog, tabulate
from remediate.rules.packs import shipped_packs


def tabulate_all(extra: Sequence[Pack] = ()) -> Table:
    """The table of the shipped packs, the given ones and the structural marks."""
    return tabulate([*shipped_packs(), *extra], [pattern for _, pattern in MARKERS])


def catalog_of(packs: Sequence[Pack]) -> Catalog:
    """A catalog of these packs alone."""
    return build_catalog(tabulate(packs, [pattern for _, pattern in MARKERS]))


def load_catalog(extra: Sequence[Pack] = ()) -> Catalog:
    """The catalog in force."""
    return build_catalog(tabulate_all(extra))
