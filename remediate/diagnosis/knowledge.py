"""Everything the classifier knows: the shipped packs, the user's, and the structural marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from remediate.diagnosis.reading import KEY_BORDER
from remediate.logs.markers import MARKERS
from remediate.model.rule import Pack
from remediate.rules.catalog import Catalog, Table, build_catalog, ready_catalog, tabulate
from remediate.rules.packs import shipped_packs

# What a wheel carries beside this file, made when it is built.
TABLE = "table.bin"
DATABASE = "patterns.bin"


def _marks() -> list[str]:
    return [*(pattern for _, pattern in MARKERS), KEY_BORDER]


def tabulate_all(extra: Sequence[Pack] = ()) -> Table:
    """The table of the shipped packs, the given ones and the structural marks."""
    return tabulate([*shipped_packs(), *extra], _marks())


def catalog_of(packs: Sequence[Pack]) -> Catalog:
    """A catalog of these packs alone."""
    return build_catalog(tabulate(packs, _marks()))


def load_catalog(extra: Sequence[Pack] = (), cache: Path | None = None) -> Catalog:
    """The catalog in force: as the wheel carries it, else built from the packs."""
    table = None if extra else _shipped_table()
    return ready_catalog(table or tabulate_all(extra), _shipped(DATABASE), cache)


def _shipped_table() -> Table | None:
    """The table that the wheel was built with; a source tree has none."""
    packed = _shipped(TABLE)
    return msgspec.msgpack.decode(packed, type=Table) if packed else None


def _shipped(name: str) -> bytes:
    try:
        return Path(__file__).with_name(name).read_bytes()
    except OSError:
        return b""
