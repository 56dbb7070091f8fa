"""The words of GitHub's runner: the head of its logs, names of steps, stamps, what commands print."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .expressions import interpolate

BEFORE = re.compile(r"^\s*⭐ Run (?:Pre|Main|Post) ")
WORKSPACE = re.compile(r"/\S*?/\.cache/act/[0-9a-f]+/hostexecutor")
INNER = re.compile(r"/\S*?/\.cache/act/[0-9a-f]+/act/(?:workflow/)?")
PRINTED = {"error": "##[error]", "warning": "##[warning]", "notice": "##[notice]", "group": "##[group]"}
LEVELS = {"error": "failure", "warning": "warning", "notice": "notice"}
SHELLS = {
    "": "/usr/bin/bash -e {0}",
    "bash": "/usr/bin/bash --noprofile --norc -e -o pipefail {0}",
    "sh": "/usr/bin/sh -e {0}",
    "python": "/usr/bin/python {0}",
    "pwsh": "/usr/bin/pwsh -command \". '{0}'\"",
}
SETUP, END = "Set up job", "Complete job"
HEAD = (
    "Current runner version: '2.329.0'",
    "##[group]Runner Image Provisioner",
    "Hosted Compute Agent",
    "Version: 20251016.436",
    "##[endgroup]",
    "##[group]Operating System",
    "Ubuntu",
    "24.04.3",
    "LTS",
    "##[endgroup]",
    "##[group]Runner Image",
    "Image: ubuntu-24.04",
    "Version: 20251014.76.1",
    "##[endgroup]",
)


def is_checkout(step: Mapping[str, Any]) -> bool:
    """Whether a step checks the repository out, and so has something to clean up."""
    return str(step.get("uses", "")).startswith("actions/checkout@")


def step_name(step: Mapping[str, Any], contexts: Mapping[str, Any]) -> str:
    """The name under which GitHub lists a step."""
    if step.get("name"):
        return interpolate(step["name"], contexts)
    if "uses" in step:
        return f"Run {step['uses']}"
    return f"Run {interpolate(step.get('run', ''), contexts).strip().splitlines()[0]}"


def fake_sha(uses: str) -> str:
    """A hash that stands for what an action's ref pointed to."""
    ref = uses.rpartition("@")[2]
    return ref if re.fullmatch("[0-9a-f]{40}", ref) else hashlib.sha1(uses.encode()).hexdigest()


def stamp(moment: float) -> str:
    """A moment as the runner stamps its lines."""
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=moment)
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z"
