"""scripts/demo runs to its end, and what it draws is what the recordings are there to show."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from running import INSTALLED, ROOT, WHEEL, environment

sys.path.insert(0, str(ROOT))

from box.acting import find_act
from recording.hygiene import REGISTRIES

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

STAGES = ["initialize", "detect", "recover", "verify", "collect-metrics", "notify"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """This tree, but its scripts/setup takes the environment of the tests for ready, and fetches nothing."""
    (tmp_path / "scripts").mkdir()
    setup = tmp_path / "scripts" / "setup"
    setup.write_text(f'#!/bin/sh\ntest "$*" = demo && echo "{INSTALLED.parent.parent}"\n')
    setup.chmod(0o755)
    for name in ("scripts/demo", "scripts/picture", "demonstration", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "docs").mkdir()
    return tmp_path


def run(script: Path, place: Path) -> str:
    """What the script prints; it has `place` for all that it writes, and leaves nothing there."""
    place.mkdir()
    # PYTHONSAFEPATH would keep `python -m` from the folder that it is called in.
    safe = environment(PYTHONSAFEPATH="", TMPDIR=str(place))
    done = subprocess.run([script], capture_output=True, encoding="utf-8", env=safe, timeout=900, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(place.iterdir()) == []
    return done.stdout


def begin_demo(tree: Path, place: Path, *, path: Path | None = None) -> subprocess.Popen[str]:
    """The demonstration, begun; what it imports is looked for in `path` first."""
    place.mkdir()
    safe = environment(PYTHONSAFEPATH="", TMPDIR=str(place), **({"PYTHONPATH": str(path)} if path else {}))
    begun = subprocess.Popen(
        [tree / "scripts" / "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=safe,
        start_new_session=True,
    )
    assert begun.stdout
    if not path:
        assert begun.stdout.readline().startswith("━━ ")
    return begun


def test_a_demo_that_is_interrupted_says_so_and_leaves_nothing(tree: Path, tmp_path: Path) -> None:
    with begin_demo(tree, tmp_path / "place") as begun:
        # As a terminal does: to all that runs. What the demonstration had just begun may say a word, too.
        os.killpg(begun.pid, signal.SIGINT)
        os.killpg(begun.pid, signal.SIGINT)
        _, said = begun.communicate(timeout=60)
    assert (begun.returncode, said.count("\nbroken off; nothing is left behind\n")) == (130, 1)
    assert "/demonstration/" not in said
    assert list((tmp_path / "place").iterdir()) == []


def test_a_demo_that_is_interrupted_at_its_start_says_so(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")
    with begin_demo(tree, tmp_path / "place", path=tmp_path) as begun:
        shown, said = begun.communicate(timeout=60)
    assert (begun.returncode, shown, said) == (130, "", "\nbroken off; nothing is left behind\n")


def test_a_demo_whose_reader_goes_away_ends_in_peace(tree: Path, tmp_path: Path) -> None:
    with begin_demo(tree, tmp_path / "place") as begun:
        assert begun.stdout
        assert begun.stderr
        begun.stdout.close()
        said = begun.stderr.read()
    assert (begun.returncode, said) == (0, "")
    assert list((tmp_path / "place").iterdir()) == []


def test_demo_shows_every_scene_heals_builds_and_plays_the_workflow(tree: Path, tmp_path: Path) -> None:
    shown = run(tree / "scripts" / "demo", tmp_path / "place")
    assert "\x1b" not in shown
    assert not [name for name in REGISTRIES if name.decode() in shown]
    scenes, _, rest = shown.partition("━━ What a machine may do about them\n")
    table, _, rest = rest.partition("\n━━ The package index")
    builds, _, workflow = rest.partition("━━ The workflow")
    shows_scenes(scenes, table)
    heals_builds(builds)
    if find_act() is None:
        assert "passed over: `act`" in workflow
    else:
        plays_workflow(workflow)
    assert shown.endswith("tells more.\n")


def shows_scenes(scenes: str, table: str) -> None:
    for number, scene in enumerate(SCENES, 1):
        name = f"{number:02d}-{scene.recording.replace('/', '-')}.log"
        assert f"━━ {scene.story}\n$ remediate diagnose {name}\n{name} · github · " in scenes
    rows = [line.split(maxsplit=1) for line in table.split("\n\n", maxsplit=1)[0].splitlines()]
    assert [recording for recording, _ in rows] == list(VERDICTS) == [scene.recording for scene in SCENES]
    for recording, found in rows:
        assert found.endswith(f"  {VERDICTS[recording]}"), recording
    assert f"{len(SCENES)} logs in " in table


def heals_builds(builds: str) -> None:
    outage, *_, defect = builds.split("\n$ remediate run -- ")[1:]
    assert outage.count("remediate: try ") == 2
    assert "→ the build is green" in outage
    if shutil.which("npm"):
        lagging = builds.split("\n$ remediate run -- npm ci")[1]
        assert "package-lock.json is mended" in lagging
        assert lagging.partition("━━")[0].rstrip().endswith("→ the build is green")
    assert "remediate: try" not in defect
    assert "exit code 1, the command's own; it ran once" in defect


def plays_workflow(workflow: str) -> None:
    """The failed run, six jobs, the green re-run; then the defect, which is told of and left alone."""
    begun, outage, defect = workflow.split("\n$ git push")
    assert ".github/workflows/remediate.yml: written" in begun
    assert headings(outage) == [
        "CI, started by push",
        "remediate, started by workflow_run",
        "CI, attempt 2",
        "remediate, started by workflow_run",
    ]
    failed, healing, again, proving = jobs(outage)
    assert (failed, again) == ([("✗", "test")], [("✓", "test")])
    assert healing == proving == [("✓", f"heal / {stage}") for stage in STAGES]
    assert "too many 503 error" in outage
    assert "attempt 2 of run" in outage
    defect, *kept = defect.split("\n$ ")
    assert headings(defect) == ["CI, started by push", "remediate, started by workflow_run"]
    assert jobs(defect) == [failed, healing]
    assert "│ What was done: Nothing: test is a defect" in defect
    assert "metrics.json" in kept[0]
    assert "2 failed attempts ended, 1 of them healed" in kept[1]


def headings(part: str) -> list[str]:
    """The runs that were told of."""
    return re.findall(r"^  ((?:CI|remediate), .*)$", part, re.MULTILINE)


def jobs(part: str) -> list[list[tuple[str, str]]]:
    """The jobs of each run, and how they ended."""
    runs = re.split(r"^  (?:CI|remediate), .*$", part, flags=re.MULTILINE)[1:]
    return [re.findall(r"^    ([✓✗–]) (test|heal / [\w-]+) ", run, re.MULTILINE) for run in runs]


def test_picture_shows_what_the_command_says(tree: Path, tmp_path: Path) -> None:
    assert run(tree / "scripts" / "picture", tmp_path / "place") == ""
    drawn = "".join(ElementTree.parse(tree / "docs" / "picture.svg").getroot().itertext())
    for recording in PICTURED:
        assert f"$ remediate diagnose {recording.replace('/', '-')}.log" in drawn
    assert "lockfile-repair" in drawn
    drawn = "".join(ElementTree.parse(tree / "docs" / "run.svg").getroot().itertext())
    assert "→ the build is green" in drawn
    assert "it ran once" in drawn
    if find_act() is not None:
        drawn = "".join(ElementTree.parse(tree / "docs" / "heal.svg").getroot().itertext())
        assert "heal / collect-metrics" in drawn
        assert "left to its author" in drawn
