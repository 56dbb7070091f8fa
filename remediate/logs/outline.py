"""What a log's structural lines tell: its steps, where it failed, and how it ended."""

from __future__ import annotations

import re

import msgspec

from remediate.logs.draft import Draft, Group, Step, added
from remediate.logs.formats import Content, Format, Kind

_KEPT = 2000
# More than is shown of a line, so that a secret at the cut is whole when it is looked for.
_LENGTH = 2048
_READ = 4096

# So many steps must have begun after one that is to have gone well: what it did wrong may show late.
_LATER = 3

# What `gh` writes where it cannot tell the steps of a job apart.
_UNKNOWN = "UNKNOWN STEP"

# After a step's "##[group]Run" come the lines of its script, then what surrounds it.
_SURROUNDINGS = re.compile(rb"(?:shell: |with:|env:|##\[)")


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A log's course.

    `failed` is None where the log does not tell. `final_error` is the last thing that the CI system called an
    error before it tidied up. `truncated` says that the log begins as its format does but lacks the end.
    """

    format: str
    steps: tuple[Step, ...] = ()
    groups: tuple[Group, ...] = ()
    final_error: tuple[int, str] | None = None
    failed: bool | None = None
    conclusion: str = ""
    last_line: int = 0
    truncated: bool = False


_Said = dict[str, bytes | None]


class OutlineBuilder:
    """Takes the structural lines of a log in their order; what it keeps does not grow with the log."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._steps: list[Draft] = []
        self._groups: list[Group] = []
        self._current = Draft(name="", first=1, implicit=True)
        self._opened = 0
        self._final: tuple[int, str] | None = None
        self._verdict: bool | None = None
        self._conclusion = ""
        self._begun = 0
        self._ended = 0
        self._job = ""
        self._place = ("", "")

    @property
    def final_line(self) -> int:
        """The line of what is the final error so far; 0 where there is none."""
        return self._final[0] if self._final else 0

    @property
    def current(self) -> Draft:
        """The step that the next line belongs to, as far as is known."""
        return self._current

    def went_well(self, draft: Draft) -> bool:
        """Whether the step is over and nothing below can put the blame on it."""
        over = self._opened - draft.order >= _LATER
        return over and self._form.marks_failures and not draft.troubled

    def mark(self, line: int, content: Content, after: bytes = b"") -> None:
        """Read a line that a marker was found in (any other does no harm), and the few bytes `after` it."""
        if content.step and (content.job, content.step) != self._place:
            self._move(line, content)
        text = content.line[:_READ]
        for literal, event in self._form.rows:
            if literal not in text:
                continue
            for found in event.pattern.regex.finditer(text):
                self._take(event.kind, found.groupdict(), line, content, after)

    def finish(self, last_line: int) -> Outline:
        """The outline of all that was marked in a log of so many lines."""
        self._close(last_line)
        told = [
            draft for draft in self._steps if not draft.implicit or draft.error_line or len(self._steps) > 1
        ]
        failing = self._failing(told)
        failed = self._failed(failing)
        return Outline(
            format=self._form.name,
            steps=tuple(draft.step(failed=draft in failing and failed is not False) for draft in told),
            groups=tuple(self._groups),
            final_error=self._final,
            failed=failed,
            conclusion=self._conclusion or {True: "failure", False: "success", None: ""}[failed],
            last_line=last_line,
            truncated=self._form.ends and not self._ended and not failing and self._verdict is None,
        )

    def _take(self, kind: Kind, said: _Said, line: int, content: Content, after: bytes) -> None:
        name = (said.get("name") or b"").decode("utf-8", "replace").strip()[:_LENGTH]
        match kind:
            case "step":
                self._open(self._draft(name, line, command=self._script(name, after)))
            case "cleanup":
                self._open(self._draft("cleanup", line, cleanup=True))
            case "finished":
                self._ended += 1
                self._open(self._draft("Complete job", line, cleanup=True))
            case "step-end":
                self._close(line)
                self._current = Draft(name="", first=line + 1, implicit=True, job=self._job)
            case "job":
                self._begin(name, line)
            case "group" | "group-end":
                self._fold(kind, name, line)
            case "command":
                self._current.command = name
            case "skipped":
                self._current.cleanup = True
            case _:
                self._tell(kind, said, line, content)

    def _tell(self, kind: Kind, said: _Said, line: int, content: Content) -> None:
        match kind:
            case "succeeded":
                self._verdict = False
            case "failed":
                self._verdict = True
                self._final = self._final or (line, _shown(content))
            case "exit":
                self._exit(int((said.get("number") or b"0")[:9]), line, content)
            case "cancelled" | "timeout":
                self._conclusion = kind
                self._error(line, content, certain=True)
            case _:
                self._error(line, content, certain=kind == "failing")

    def _draft(self, name: str, line: int, *, command: str | None = None, cleanup: bool = False) -> Draft:
        return Draft(name=self._name(name), first=line, job=self._job, command=command, cleanup=cleanup)

    def _error(self, line: int, content: Content, *, certain: bool) -> None:
        culprit = self._culprit() if certain else self._current
        culprit.error(line if culprit is self._current else None, certain=certain)
        if not culprit.cleanup:
            self._final = (line, _shown(content))

    def _culprit(self) -> Draft:
        """The step that a verdict speaks of: some systems give it when the step is over."""
        if self._form.speaks_last or not (self._current.implicit or self._current.cleanup):
            return self._current
        ended = (draft for draft in reversed(self._steps) if not (draft.implicit or draft.cleanup))
        return next(ended, self._current)

    def _exit(self, number: int, line: int, content: Content) -> None:
        culprit = self._culprit()
        if number or culprit.code is None:
            culprit.code = number
        if number:
            self._error(line, content, certain=True)

    def _begin(self, name: str, line: int) -> None:
        if name:
            self._job = name
            return
        if self._current.setup:
            return
        self._begun += 1
        if line > 2 and self._current.first != line:
            self._open(Draft(name="", first=line, job=self._job))
        self._current.name = self._name("Set up job")
        self._current.setup, self._current.implicit = True, False

    def _move(self, line: int, content: Content) -> None:
        """`gh run view` names job and step on each line; before the first mark no other step began."""
        first = line if self._place != ("", "") else self._current.first
        self._place = (content.job, content.step)
        self._job = content.job
        self._open(Draft(name=self._name(""), first=first, job=self._job, implicit=content.step == _UNKNOWN))

    def _name(self, otherwise: str) -> str:
        step = self._place[1]
        return step if step and step != _UNKNOWN else otherwise

    def _open(self, draft: Draft) -> None:
        self._close(draft.first - 1)
        self._opened += not draft.cleanup
        draft.order = self._opened
        self._current = draft

    def _close(self, line: int) -> None:
        if line >= self._current.first:
            self._current.last = line
            added(self._steps, self._current, _KEPT)

    def _fold(self, kind: Kind, name: str, line: int) -> None:
        if kind == "group":
            added(self._groups, Group(name=name, first_line=line, last_line=line), _KEPT)
        elif self._groups and self._groups[-1].last_line == self._groups[-1].first_line:
            self._groups[-1] = msgspec.structs.replace(self._groups[-1], last_line=line)

    def _script(self, name: str, after: bytes) -> str | None:
        if self._form.name == "travis":
            return name
        lines: list[str] = []
        for raw in after.split(b"\n")[:50]:
            content = self._form.content(raw)
            if _SURROUNDINGS.match(content.line.lstrip()):
                break
            lines.append(content.text.decode("utf-8", "replace"))
        else:
            return name or None
        return "\n".join(lines)[:_READ] or None

    def _broken(self, draft: Draft) -> bool:
        return draft.certain or (self._form.speaks_last and draft.ends_in_error)

    def _failing(self, steps: list[Draft]) -> list[Draft]:
        working = [draft for draft in steps if not draft.cleanup]
        certain = [draft for draft in working if self._broken(draft)]
        if certain or self._verdict is None:
            return certain or [draft for draft in working if draft.error_line][-1:]
        return working[-1:] if self._verdict else []

    def _failed(self, failing: list[Draft]) -> bool | None:
        if self._verdict is not None:
            return self._verdict
        if any(self._broken(draft) for draft in failing):
            return True
        finished = 0 < self._ended >= self._begun
        return False if finished and not any(draft is self._last_working() for draft in failing) else None

    def _last_working(self) -> Draft | None:
        """The last step that did the job's work: no ordinary step follows one that failed."""
        return next((draft for draft in reversed(self._steps) if not (draft.cleanup or draft.implicit)), None)


def _shown(content: Content) -> str:
    return content.text[:_LENGTH].decode("utf-8", "replace")
