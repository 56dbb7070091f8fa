"""Packs a stage's document so that one job can pass it to the next, and reads what another has packed.

GitHub drops a job's output, without an error, when a text in it is masked, and it masks a secret in base64
too: what is passed on is compressed first, so that no text of it is left. One variable of a step, by which an
output reaches a command, holds 131,071 bytes on Linux, far less than an output may.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

import msgspec

from remediate.errors import Unreachable, UsageProblem
from remediate.model.digest import sha256
from remediate.ports import Shelf, Store

# Characters that fit into a variable of the environment, with room for its name.
MOST_PACKED = 120_000
# A document that is larger was not written by us.
MOST_BYTES = 64 * 1024 * 1024
_HEAD = "remediate+xz:"
_REFERENCE = "remediate/reference/1"
_BELOW = "documents/"
# So many runs may still be reading what they laid aside.
_KEPT = 8
_MEMORY = 256 * 1024 * 1024


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Stands for a document that lies on the state branch; `branch` is empty where that is the usual one."""

    schema: str = _REFERENCE
    name: str
    digest: str
    branch: str = ""


class _Any(msgspec.Struct):
    schema: str = ""


def packed(document: bytes) -> str:
    """The document as ASCII text of one line. Stages repeat each other, over a longer way than zlib sees."""
    import lzma  # noqa: PLC0415 - only a job of six needs it

    return _HEAD + base64.b64encode(lzma.compress(document, preset=6)).decode()


def unpacked(text: str | bytes) -> bytes:
    """The document; one that was not packed is as it was. However small its text, it is never too large."""
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    data = data.strip()
    if not data.startswith(_HEAD.encode()):
        if len(data) > MOST_BYTES:
            raise _broken("it is larger than any that a stage writes")
        return data
    import lzma  # noqa: PLC0415

    try:
        reader = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
        document = reader.decompress(base64.b64decode(data[len(_HEAD) :], validate=True), MOST_BYTES + 1)
    except (binascii.Error, ValueError, lzma.LZMAError) as error:
        raise _broken(f"it cannot be unpacked: {error}") from None
    if len(document) > MOST_BYTES:
        raise _broken("it is larger than any that a stage writes")
    if not reader.eof:
        raise _broken("it is cut off")
    return document


def fits(text: str) -> bool:
    """Whether packed text may go by an output."""
    return len(text) <= MOST_PACKED


def most_that_fit(count: int, build: Callable[[int], bytes], most: int = MOST_PACKED) -> int:
    """How many of so many things `build` may put into a document; at least one, for it cannot get smaller."""
    if count <= 1 or len(packed(build(count))) <= most:
        return count
    low, high = 1, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(packed(build(middle))) <= most else (low, middle)
    return low


def laid_aside(document: bytes, owner: str, stage: str, store: Shelf, branch: str = "") -> bytes:
    """A reference to the document, which the state branch holds from now on; those of old runs go."""
    name = f"{_BELOW}{owner}/{stage}.json"
    digest = sha256(document).hexdigest()
    old = _old(store.names(_BELOW), owner)
    store.change(
        f"lay aside {name} {digest[:16]}",
        [name, *old],
        lambda _: {name: document, **dict.fromkeys(old)},
    )
    return msgspec.json.encode(Reference(name=name, digest=digest, branch=branch))


def fetched(document: bytes, store: Callable[..., Store]) -> bytes:
    """The document itself, where a reference stands for it; `store` is given the branch that it names."""
    if schema_of(document) != _REFERENCE:
        return document
    try:
        reference = msgspec.json.decode(document, type=Reference)
    except msgspec.DecodeError as error:
        raise _broken(f"its reference cannot be read: {error}") from None
    if not re.fullmatch(rf"{_BELOW}[A-Za-z0-9_-]+/[a-z-]+\.json", reference.name):
        raise _broken("its reference names no document of a stage")
    shelf = store(reference.branch) if reference.branch else store()
    found = shelf.read(reference.name)[reference.name]
    if found is None or sha256(found).hexdigest() != reference.digest:
        what = "is gone" if found is None else "was changed"
        raise Unreachable(
            f"{reference.name} on the state branch {what} since the stage before wrote it",
            hint="Run the workflow again: it takes up what is left.",
        )
    return found


def schema_of(document: bytes) -> str:
    """What kind of document it is; empty where it does not tell."""
    try:
        return msgspec.json.decode(document, type=_Any).schema
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _old(names: tuple[str, ...], owner: str) -> list[str]:
    """The documents of all runs but this one and the latest few."""
    owners = {name[len(_BELOW) :].partition("/")[0] for name in names} - {owner}
    gone = set(sorted(owners, key=_age, reverse=True)[_KEPT:])
    return [name for name in names if name[len(_BELOW) :].partition("/")[0] in gone]


def _age(owner: str) -> tuple[int, ...]:
    """The numbers of runs rise."""
    return tuple(int(number) for number in re.findall(r"[0-9]{1,20}", owner))


def _broken(why: str) -> UsageProblem:
    return UsageProblem(
        f"the document of the stage before: {why}",
        hint="Pass on the output `document` as it is; the log of the job before may tell more.",
    )
