"""Plays the demonstration; `picture FILE` draws the README's picture instead."""

import sys
from pathlib import Path

from demonstration.stage import picture, play

if __name__ == "__main__":
    if sys.argv[1:2] == ["picture"]:
        Path(sys.argv[2]).write_text(picture(), "utf-8")
    else:
        play()
