"""scripts/demo runs to its end, and what it draws is what the recordings are there to show."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from running import INSTALLED, ROOT, WHEEL, environment

sys.path.insert(0, str(ROOT))

from demonstration.scenes import PICTURED, SCENES

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="by nature: a script for a POSIX shell"),
    pytest.mark.skipif(not WHEEL, reason="it runs the installed command, which scripts/test installs"),
]

VERDICTS = {
    "npm/registry-503": "→ rerun",
    "npm/ci-out-of-sync": "→ lockfile-repair",
    "pip/disk-full": "→ free-disk",
    "runner/lost-communication": "→ rerun",
    "jest/asserts-econnreset": "hands off",
    "jobs/download-retried-then-test-fails": "hands off",
    "jobs/npm-retried-then-types-fail": "hands off",
    "jobs/changelog-gate": "hands off",
    "npm/tests-print-errors": "nothing to do",
    "runner/log-just-ends": "abstains",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """This tree, but its scripts/setup takes the environment of the tests for ready, and fetches nothing."""
    (tmp_path / "scripts").mkdir()
    setup = tmp_path / "scripts" / "setup"
    setup.write_text(f'#!/bin/sh\ntest "$*" = run && echo "{INSTALLED.parent.parent}"\n')
    setup.chmod(0o755)
    for name in ("scripts/demo", "scripts/picture", "demonstration", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "docs").mkdir()
    return tmp_path


def run(script: Path) -> str:
    safe = environment(PYTHONSAFEPATH="")  # set, it would keep `python -m` from the folder it is called in
    done = subprocess.run([script], capture_output=True, encoding="utf-8", env=safe, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_demo_shows_every_scene_and_what_a_machine_may_do(tree: Path) -> None:
    scenes, _, table = run(tree / "scripts" / "demo").partition("━━ What a machine may do about them\n")
    for number, scene in enumerate(SCENES, 1):
        name = f"{number:02d}-{scene.recording.replace('/', '-')}.log"
        assert f"━━ {scene.story}\n$ remediate diagnose {name}\n{name} · github · " in scenes
    rows = [line.split(maxsplit=1) for line in table.split("\n\n")[0].splitlines()]
    assert [recording for recording, _ in rows] == list(VERDICTS) == [scene.recording for scene in SCENES]
    for recording, found in rows:
        assert found.endswith(f"  {VERDICTS[recording]}"), recording
    assert f"{len(SCENES)} logs in " in table
    assert "\x1b" not in scenes + table


def test_demo_heals_builds_and_leaves_a_defect_alone(tree: Path) -> None:
    healed = run(tree / "scripts" / "demo").partition("\n━━ The package index")[2]
    outage, *_, defect = healed.split("\n$ remediate run -- ")[1:]
    assert outage.count("remediate: try ") == 2
    assert "→ the build is green" in outage
    if shutil.which("npm"):
        lagging = healed.split("\n$ remediate run -- npm ci")[1]
        assert "package-lock.json is mended" in lagging
        assert lagging.partition("━━")[0].rstrip().endswith("→ the build is green")
    assert "remediate: try" not in defect
    assert "exit code 1, the command's own; it ran once" in defect


def test_picture_shows_what_the_command_says(tree: Path) -> None:
    assert run(tree / "scripts" / "picture") == ""
    drawn = "".join(ElementTree.parse(tree / "docs" / "picture.svg").getroot().itertext())
    for recording in PICTURED:
        assert f"$ remediate diagnose {recording.replace('/', '-')}.log" in drawn
    assert "lockfile-repair" in drawn
    drawn = "".join(ElementTree.parse(tree / "docs" / "run.svg").getroot().itertext())
    assert "→ the build is green" in drawn
    assert "it ran once" in drawn
