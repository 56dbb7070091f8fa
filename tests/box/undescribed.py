"""Finds operations by the box's own table, where GitHub's description is not installed."""

from __future__ import annotations

import re
from urllib.parse import unquote

from .calls import OPERATIONS
from .description import Found, Operation

_MANY = ("ref", "path", "branch", "sha", "commit_sha", "tree_sha", "basehead")


def find(method: str, path: str) -> Found | None:
    """As `Description.find`, without anything to check against."""
    for known, template in sorted(OPERATIONS, key=lambda entry: (entry[1].count("{"), -len(entry[1]))):
        parts = re.split(r"\{(\w+)\}", template)
        pattern = "".join(
            re.escape(part) if at % 2 == 0 else f"(?P<{part}>{'.+' if part in _MANY else '[^/]+'})"
            for at, part in enumerate(parts)
        )
        matched = re.fullmatch(pattern, path) if known == method else None
        if matched:
            params = {name: unquote(held) for name, held in matched.groupdict().items()}
            return Found(Operation(method, template, {"responses": {}}, ()), params)
    return None
