"""Caches of the repository: lists, and deletion by key or by id."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, not_found, route
from ..talk import Cache

_SORTS = {"created_at": "created_at", "last_accessed_at": "last_accessed_at", "size_in_bytes": "size"}


@route("GET", "~/actions/caches", "actions")
def list_caches(call: Call) -> Answer:
    """`key` may be the beginning of a key; `ref` is a full one."""
    key, ref = call.query.get("key", ""), call.query.get("ref")
    found = [
        cache for cache in call.repo.caches.held if cache.key.startswith(key) and ref in (None, cache.ref)
    ]
    by = _SORTS[call.query.get("sort", "last_accessed_at")]
    found.sort(
        key=lambda cache: (getattr(cache, by), cache.id),
        reverse=call.query.get("direction", "desc") == "desc",
    )
    return call.page(found, render.cache, "actions_caches")


@route("DELETE", "~/actions/caches", "actions")
def delete_by_key(call: Call) -> Answer:
    """Deletes every cache of that full key, on all refs unless one is named."""
    key, ref = call.query.get("key"), call.query.get("ref")
    gone = [cache for cache in call.repo.caches.held if cache.key == key and ref in (None, cache.ref)]
    if not gone:
        raise not_found()
    _remove(call, gone)
    return Answer(200, {"total_count": len(gone), "actions_caches": [render.cache(cache) for cache in gone]})


@route("DELETE", "~/actions/caches/{cache_id}", "actions")
def delete_by_id(call: Call) -> Answer:
    number = call.number("cache_id")
    gone = [cache for cache in call.repo.caches.held if cache.id == number]
    if not gone:
        raise not_found()
    _remove(call, gone)
    return Answer(204)


def _remove(call: Call, gone: list[Cache]) -> None:
    call.repo.caches.held = [cache for cache in call.repo.caches.held if cache not in gone]


@route("GET", "~/actions/cache/usage", "actions")
def usage(call: Call) -> Answer:
    held = call.repo.caches.held
    size = sum(cache.size for cache in held)
    return Answer(
        200,
        {
            "full_name": call.repo.full_name,
            "active_caches_size_in_bytes": size,
            "active_caches_count": len(held),
        },
    )
