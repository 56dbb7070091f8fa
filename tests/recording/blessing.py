"""Lays today's diagnosis beside each recording's truth and renews the blessed part of its header."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .header import Recording, write

TOLERANCE = 3  # lines between the evidence named and the line an engineer points at
THRESHOLD = 0.85

Diagnosis = Mapping[str, Any]


class NoDiagnosisError(Exception):
    """The command did not answer."""


def diagnose(recordings: Sequence[Recording]) -> tuple[Diagnosis, ...]:
    """One run of the command over all the logs, each without its header."""
    with tempfile.TemporaryDirectory() as folder:
        logs = [Path(folder) / f"{recording.name.replace('/', '-')}.log" for recording in recordings]
        for log, recording in zip(logs, recordings, strict=True):
            log.write_bytes(recording.log)
        command = [sys.executable, "-m", "remediate", "diagnose", *map(str, logs), "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise NoDiagnosisError(done.stderr.strip()[-1000:]) from error
    return tuple(answer) if isinstance(answer, list) else (answer,)


def find_faults(recording: Recording, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Where the diagnosis contradicts the truth."""
    if recording.kind == "success":
        return _judge_success(diagnosis)
    faults = []
    if diagnosis["cause"] not in recording.causes:
        faults.append(f"cause {diagnosis['cause']}, in truth {recording.cause}")
    if not recording.allows(diagnosis["recovery"]):
        faults.append(f"recovery {diagnosis['recovery']}, in truth {recording.recovery}")
    if recording.cause != "unclassified" and not _is_near(recording, diagnosis):
        shown = [item["line"] for item in diagnosis["evidence"]]
        faults.append(f"evidence {shown}, in truth {list(recording.evidence)}")
    if recording.kind != "healable" and is_touch(diagnosis):
        faults.append("a machine would touch it")
    return tuple(faults)


def _judge_success(diagnosis: Diagnosis) -> tuple[str, ...]:
    wrong = f"cause {diagnosis['cause']} found in a success"
    return () if diagnosis["cause"] == "unclassified" and not diagnosis["recovery"] else (wrong,)


def is_touch(diagnosis: Diagnosis) -> bool:
    return diagnosis["recovery"] is not None and diagnosis["confidence"] >= THRESHOLD


def _is_near(recording: Recording, diagnosis: Diagnosis) -> bool:
    shown = [item["line"] for item in diagnosis["evidence"] if item.get("role", "decisive") != "context"]
    return any(abs(line - truth) <= TOLERANCE for line in shown for truth in recording.evidence)


def bless(recording: Recording, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Renew one file and return what to tell: faults are told, never blessed."""
    faults = find_faults(recording, diagnosis)
    if faults:
        return tuple(f"WRONG {fault}" for fault in faults)
    fresh = choose_blessed(diagnosis)
    changes = _compare(recording.blessed, fresh)
    if changes:
        write(Recording(path=recording.path, truth=recording.truth, blessed=fresh, log=recording.log))
    return changes


def choose_blessed(diagnosis: Diagnosis) -> dict[str, str]:
    chosen = {key: diagnosis.get(key) for key in ("rule", "signature")}
    return {key: str(value) for key, value in chosen.items() if value}


def _compare(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return tuple(f"{key}: {old.get(key, '-')} -> {new.get(key, '-')}" for key in keys)
