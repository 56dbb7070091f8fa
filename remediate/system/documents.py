"""Writes files whole or not at all, and adds to those that a CI system reads."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """What stood there stays until all of the new is on the disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o666 & ~_mask())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def add_to(path: Path, text: str) -> None:
    """At the file's end, in one write."""
    with path.open("ab") as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


def _mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
