"""Concurrency groups: which runs that wait are cancelled when a newer one of their group comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .expressions import interpolate
from .occasions import Script
from .runner_environment import contexts

if TYPE_CHECKING:
    from .github import Box


def replaced_by(box: Box, script: Script, waiting: Sequence[Script]) -> Sequence[Script]:
    """Those that wait behind the first of the group, which counts as going on; none with `queue: max`."""
    said = script.workflow.document.get("concurrency")
    if not said:
        return []
    settings = said if isinstance(said, dict) else {"group": said}
    known = contexts(box, script)
    script.group = interpolate(settings["group"], known).lower()
    ahead = [other for other in waiting if other.group == script.group and other is not script]
    if settings.get("queue") == "max":
        return []
    return ahead if interpolate(settings.get("cancel-in-progress", False), known) == "true" else ahead[1:]
