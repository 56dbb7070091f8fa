"""What every store asks of a change of its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remediate.ports import Documents
from remediate.state.shapes import check, is_name


def check_names(names: Sequence[str]) -> None:
    """Raises where a document cannot be called so."""
    for name in names:
        if not is_name(name):
            raise ValueError(f"not the name of a document: {name!r}")


def changed_by(before: Documents, after: Documents) -> Mapping[str, bytes | None]:
    """What a change has made otherwise; it may give only what it had named, in forms that can be read."""
    if not set(after) <= set(before):
        raise ValueError("a change gave a document that it had not named")
    changed = {name: data for name, data in after.items() if data != before[name]}
    for name, data in changed.items():
        if data is not None:
            check(name, data)
    return changed
