"""Measures the machine: processor, memory, and the disk that holds a folder."""

from __future__ import annotations

import contextlib
from pathlib import Path

from remediate.safety.health import Vitals

_MOMENT = 0.1


def measure(folder: Path) -> Vitals:
    """The shares in use; what the system does not tell is left out."""
    import psutil  # noqa: PLC0415 - slow to load, and only wanted before a recovery

    shares: dict[str, float] = {}
    with contextlib.suppress(psutil.Error, OSError, NotImplementedError):
        shares["cpu"] = psutil.cpu_percent(interval=_MOMENT) / 100
    with contextlib.suppress(psutil.Error, OSError, NotImplementedError):
        shares["memory"] = psutil.virtual_memory().percent / 100
    with contextlib.suppress(psutil.Error, OSError, NotImplementedError):
        shares["disk"] = psutil.disk_usage(str(folder)).percent / 100
    return Vitals(**shares)
