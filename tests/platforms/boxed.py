"""A GitHub of the box and the adapter that speaks to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from box import Box

from remediate.platforms.github import Bounds, GitHub, github_platform

ALL = {
    "actions": "write",
    "checks": "read",
    "contents": "write",
    "deployments": "write",
    "issues": "write",
    "pull_requests": "write",
}


def half() -> float:
    """A die that always falls in the middle."""
    return 0.5


class Boxed:
    """The box, one repository of it, and its adapter."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.repo = box.repository("octo/shop")

    def adapter(
        self, permissions: dict[str, str] | None = None, kind: str = "installation", **more: Any
    ) -> GitHub:
        token = self.box.token(self.repo, permissions=ALL if permissions is None else permissions, kind=kind)
        return self.adapter_with(token, **more)

    def adapter_with(self, token: str, **more: Any) -> GitHub:
        more.setdefault("bounds", Bounds())
        return github_platform(self.box.api, "octo/shop", token, clock=self.box.clock, random=half, **more)

    def calls(self, method: str = "", part: str = "") -> list[Any]:
        """The requests of the API so far."""
        return [one for one in self.box.requests if one.method.startswith(method) and part in one.path]


@contextmanager
def boxed(folder: Path) -> Iterator[Boxed]:
    with Box(folder / "box") as box:
        yield Boxed(box)
