"""How many requests a token has left in its hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calls import Answer
from .tokens import Token

if TYPE_CHECKING:
    from .github import Box

HOUR = 3600.0
NOBODY = 60
_ALWAYS = {
    "X-GitHub-Media-Type": "github.v3; format=json",
    "X-GitHub-Api-Version-Selected": "2022-11-28",
}


def _bucket(token: Token | None) -> tuple[str, int]:
    return (token.bucket, token.hourly) if token else ("nobody", NOBODY)


def used(box: Box, token: Token | None) -> tuple[float, int]:
    """Since when the hour runs, and how many requests were made in it."""
    now = box.clock.now()
    since, count = box.used.get(_bucket(token)[0], (now, 0))
    return (since, count) if now < since + HOUR else (now, 0)


def exceeded(box: Box, token: Token | None) -> bool:
    return used(box, token)[1] >= _bucket(token)[1]


def exhaust(box: Box, token: Token | None, left: int = 0) -> None:
    """Leaves so many requests in this hour."""
    name, limit = _bucket(token)
    box.used[name] = (box.clock.now(), limit - left)


def count(box: Box, token: Token | None, answer: Answer, *, free: bool) -> None:
    """Counts a request unless it is free, and tells the figures in the headers."""
    (name, limit), (since, before) = _bucket(token), used(box, token)
    after = before if free else min(limit, before + 1)
    box.used[name] = (since, after)
    answer.headers.update(_ALWAYS)
    answer.headers["X-GitHub-Request-Id"] = f"B0:{len(box.requests):04X}"
    answer.headers["X-RateLimit-Limit"] = str(limit)
    answer.headers["X-RateLimit-Remaining"] = str(limit - after)
    answer.headers["X-RateLimit-Used"] = str(after)
    answer.headers["X-RateLimit-Reset"] = str(int(since + HOUR))
    answer.headers["X-RateLimit-Resource"] = "core"


def figures(box: Box, token: Token | None) -> dict[str, int]:
    """The figures of `GET /rate_limit`."""
    since, made = used(box, token)
    limit = _bucket(token)[1]
    return {"limit": limit, "remaining": limit - made, "used": made, "reset": int(since + HOUR)}
