"""Compiles patterns ahead into databases that a later process opens in a millisecond, and keeps them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import hyperscan
import msgspec

from remediate.rules.cache import keep

_MAGIC = b"remediate patterns 1\n"
_KEY_SIZE = 32
_LENGTHS = struct.Struct("<III")
_BODY = len(_MAGIC) + _KEY_SIZE + _LENGTHS.size
_EVERY = hyperscan.HS_FLAG_MULTILINE
_FIRST = hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_SINGLEMATCH
_EXACT = hyperscan.HS_FLAG_SINGLEMATCH


class ForeignError(Exception):
    """The bytes are no database of these patterns for this machine; build it anew."""


class Databases(msgspec.Struct, frozen=True):
    """For every match in a chunk, for the content of one line, and (still packed) for floods."""

    every: hyperscan.Database | None
    exact: hyperscan.Database | None
    first: bytes


def build(patterns: Sequence[str], asides: Sequence[str] = ()) -> bytes:
    """The databases, packed for this kind of machine; takes about a second for every thousand."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only for building

    from remediate.rules.dialect import exact_form, scan_form  # noqa: PLC0415

    scans = [scan_form(pattern) for pattern in patterns]
    exacts = [exact_form(pattern) for pattern in (*patterns, *asides)]
    with ThreadPoolExecutor(3) as pool:  # Hyperscan compiles without the interpreter's lock
        parts = list(pool.map(_compiled, (scans, exacts, scans), (_EVERY, _EXACT, _FIRST)))
    return b"".join((_MAGIC, fingerprint(patterns, asides), _LENGTHS.pack(*map(len, parts)), *parts))


def unpack(packed: bytes, key: bytes | None = None) -> Databases:
    """The databases in `packed`, opened; ForeignError when they are damaged or of another machine or key."""
    if len(packed) < _BODY or not packed.startswith(_MAGIC):
        raise ForeignError("not a pattern database")
    if key is not None and packed[len(_MAGIC) : len(_MAGIC) + _KEY_SIZE] != key:
        raise ForeignError("built for other patterns or another kind of machine")
    every, exact, first = _LENGTHS.unpack_from(packed, len(_MAGIC) + _KEY_SIZE)
    if len(packed) != _BODY + every + exact + first:
        raise ForeignError("cut short")
    middle, end = _BODY + every, _BODY + every + exact
    return Databases(_opened(packed[_BODY:middle]), _opened(packed[middle:end]), packed[end:])


def opened(serialised: bytes) -> hyperscan.Database:
    """A database ready to scan; Hyperscan itself checks version, processor and checksum."""
    try:
        return hyperscan.loadb(serialised, hyperscan.HS_MODE_BLOCK)
    except hyperscan.error as error:
        raise ForeignError(f"Hyperscan refuses the database: {error}") from None


def _opened(serialised: bytes) -> hyperscan.Database | None:
    return opened(serialised) if serialised else None


def ready(patterns: Sequence[str], asides: Sequence[str], shipped: bytes, cache: Path | None) -> Databases:
    """The shipped databases, else the cached ones, else new ones, which are then kept in `cache`."""
    key = fingerprint(patterns, asides)
    file = cache / f"patterns-{key.hex()[:32]}" if cache else None
    with contextlib.suppress(ForeignError):
        return unpack(shipped, key)
    with contextlib.suppress(ForeignError, OSError):
        return unpack(file.read_bytes() if file else b"", key)
    packed = build(patterns, asides)
    if file:
        keep(file, packed)
    return unpack(packed)


def fingerprint(patterns: Sequence[str], asides: Sequence[str] = ()) -> bytes:
    """Changes with the patterns, with Hyperscan and with the kind of machine."""
    digest = hashlib.blake2b(digest_size=_KEY_SIZE)
    for part in (_version(), sys.platform, _machine(), str(sys.maxsize), *patterns, "\n", *asides):
        digest.update(part.encode() + b"\0")
    return digest.digest()


def _version() -> str:
    return str(getattr(hyperscan, "__version__", ""))


def _machine() -> str:
    # The `platform` module says it too, but importing it takes longer than opening the databases.
    return os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")


def _compiled(forms: Sequence[str], flags: int) -> bytes:
    if not forms:  # Hyperscan takes no empty list
        return b""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    expressions = [form.encode() for form in forms]
    database.compile(expressions=expressions, ids=list(range(len(forms))), flags=[flags] * len(forms))
    return bytes(hyperscan.dumpb(database))
