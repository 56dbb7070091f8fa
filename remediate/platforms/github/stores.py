"""Caches and variables of the repository."""

from __future__ import annotations

from remediate.model.actions import CacheEntry
from remediate.platforms.github.desk import Part, quoted
from remediate.platforms.github.run_shapes import CachePage, VariableShape
from remediate.platforms.github.shapes import parsed

_ACTIONS = "actions: read"
_ACTIONS_WRITE = "actions: write"
_VARIABLES = "variables: read"
_VARIABLES_WRITE = "variables: write"


class Stores(Part):
    """What `Platform` says of caches and variables."""

    def caches(self, key: str, ref: str = "") -> tuple[CacheEntry, ...]:
        """The caches with exactly this key."""
        return self._caches(key, ref)

    def delete_cache(self, entry: CacheEntry) -> bool:
        """Whether it was there to delete."""
        path = f"{self._root}/actions/caches/{entry.id}"
        return self._calls.take_away(path, there=lambda: self._there(entry), needs=_ACTIONS_WRITE)

    def variable(self, name: str) -> str | None:
        """A variable of the repository; None where it is not set."""
        return self._variable(name)

    def set_variable(self, name: str, value: str | None) -> None:
        """Sets it; None takes it away."""
        now = self._variable(name)
        if now == value:
            return
        path = f"{self._root}/actions/variables"
        one = f"{path}/{quoted(name, '')}"
        if value is None:
            self._calls.take_away(one, there=lambda: self._variable(name) is not None, needs=_VARIABLES_WRITE)
            return
        self._calls.bring_about(
            "POST" if now is None else "PATCH",
            path if now is None else one,
            {"name": name, "value": value},
            look=lambda: True if self._variable(name) == value else None,
            needs=_VARIABLES_WRITE,
        )

    def _caches(self, key: str, ref: str, *, fresh: bool = False) -> tuple[CacheEntry, ...]:
        path = f"{self._root}/actions/caches"
        query = {"key": key, **({"ref": ref} if ref else {})}
        pages = self._calls.pages(path, query, needs=_ACTIONS, fresh=fresh)
        found = (one.model() for reply in pages for one in parsed(reply, CachePage, path).actions_caches)
        # GitHub gives every key that begins so.
        return tuple(one for one in found if one.key == key and ref in ("", one.ref))

    def _there(self, entry: CacheEntry) -> bool:
        return any(one.id == entry.id for one in self._caches(entry.key, "", fresh=True))

    def _variable(self, name: str) -> str | None:
        path = f"{self._root}/actions/variables/{quoted(name, '')}"
        reply = self._calls.get(path, needs=_VARIABLES, accept=(404,), fresh=True)
        return None if reply.status == 404 else parsed(reply, VariableShape, path).value
