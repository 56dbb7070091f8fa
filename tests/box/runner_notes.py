"""What a job says beside its log, annotations and summaries, as far as GitHub takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from .runs import Annotation

MOST_OF_A_LEVEL, MOST_OF_A_JOB = 10, 50
MOST_SUMMARY, MOST_SUMMARIES = 1024 * 1024, 20
TOO_LARGE = "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got {}k."


@dataclass
class Notes:
    """Those of one job; what is too many or too large is dropped without failing anything."""

    annotations: list[Annotation] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    _of_step: Counter[str] = field(default_factory=Counter)

    def next_step(self) -> None:
        """A step begins: it may say as much as the one before."""
        self._of_step.clear()

    def annotate(self, level: str, said: str, places: Mapping[str, str]) -> None:
        """Keeps an annotation, unless its step has said enough of that level, or its job enough."""
        self._of_step[level] += 1
        if self._of_step[level] > MOST_OF_A_LEVEL or len(self.annotations) >= MOST_OF_A_JOB:
            return
        line = int(places.get("line") or 1)
        self.annotations.append(
            Annotation(
                message=said,
                level=level,
                path=places.get("file") or ".github",
                start_line=line,
                end_line=int(places.get("endLine") or line),
                title=places.get("title") or None,
            )
        )

    def summarize(self, text: str) -> None:
        """Keeps what a step wrote as its summary; one that is too large is dropped, and that is said."""
        size = len(text.encode())
        if size > MOST_SUMMARY:
            self.annotate("failure", TOO_LARGE.format(size // 1024), {})
        elif len(self.summaries) < MOST_SUMMARIES:
            self.summaries.append(text)
