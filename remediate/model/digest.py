"""Digests without OpenSSL, which `hashlib` loads first and which takes longer than a small log.

The interpreter's own modules give the same digests; where it is built without them, `hashlib` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import blake2b, sha256
else:
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    try:
        from _sha2 import sha256
    except ImportError:
        try:
            from _sha256 import sha256  # Python 3.10 and 3.11
        except ImportError:
            from hashlib import sha256

__all__ = ["blake2b", "digest_of", "sha256"]

SIZE = 32


def digest_of(texts: Iterable[str]) -> bytes:
    """32 bytes that change with any of the texts, none of which may hold a NUL."""
    return blake2b("\0".join(texts).encode(), digest_size=SIZE).digest()
