"""Tells of runs while they happen in the box: every job as it ends, with what it said."""

from __future__ import annotations

import re
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from box import Box, Job, Repository, Run

Say = Callable[[str], None]
_PAUSE = 0.05
_MOST = 3
_INDENT, _NARROW = 29, 40
_MARKS = {"success": ("✓", "green"), "failure": ("✗", "red")}


class Watcher:
    """Tells of all that happens while its `meanwhile` lasts; a thread looks again and again."""

    def __init__(self, box: Box, repo: Repository, say: Say, columns: int) -> None:
        self._box, self._repo, self._say, self._columns = box, repo, say, columns
        self._told: set[tuple[int, int, str]] = set()

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Looks until the end, and once more then."""
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        self._look()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(_PAUSE):
            self._look()

    def _look(self) -> None:
        with self._box.lock:
            for run in sorted(self._repo.runs.values(), key=lambda run: run.attempt.started_at or 0):
                self._run(run)

    def _run(self, run: Run) -> None:
        attempt = run.attempt
        if attempt.status not in {"in_progress", "completed"}:
            return
        again = f", attempt {attempt.number}" if attempt.number > 1 else f", started by {run.event}"
        if self._news(run, ""):
            self._say(click.style(f"  {run.name}", fg="cyan", bold=True) + again)
        for job in attempt.jobs:
            if job.status == "completed" and self._news(run, job.name):
                for line in self._told_of(run, job):
                    self._say(line)

    def _news(self, run: Run, what: str) -> bool:
        key = (run.id, run.attempt.number, what)
        fresh = key not in self._told
        self._told.add(key)
        return fresh

    def _told_of(self, run: Run, job: Job) -> Iterator[str]:
        mark, colour = _MARKS.get(str(job.conclusion), ("–", "yellow"))
        summary = self._box.life.summaries.get((run.id, run.attempt.number, job.name), "")
        words = spoken(job)[-_MOST:] or [summary.split("\n")[0].lstrip("# ") or "nothing to tell"]
        if not job.reusable:
            words = words[-1:]
        head = f"    {click.style(mark, fg=colour)} {job.name:22} "
        for part in (part for line in words for part in fold(line, self._columns - _INDENT)):
            yield head + part
            head = " " * _INDENT


def spoken(job: Job) -> list[str]:
    """What the last step of a job's own printed, or the one that failed."""
    own = [
        step
        for step in job.steps[1:]
        if step.log and step.conclusion != "skipped" and not re.match(r"Post |Complete job$", step.name)
    ]
    failed = [step for step in own if step.conclusion == "failure"]
    lines: list[str] = []
    for line in ((failed or own)[-1].log or b"").decode().splitlines() if own else []:
        words = line.partition(" ")[2]
        if words.startswith("##[group]"):
            lines.clear()
        lines.append(words)
    ends = lines.index("##[endgroup]") + 1 if "##[endgroup]" in lines else 0
    return [line for line in lines[ends:] if line.strip() and not line.startswith("##[")]


def fold(line: str, columns: int) -> list[str]:
    """The line in as many as there is room for."""
    return textwrap.wrap(line, max(columns, _NARROW), drop_whitespace=True, replace_whitespace=False)
