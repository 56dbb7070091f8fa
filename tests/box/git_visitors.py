"""Who comes to the git host: let in, or turned away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from . import push_rules


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who asks; `no_workflows` are the words that refuse workflow files, PATH standing for the file."""

    name: str = "somebody"
    kind: Literal["person", "app", "workflow"] = "person"
    no_workflows: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Turned:
    """Turned away, with the status and the words that git shows behind `remote:`."""

    status: int
    words: str


Guard = Callable[[str, "str | None", bool], "Visitor | Turned"]
Pushed = Callable[[str, "Sequence[push_rules.Update]", Visitor], None]
Judge = Callable[[str, "Sequence[push_rules.Update]", Visitor], "Mapping[str, push_rules.Verdict]"]


def anybody(repo: str, authorization: str | None, writes: bool) -> Visitor | Turned:
    """The guard of a host that is open to all."""
    return Visitor()
