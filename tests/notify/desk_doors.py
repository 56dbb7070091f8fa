"""The doors of collect and notify in memory, with a state in a real folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub

from remediate.logs.redaction import Redactor
from remediate.safety.health import Vitals
from remediate.stages.doors import Doors
from remediate.state.folder import FolderStore


class Unasked:
    """A door that nothing here may knock at."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody asked for {name}")


def doors(folder: Path, clock: FakeClock, github: FakeGitHub, **more: Any) -> Doors:
    known: dict[str, Any] = {
        "platform": github,
        "forge": github,
        "tracker": github,
        "store": FolderStore(folder / "documents"),
        "web": Unasked(),
        "clock": clock,
        "processes": Unasked(),
        "random": lambda: 0.5,
        "measure": lambda _: Vitals(),
        "redactor": Redactor(["s3cr3t-value"]),
        "catalog": Unasked(),
        "environment": {},
        "folder": folder,
        "owner": "run-9-1",
    }
    return Doors(**{**known, **more})
