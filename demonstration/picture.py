"""Draws what the command prints on a terminal as an SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from remediate.logs.neutral import for_svg

_COLUMN, _ROW, _MARGIN, _BAR = 7.83, 19, 18, 34
_COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd"}
_TEXT, _DIM, _GROUND, _FRAME = "#e6edf3", "#8b949e", "#0d1117", "#30363d"
_CODE = r"\x1b\[([0-9;]*)m"
_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"


class Ink(NamedTuple):
    """How the next words are written."""

    colour: int = 0
    bold: bool = False
    dim: bool = False

    def after(self, codes: str) -> Ink:
        """The ink once the codes of an escape were obeyed."""
        ink = self
        for code in (int(code or 0) for code in codes.split(";")):
            match code:
                case 0:
                    ink = Ink()
                case 1:
                    ink = ink._replace(bold=True)
                case 2:
                    ink = ink._replace(dim=True)
                case _ if code in _COLOURS:
                    ink = ink._replace(colour=code)
        return ink

    def style(self) -> str:
        fill = _COLOURS.get(self.colour, _DIM if self.dim else _TEXT)
        return f'fill="{fill}"' + (' font-weight="bold"' if self.bold else "")


def draw(text: str, columns: int, title: str) -> str:
    """The text in a window, `columns` wide."""
    lines = text.rstrip("\n").split("\n")
    width = round(columns * _COLUMN + 2 * _MARGIN)
    height = _BAR + len(lines) * _ROW + _MARGIN
    rows = "\n".join(_row(line, number) for number, line in enumerate(lines) if line)
    dots = "".join(f'<circle cx="{x}" cy="18" r="5"/>' for x in (20, 38, 56))
    label = f'role="img" aria-label="{for_svg(title)}"'
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {label}>
<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" fill="{_GROUND}" stroke="{_FRAME}"/>
<g fill="{_FRAME}">{dots}</g>
<g font-family="{_FONT}" font-size="13" xml:space="preserve">
{rows}
</g>
</svg>
"""


def _row(line: str, number: int) -> str:
    y = _BAR + (number + 1) * _ROW - 5
    return "".join(_words(column, y, words, ink) for column, words, ink in _runs(line) if words)


def _words(column: int, y: int, words: str, ink: Ink) -> str:
    # The length is given, so that a font of another width does not tear the columns apart.
    place = f'x="{_MARGIN + column * _COLUMN:.1f}" y="{y}" textLength="{len(words) * _COLUMN:.1f}"'
    return f"<text {place} {ink.style()}>{for_svg(words)}</text>"


def _runs(line: str) -> Iterator[tuple[int, str, Ink]]:
    """Column, words and ink of each run of equal ink; blanks around the words are only space."""
    column, ink = 0, Ink()
    for number, part in enumerate(re.split(_CODE, line)):
        if number % 2:
            ink = ink.after(part)
        else:
            lead = len(part) - len(part.lstrip(" "))
            yield column + lead, part.strip(" "), ink
            column += len(part)
