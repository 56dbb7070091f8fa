"""Addresses and node ids."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from ..repository import Repository


def node(kind: str, number: int | str) -> str:
    """A node id: opaque to clients, the same for the same thing."""
    return f"{kind}_" + base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


def url_of(repo: Repository, *parts: object) -> str:
    """An address of the REST interface below a repository."""
    return "/".join(
        [repo.box.api, "repos", repo.full_name, *(quote(str(part), safe="/{}") for part in parts)]
    )


def page_of(repo: Repository, *parts: object) -> str:
    """An address of the pages that people see."""
    return "/".join([repo.box.address, repo.full_name, *(quote(str(part), safe="/#") for part in parts)])
