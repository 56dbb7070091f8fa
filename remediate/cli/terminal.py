"""Writes where the output goes; colours only where they are wanted.

click does this too, but importing it takes longer than reading a small log.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

_SHADES = {"red": 31, "yellow": 33, "blue": 34, "cyan": 36}
_STYLED = "\x1b\\[[0-9;]*m"


def style(text: str, *, shade: str | None = None, bold: bool = False, dim: bool = False) -> str:
    """The text with its look as escapes; `say` takes them out again where they are not wanted."""
    codes = [_SHADES[shade]] if shade else []
    codes += [code for code, wanted in ((1, bold), (2, dim)) if wanted]
    return "".join((*(f"\x1b[{code}m" for code in codes), text, "\x1b[0m" if codes else ""))


def say(text: str | bytes, *, err: bool = False) -> None:
    """Prints a line."""
    if sys.platform == "win32":
        import click  # noqa: PLC0415 - it knows how a Windows console wants to be spoken to

        click.echo(text, err=err, color=colour())
        return
    stream = sys.stderr if err else sys.stdout
    if isinstance(text, bytes):
        stream.flush()
        stream.buffer.write(text + b"\n")
    else:
        stream.write((text if _coloured(stream) else re.sub(_STYLED, "", text)) + "\n")
    stream.flush()


def colour() -> bool | None:
    """Never with NO_COLOR, always with FORCE_COLOR; None: where a terminal is."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def _coloured(stream: TextIO) -> bool:
    wanted = colour()
    return stream.isatty() if wanted is None else wanted
