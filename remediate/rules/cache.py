"""Keeps what is dear to make again in a folder of the user's cache."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def keep(place: str, data: bytes) -> None:
    """Moves the whole file into place, so that no other process ever reads half of it.

    A cache that cannot be written costs time and nothing else.
    """
    file = Path(place)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".keep-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
