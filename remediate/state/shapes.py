"""What each document is: its name, its schema and the version that this program writes."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Literal, TypeVar

import msgspec

from remediate.errors import Unreachable
from remediate.logs.neutral import for_terminal
from remediate.state.migrations import Fields, leads_to, migrated

Kind = TypeVar("Kind")

# The schema of a document by the pattern of its name; a name that is not here may hold any `remediate/…`.
SCHEMAS: dict[str, str] = {
    r"circuits\.json": "remediate/circuits/1",
    r"attempts/[^/]+\.json": "remediate/attempts/1",
    r"recent\.json": "remediate/recent/1",
    r"approvals\.json": "remediate/approvals/1",
    r"history/[^/]+\.jsonl": "remediate/history/1",
    r"cases/(open|untold)\.json": "remediate/cases/1",
    r"cases/[0-9-]+\.json": "remediate/closings/1",
    r"incidents\.json": "remediate/incidents/1",
    r"rules\.json": "remediate/rules-record/1",
    r"metrics\.json": "remediate/metrics/1",
    r"tallied\.json": "remediate/tallied/1",
    r"\.state\.json": "remediate/state/1",
    r"\.applied\.json": "remediate/applied/1",
    r"\.commit\.json": "remediate/commit/1",
}
_NAME = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){0,3}"
_OURS = r"remediate/([a-z-]+)/([0-9]{1,6})"


# shields.io reads it, and refuses a key that it does not know: it says its version in its own way.
_FOREIGN = "badge.json"


class Unreadable(Unreachable):
    """A document is there, and this program must neither trust nor overwrite it."""


_BROKEN = (msgspec.DecodeError, ValueError, RecursionError)


class _Head(msgspec.Struct):
    schema: str


class _Foreign(msgspec.Struct, rename="camel"):
    schema_version: Literal[1]


def is_name(name: str) -> bool:
    """Whether a document may be called so: plain words below each other, none of them hidden."""
    return re.fullmatch(_NAME, name) is not None


def schema_of(name: str) -> str:
    """The schema that a document of this name has; empty where it may have any."""
    for pattern, schema in SCHEMAS.items():
        if re.fullmatch(pattern, name):
            return schema
    return ""


def check(name: str, data: bytes, place: str = "") -> None:
    """Raises where the document is not one that this program may read, and so may not overwrite either."""
    place = place or name
    wanted = schema_of(name)
    lines = data.splitlines() if name.endswith(".jsonl") else [data]
    if name.endswith(".jsonl") and data and not data.endswith(b"\n"):
        raise _unreadable(place, "its last line is cut off")
    for line in lines:
        try:
            twice = _key_twice(line)
            if name == _FOREIGN:
                msgspec.json.decode(line, type=_Foreign)
                continue
            head = msgspec.json.decode(line, type=_Head)
        except _BROKEN:
            raise _unreadable(place, "it is damaged, or no document of Remediate") from None
        if twice:
            raise _unreadable(place, f"`{twice}` stands twice in it, and nobody can tell which is meant")
        _check_schema(head.schema, wanted, place)


def decode(name: str, data: bytes, kind: type[Kind]) -> Kind:
    """The document, or a line of it, as a value of this kind, whichever version wrote it."""
    check(name, data)
    wanted = schema_of(name)
    try:
        if not wanted or msgspec.json.decode(data, type=_Head).schema == wanted:
            return msgspec.json.decode(data, type=kind)
        return msgspec.convert(migrated(msgspec.json.decode(data, type=Fields), wanted), kind)
    except _BROKEN as error:
        raise _unreadable(name, f"it is damaged: {error}") from None


def encoded(document: msgspec.Struct) -> bytes:
    """The document as it is stored."""
    return msgspec.json.encode(document) + b"\n"


def _key_twice(data: bytes) -> str:
    """A key that stands twice in an object, as a merge by hand leaves it; empty for none.

    What this program has written is the same when it is written again, and need not be looked at closely.
    """
    if msgspec.json.encode(msgspec.json.decode(data)) == data.rstrip():
        return ""
    twice: list[str] = []

    def keys(pairs: list[tuple[str, object]]) -> None:
        twice.extend(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)

    json.loads(data, object_pairs_hook=keys)
    return for_terminal(twice[0]) if twice else ""


def _check_schema(schema: str, wanted: str, place: str) -> None:
    ours = re.fullmatch(_OURS, schema)
    known = re.fullmatch(_OURS, wanted)
    if not ours or (known and ours[1] != known[1]):
        raise _unreadable(place, "it is no document of Remediate's that belongs there")
    if known and int(ours[2]) > int(known[2]):
        raise Unreadable(
            f"{place}: a newer version of Remediate wrote it ({ours[0]}, here {wanted})",
            hint="Use that version here too. Until then nothing is changed.",
        )
    if known and not leads_to(schema, wanted):
        raise _unreadable(place, f"its schema is {ours[0]}, and {wanted} is wanted")


def _unreadable(place: str, why: str) -> Unreadable:
    return Unreadable(
        f"{place}: {why}", hint="It was left as it is. Restore it, or move it away to begin anew without it."
    )
