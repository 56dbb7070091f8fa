"""Draws the tries of a command on a time line, as a Mermaid picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from remediate.model.run import Run, Try

# GitHub draws no picture that is longer than this many tries would make it.
_MOST = 20
_LONGEST_TITLE = 60
_MILLI = 1000


def timeline(run: Run, redact: Callable[[str], str]) -> str:
    """A fenced block; the tries and the waits between them, to scale."""
    return "\n".join(("```mermaid", *_lines(run, _plain(redact(run.name))), "```"))


def _lines(run: Run, name: str) -> Iterator[str]:
    shown = run.tries[-_MOST:]
    start = shown[0].started
    yield "gantt"
    # A title without a word is one that Mermaid does not take.
    yield f"  title {name or 'the command'}"
    yield "  dateFormat x"
    yield "  axisFormat %M:%S"
    for one in shown:
        begin = _offset(one.started, start)
        end = begin + max(1, round(one.seconds * _MILLI))
        yield f"  section Try {one.number}"
        yield f"  {_words(one)} :{'done' if one.code == 0 else 'crit'}, {begin}, {end}"
        if one.waited > 0:
            yield f"  waited {one.waited:.1f} s :active, {end}, {end + round(one.waited * _MILLI)}"


def _offset(time: float, start: float) -> int:
    return max(0, round((time - start) * _MILLI))


def _words(one: Try) -> str:
    """Of our own words alone: causes are ours, the log's are not."""
    if one.code == 0:
        return f"passed, {one.seconds:.1f} s"
    cause = one.diagnosis.cause if one.diagnosis else "no diagnosis"
    return f"{'timed out' if one.timed_out else cause}, {one.seconds:.1f} s, exit {one.code}"


def _plain(name: str) -> str:
    """A title that Mermaid takes for nothing else, and nobody for a mention or a link."""
    text = re.sub(r"[^A-Za-z0-9 ./_=+-]+", " ", name).strip()
    text = re.sub(r"\bwww\.|\.{2,}|-{2,}>?|={2,}", " ", text)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 3]}..."
