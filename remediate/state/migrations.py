"""How a document that an older version wrote becomes one of today's."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

Fields = dict[str, object]


class Migration(msgspec.Struct, frozen=True, kw_only=True):
    """One step, from a version to the next; `kind` is the word within the schema."""

    kind: str
    version: int
    change: Callable[[Fields], Fields]

    @property
    def old(self) -> str:
        """The schema that it takes."""
        return f"remediate/{self.kind}/{self.version}"

    @property
    def new(self) -> str:
        """The schema that it makes."""
        return f"remediate/{self.kind}/{self.version + 1}"


# What is read is brought up to date, and written so by the next change of it. A document of a version from
# which no step leads on is refused.
MIGRATIONS: tuple[Migration, ...] = ()


def leads_to(schema: str, wanted: str) -> bool:
    """Whether there are steps from the one to the other."""
    return schema == wanted or any(leads_to(step.new, wanted) for step in _steps(schema))


def migrated(fields: Fields, wanted: str) -> Fields:
    """The document in the schema that is wanted, to which its own must lead."""
    while fields["schema"] != wanted:
        (step,) = _steps(str(fields["schema"]))
        fields = {**step.change(fields), "schema": step.new}
    return fields


def _steps(schema: str) -> tuple[Migration, ...]:
    return tuple(step for step in MIGRATIONS if step.old == schema)
