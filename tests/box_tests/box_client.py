"""A plain client for the tests of the box: no retries, no redirects, nothing hidden."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from box import Box, Repository

_KEYS = ("actions", "checks", "contents", "deployments", "issues", "pull_requests", "statuses")
ALL = dict.fromkeys(_KEYS, "write")
EVERYTHING = {**ALL, "administration": "write", "variables": "write", "workflows": "write"}


class _Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *told: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Still, urllib.request.ProxyHandler({}))


@dataclass
class Got:
    status: int
    headers: Any
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Client:
    """Asks below one repository with one token."""

    box: Box
    repo: Repository
    token: str | None

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Got:
        """A path that begins with `/` stands for itself below the API, any other below the repository."""
        place = path if path.startswith("http") else f"{self.box.api}{self._below(path)}"
        held = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token and not path.startswith("http"):
            held["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(place, data=data, headers=held, method=method)
        try:
            with _OPENER.open(asked, timeout=120) as answer:
                return Got(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Got(error.code, error.headers, error.read())

    def _below(self, path: str) -> str:
        return path if path.startswith("/") else f"/repos/{self.repo.full_name}/{path}".rstrip("/")


def app_client(box: Box, repo: Repository, **permissions: str) -> Client:
    """A client of an App that may do everything, or only what is named."""
    return Client(box, repo, box.token(repo, "helper[bot]", permissions or EVERYTHING, "app"))


def workflow_client(box: Box, repo: Repository, **permissions: str) -> Client:
    """A client with the token of a workflow."""
    return Client(box, repo, box.token(repo, permissions=permissions or ALL))


def person_client(box: Box, repo: Repository, login: str) -> Client:
    return Client(box, repo, box.person_token(login))
