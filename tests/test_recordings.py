"""Every recording under tests/logs is diagnosed as the verdict inside it says."""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from recording import blessing, header, hygiene

LOGS = Path(__file__).parent / "logs"
PATHS = sorted(LOGS.glob("*/*.log"))
NAMES = [f"{path.parent.name}/{path.stem}" for path in PATHS]
HARMLESS = ("dressed", "success")

each_recording = pytest.mark.parametrize("path", PATHS, ids=NAMES)
needs_command = pytest.mark.skipif(
    importlib.util.find_spec("remediate.cli") is None, reason="the command is not built yet"
)


@functools.cache
def diagnose_all() -> dict[Path, blessing.Diagnosis]:
    return dict(zip(PATHS, blessing.diagnose([header.read(path) for path in PATHS]), strict=True))


@each_recording
@needs_command
def test_diagnosis_agrees_with_the_truth(path: Path) -> None:
    assert blessing.find_faults(header.read(path), diagnose_all()[path]) == ()


@each_recording
@needs_command
def test_diagnosis_is_what_was_blessed(path: Path) -> None:
    blessed = header.read(path).blessed
    assert blessing.choose_blessed(diagnose_all()[path]) == blessed, "look, then: scripts/record --bless"


@each_recording
def test_recording_is_well_formed(path: Path) -> None:
    recording = header.read(path)
    assert recording.truth["scenario"] == recording.name
    assert recording.kind in header.KINDS
    assert (recording.recovery is None) == (recording.kind != "healable")
    assert bool(recording.evidence) == (recording.kind != "success")
    assert hygiene.find_dirt(recording.log) == ()


def test_there_are_enough_recordings() -> None:
    assert len(PATHS) >= 120
    assert len({path.parent.name for path in PATHS}) >= 15


def test_half_of_them_only_look_transient() -> None:
    kinds = Counter(header.read(path).kind for path in PATHS)
    assert sum(kinds[kind] for kind in HARMLESS) * 2 >= len(PATHS)
