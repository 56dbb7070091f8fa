"""Compiles patterns ahead into databases that a later process opens in milliseconds."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import sys
import zlib
from collections.abc import Sequence
from typing import BinaryIO

import hyperscan
import msgspec

from remediate.model.digest import SIZE, digest_of
from remediate.rules.scanner import StrPath, patterns_digest

_MAGIC = b"remediate patterns 2\n"
_HEAD = struct.Struct(f"<{len(_MAGIC)}s{SIZE}sIIII")
_CHUNKS = hyperscan.HS_FLAG_MULTILINE
_CONTENT = hyperscan.HS_FLAG_SINGLEMATCH


class ForeignError(Exception):
    """The bytes are no database of these patterns for this machine; build it anew."""


class Databases(msgspec.Struct, frozen=True):
    """`scan` holds every pattern in its scan form, `exact` those (and the asides) whose exact form differs.

    `differs` has a byte for each pattern: 1 where only `exact` can tell whether a content matches.
    """

    scan: hyperscan.Database | None
    exact: hyperscan.Database | None
    differs: bytes


def build(patterns: Sequence[str], asides: Sequence[str] = ()) -> bytes:
    """The databases, packed for this kind of machine; takes about a second for every thousand patterns."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only for building

    from remediate.rules.dialect import exact_form, is_anchored, scan_form  # noqa: PLC0415

    differs = bytes(map(is_anchored, patterns))
    scans = {index: scan_form(pattern) for index, pattern in enumerate(patterns)}
    exacts = {index: exact_form(patterns[index]) for index in range(len(patterns)) if differs[index]}
    exacts |= {index: exact_form(aside) for index, aside in enumerate(asides, len(patterns))}
    with ThreadPoolExecutor(2) as pool:  # Hyperscan compiles without the interpreter's lock
        scan, exact = pool.map(_compiled, (scans, exacts), (_CHUNKS, _CONTENT))
    key = fingerprint(patterns_digest(patterns, asides))
    head = (_MAGIC, key, len(scan), len(exact), len(differs), zlib.crc32(differs))
    return b"".join((_HEAD.pack(*head), scan, exact, differs))


def unpack(packed: BinaryIO, key: bytes | None = None) -> Databases:
    """The databases, opened; ForeignError when they are damaged, or of another machine or another key."""
    head = packed.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(_MAGIC):
        raise ForeignError("not a pattern database")
    _, found, scan, exact, count, checksum = _HEAD.unpack(head)
    if key not in (None, found):
        raise ForeignError("built for other patterns or another kind of machine")
    databases = Databases(_opened(packed.read(scan)), _opened(packed.read(exact)), packed.read(count))
    if len(databases.differs) != count or zlib.crc32(databases.differs) != checksum:
        raise ForeignError("cut short or damaged")
    return databases


def ready(
    patterns: Sequence[str],
    asides: Sequence[str],
    digest: bytes,
    shipped: bytes | StrPath,
    cache: StrPath | None,
) -> Databases:
    """The shipped databases, else the cached ones, else new ones, which are then kept in `cache`."""
    key = fingerprint(digest)
    kept = os.path.join(cache, f"patterns-{key.hex()[:32]}") if cache else ""
    for source in (shipped, kept):
        with contextlib.suppress(ForeignError, OSError):
            return _unpacked(source, key)
    packed = build(patterns, asides)
    if kept:
        from remediate.rules.cache import keep  # noqa: PLC0415 - seldom wanted, and slow to load

        keep(kept, packed)
    return unpack(io.BytesIO(packed))


def fingerprint(digest: bytes) -> bytes:
    """Changes with the patterns' digest, with Hyperscan and with the kind of machine."""
    version = str(getattr(hyperscan, "__version__", ""))
    return digest_of((version, sys.platform, _machine(), str(sys.maxsize), digest.hex()))


def _machine() -> str:
    # The `platform` module says it too, but importing it takes longer than opening the databases.
    return os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")


def _unpacked(source: bytes | StrPath, key: bytes) -> Databases:
    with io.BytesIO(source) if isinstance(source, bytes) else open(source, "rb") as stream:
        return unpack(stream, key)


def _opened(serialised: bytes) -> hyperscan.Database | None:
    if not serialised:
        return None
    try:
        # Hyperscan itself checks its version, the processor and a checksum.
        return hyperscan.loadb(serialised, hyperscan.HS_MODE_BLOCK)
    except hyperscan.error as error:
        raise ForeignError(f"Hyperscan refuses the database: {error}") from None


def _compiled(forms: dict[int, str], flags: int) -> bytes:
    if not forms:  # Hyperscan takes no empty list
        return b""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    expressions = [form.encode() for form in forms.values()]
    database.compile(expressions=expressions, ids=list(forms), flags=[flags] * len(forms))
    return bytes(hyperscan.dumpb(database))
