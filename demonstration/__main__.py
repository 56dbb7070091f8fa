"""Plays the demonstration; `picture FOLDER` draws the README's pictures instead."""

import sys
from pathlib import Path

from demonstration.stage import healed_picture, picture, play

if __name__ == "__main__":
    if sys.argv[1:2] == ["picture"]:
        Path(sys.argv[2], "picture.svg").write_text(picture(), "utf-8")
        Path(sys.argv[2], "run.svg").write_text(healed_picture(), "utf-8")
    else:
        play()
