"""Documents in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from remediate.ports import Documents
from remediate.state.changing import changed_by, check_names
from remediate.state.folder import REMEMBERED
from remediate.state.shapes import check, is_name


class FakeShelf:
    """Implements `ports.Shelf`; `files` holds the documents, `ids` the changes of late."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ids: dict[str, None] = {}

    def read(self, *names: str) -> Documents:
        """As they are."""
        check_names(names)
        for name in names:
            if name in self.files:
                check(name, self.files[name])
        return {name: self.files.get(name) for name in names}

    def names(self, below: str = "") -> tuple[str, ...]:
        """In their order."""
        return tuple(sorted(name for name in self.files if is_name(name) and name.startswith(below)))

    def change(
        self, change_id: str, names: Sequence[str], change: Callable[[Documents], Documents]
    ) -> Documents:
        """Whole, and once."""
        if not change_id:
            raise ValueError("a change without an id cannot be applied once")
        before = self.read(*names)
        if change_id in self.ids:
            return before
        changed = changed_by(before, change(dict(before)))
        self.ids[change_id] = None
        for old in list(self.ids)[:-REMEMBERED]:
            del self.ids[old]
        kept = {name: data for name, data in {**self.files, **changed}.items() if data is not None}
        self.files = kept
        return {**before, **changed}
