"""Accounts and Apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..clock import BEGINNING, iso
from .places import node

if TYPE_CHECKING:
    from ..github import Box

_LISTS = {
    "followers_url": "followers",
    "following_url": "following{/other_user}",
    "gists_url": "gists{/gist_id}",
    "starred_url": "starred{/owner}{/repo}",
    "subscriptions_url": "subscriptions",
    "organizations_url": "orgs",
    "repos_url": "repos",
    "events_url": "events{/privacy}",
    "received_events_url": "received_events",
}


def user(box: Box, login: str) -> dict[str, Any]:
    """The short form of an account."""
    number, here = box.user(login), f"{box.api}/users/{quote(login)}"
    return {
        "login": login,
        "id": number,
        "node_id": node("U", number),
        "avatar_url": f"{box.address}/avatars/u/{number}?v=4",
        "gravatar_id": "",
        "url": here,
        "html_url": f"{box.address}/{quote(login)}",
        **{name: f"{here}/{rest}" for name, rest in _LISTS.items()},
        "type": "Bot" if login.endswith("[bot]") else "User",
        "user_view_type": "public",
        "site_admin": False,
    }


def detailed_user(box: Box, login: str) -> dict[str, Any]:
    """The long form, without what only its owner sees."""
    born = iso(BEGINNING - 86400 * 365)
    nothing: dict[str, Any] = dict.fromkeys(
        ("name", "company", "blog", "location", "email", "hireable", "bio")
    )
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    return {**user(box, login), **nothing, **counts, "created_at": born, "updated_at": born}


def app(box: Box, slug: str = "github-actions") -> dict[str, Any]:
    """The App that made a check run."""
    born = iso(BEGINNING - 86400 * 365)
    return {
        "id": 15368 if slug == "github-actions" else 900 + len(slug),
        "slug": slug,
        "node_id": node("A", slug),
        "owner": user(box, "github"),
        "name": slug.replace("-", " ").title(),
        "description": "Automates work",
        "external_url": f"{box.address}/features/{slug}",
        "html_url": f"{box.address}/apps/{slug}",
        "created_at": born,
        "updated_at": born,
        "permissions": {"actions": "write", "checks": "write", "contents": "write", "metadata": "read"},
        "events": ["check_run", "workflow_run"],
    }
