"""Holds the demonstration in a folder of its own, which is gone afterwards however it ends."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from demonstration.stage import healed_picture, picture, play, workflow_picture
from demonstration.workflow import can_play


def hold(arguments: Sequence[str]) -> None:
    """Does as it is told by the arguments."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, _break_off)
    with _away():
        if arguments[:1] == ["picture"]:
            _draw(Path(arguments[1]))
        else:
            play()


def _break_off(*_: int | FrameType | None) -> None:
    """Once: a second Ctrl-C would leave behind what the first has begun to remove."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _draw(folder: Path) -> None:
    pictures = {"picture": picture, "run": healed_picture}
    if can_play():
        pictures["heal"] = workflow_picture
    for name, draw in pictures.items():
        (folder / f"{name}.svg").write_text(draw(), "utf-8")


@contextmanager
def _away() -> Iterator[None]:
    """What any tool writes goes into one folder, which is removed; what was installed here comes first."""
    with tempfile.TemporaryDirectory(prefix="remediate-demo-", ignore_cleanup_errors=True) as folder:
        for name in [name for name in os.environ if name.startswith("XDG_")]:
            del os.environ[name]
        for name, variable in (("home", "HOME"), ("tmp", "TMPDIR")):
            Path(folder, name).mkdir()
            os.environ[variable] = str(Path(folder, name))
        tempfile.tempdir = os.environ["TMPDIR"]
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        os.environ["NPM_CONFIG_UPDATE_NOTIFIER"] = "false"
        yield
