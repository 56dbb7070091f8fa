"""Puts a mended lockfile in the place of the old one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def ended_as(before: bytes, text: bytes) -> bytes:
    """The text with the line endings that the file had."""
    if before.count(b"\r\n") * 2 > before.count(b"\n"):
        return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return text


def put(path: Path, text: bytes) -> None:
    """The whole new file or the whole old one, at any moment, with the mode that it had."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        staged.chmod(path.stat().st_mode & 0o7777)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
