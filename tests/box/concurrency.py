"""Concurrency groups: which of the runs that wait are cancelled when a newer one of their group comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .expressions import interpolate
from .occasions import Script
from .runner_environment import contexts

if TYPE_CHECKING:
    from .github import Box

MOST_PENDING = 100


def given_up(box: Box, script: Script, waiting: Sequence[Script], played: Script | None) -> Sequence[Script]:
    """Those that are cancelled for this one to wait, or this one, where as many wait as may.

    One run of a group goes on: the one that is played, or the first of those that wait.
    """
    said = _settings(script)
    if not said:
        return []
    known = contexts(box, script)
    script.group = interpolate(said["group"], known).lower()
    ahead = [other for other in waiting if other.group == script.group and other is not script]
    goes_on = played is not None and played.group == script.group
    if interpolate(said.get("cancel-in-progress", False), known) == "true":
        return ahead
    pending = ahead if goes_on else ahead[1:]
    if said.get("queue") == "max":
        return [script] if len(pending) >= MOST_PENDING else []
    return pending


def _settings(script: Script) -> dict[str, Any]:
    said = script.workflow.document.get("concurrency") or {}
    return said if isinstance(said, dict) else {"group": said}
