"""Everything the classifier knows: the shipped packs, the user's, and the structural marks."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from remediate.diagnosis.reading import KEY_BORDER
from remediate.logs.markers import MARKERS
from remediate.model.digest import sha256
from remediate.model.rule import Pack
from remediate.rules.catalog import Catalog, JoinedCatalog, Table, build_catalog, ready_catalog, tabulate
from remediate.rules.scanner import StrPath

# What a wheel carries beside this file, made when it is built.
TABLE = "table.bin"
DATABASE = "patterns.bin"
MARKS_DATABASE = "marks.bin"
_HERE = os.path.dirname(__file__)


def _marks() -> list[str]:
    return [*(pattern for _, pattern in MARKERS), KEY_BORDER]


def tabulate_all() -> Table:
    """The table of the shipped packs and the structural marks."""
    return tabulate(_shipped_packs(), _marks())


def catalog_of(packs: Sequence[Pack]) -> Catalog:
    """A catalog of these packs alone."""
    return build_catalog(tabulate(packs, _marks()))


def load_catalog(extra: Sequence[Pack] = (), cache: StrPath | None = None) -> Catalog:
    """The catalog in force: as the wheel carries it, else built from the packs and kept in `cache`.

    A user's own packs are compiled beside it, which takes as long as they are large.
    """
    rules, marks = os.path.join(_HERE, DATABASE), os.path.join(_HERE, MARKS_DATABASE)
    shipped = ready_catalog(_shipped_table() or _kept_table(cache), rules, marks, cache)
    if not extra:
        return shipped
    users = tabulate(extra, known=shipped.rules)
    return JoinedCatalog(shipped, ready_catalog(users, cache=cache))


def _shipped_table() -> Table | None:
    """The table that the wheel was built with; a source tree has none."""
    return _read(os.path.join(_HERE, TABLE))


def _kept_table(cache: StrPath | None) -> Table:
    """A source tree's table, kept under the digest of what it is made of: reading YAML takes seconds."""
    if cache is None:
        return tabulate_all()
    kept = os.path.join(cache, f"table-{_digest_of_sources()[:32]}")
    table = _read(kept)
    if table:
        return table
    from remediate.rules.cache import keep  # noqa: PLC0415 - slow to load, and seldom wanted

    table = tabulate_all()
    keep(kept, msgspec.msgpack.encode(table))
    return table


def _digest_of_sources() -> str:
    """Changes with the packs, with what reads them, with the marks, and with what a rule has for fields.

    The last because a packed rule leaves out what is as by default, and decodes to today's defaults.
    """
    package = os.path.dirname(_HERE)
    rules = sorted(name for name in os.listdir(os.path.join(package, "rules")) if "." in name)
    digest = sha256(repr((_marks(), rules)).encode())
    for name in (*(os.path.join("rules", name) for name in rules), os.path.join("model", "rule.py")):
        with open(os.path.join(package, name), "rb") as stream:
            digest.update(stream.read())
    return digest.hexdigest()


def _shipped_packs() -> tuple[Pack, ...]:
    from remediate.rules.packs import shipped_packs  # noqa: PLC0415 - YAML is slow to import

    return shipped_packs()


def _read(file: str) -> Table | None:
    """The table in the file; None where there is none, or a damaged one."""
    try:
        with open(file, "rb") as stream:
            return msgspec.msgpack.decode(stream.read(), type=Table)
    except (OSError, msgspec.DecodeError):
        return None
