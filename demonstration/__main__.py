"""Plays the demonstration; `picture FOLDER` draws the README's pictures instead."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from demonstration.stage import healed_picture, picture, play, workflow_picture
from demonstration.workflow import can_play


def main() -> None:
    """Does as it is told by its arguments."""
    if sys.argv[1:2] == ["picture"]:
        pictures = {"picture": picture, "run": healed_picture}
        if can_play():
            pictures["heal"] = workflow_picture
        for name, draw in pictures.items():
            Path(sys.argv[2], f"{name}.svg").write_text(draw(), "utf-8")
    else:
        play()


@contextmanager
def away() -> Iterator[None]:
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


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with away():
            main()
    except KeyboardInterrupt:
        click.echo("\nbroken off; nothing is left behind", err=True)
        sys.exit(128 + signal.SIGINT)
