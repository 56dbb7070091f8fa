"""What every answer of GitHub is read with: objects of which a part is read, moments, numbers."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TypeVar

import msgspec

from remediate.errors import Unreachable
from remediate.platforms.github.wire import Reply

T = TypeVar("T")


class UserShape(msgspec.Struct, frozen=True, kw_only=True):
    login: str = ""
    type: str = ""


class RepositoryShape(msgspec.Struct, frozen=True, kw_only=True):
    full_name: str = ""
    default_branch: str = ""
    private: bool = False
    archived: bool = False
    url: str = ""


def parsed(reply: Reply, kind: type[T], place: str) -> T:
    """The answer's body as this type; one that is not so is not GitHub's."""
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreachable(
            f"{place}: the answer is not what GitHub sends ({error})",
            hint="See whether GITHUB_API_URL is the address of a GitHub server.",
        ) from None


def moment(when: datetime | None) -> float:
    """Seconds since 1970; 0 for none, which GitHub sometimes writes as the year 1."""
    if when is None:
        return 0.0
    return max(0.0, (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp())


def iso(when: float) -> str:
    """As GitHub writes and reads it."""
    return datetime.fromtimestamp(int(when), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def number_of(url: str) -> int:
    """The number at an address's end; 0 where there is none."""
    tail = url.rpartition("/")[2]
    return int(tail) if tail.isdecimal() else 0
