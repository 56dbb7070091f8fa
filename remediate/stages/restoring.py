"""The caches that a job restored, as its log tells."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, cast

from remediate.logs.archives import Limits, open_logs
from remediate.logs.restored import restored_in
from remediate.model.case import Restored


def restored_of(path: Path, source: str, name: str) -> tuple[Restored, ...]:
    """Of the log with this name in a file; the file holds it as it was fetched, packed or not."""
    with path.open("rb") as stream:
        for part in open_logs(stream, source, Limits()):
            if part.name == name:
                return restored_in(cast("BinaryIO", part.stream))
    return ()
