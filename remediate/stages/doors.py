"""Everything that the stages need besides their documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from remediate.logs.redaction import Redactor
from remediate.ports import Clock, Forge, Git, Platform, Processes, Shelf, Tracker, Web
from remediate.rules.catalog import Catalog
from remediate.safety.health import Vitals


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """`folder` is for what is fetched, and thrown away; `catalog` gives the rules with the user's own packs.

    `event` is the payload of the event that started this run of ours, empty where there was none;
    `environment` that of this process, and `own_workflow` the path of the workflow that runs us. `git` reads
    and pushes what is at `address`, which holds no credentials.
    """

    platform: Platform
    forge: Forge
    tracker: Tracker
    store: Shelf
    web: Web
    clock: Clock
    processes: Processes
    random: Callable[[], float]
    measure: Callable[[Path], Vitals]
    redactor: Redactor
    catalog: Callable[[Mapping[str, str]], Catalog]
    environment: Mapping[str, str]
    folder: Path
    owner: str
    git: Git | None = None
    address: str = ""
    own_workflow: str = ""
    event_name: str = ""
    event: bytes = b"{}"
