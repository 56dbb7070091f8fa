"""What the pull request of a repair says: what was wrong, what changed, why it is safe, what comes next."""

from __future__ import annotations

import re
from collections.abc import Mapping

from remediate.logs.cutting import cut
from remediate.logs.neutral import code_block, for_markdown
from remediate.logs.redaction import Redactor
from remediate.model.case import Case

_MOST_LINES, _MOST_CHANGES, _LONGEST = 12, 30, 300
_MOST_BODY = 60_000
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9./:_%-]{1,300}")

_PROOFS = """\
- The project's own tool made it, with scripts off, in a copy without any credential, and then took the result
  in a frozen install or check.
- Every package that came, went or changed follows from the manifest.
- No package comes from a host that the lockfile did not name; no hash is gone, weaker, or another one for the
  same version.
- The commit changes this one file. All of this but the tool's own check was proved again, from the bytes
  alone, by the step that pushed it."""
_RUN = """\
What a workflow's own token pushes starts no run. Where this pull request has none, or its run waits for
approval, someone with write access presses **Approve and run workflows**, or closes and opens it again; with
an App token the run starts by itself. The repair counts as proved when what failed before is green here, and
as healed once it is merged."""
_BACK = """\
Close this pull request and nothing is left of the repair but this page; its branch may be deleted. It is
closed, and its branch deleted, by itself when what failed is red here again. After a merge, revert it."""


def title_of(trace: Mapping[str, str]) -> str:
    """One line."""
    return cut(f"Repair {_inert(trace['path'])} with {trace['tool']}", 200)


def message_of(path: str, tool: str) -> str:
    """The commit's message; it names nothing that could mention, close or add a line."""
    return f"Repair {cut(_inert(path), 200)} with {tool}\n\nWritten by Remediate; nothing else is changed."


def body_of(case: Case, trace: Mapping[str, str]) -> str:
    """The whole text, from what was noted before the push: the same when it is written again."""
    note = [f"{_said(trace['note'])}."] if trace.get("note") else []
    parts = (
        "### What was wrong",
        "\n".join((_failure(case), "", code_block(_evidence(case)))),
        "### What changed",
        "\n".join([f"Only {_said(trace['path'])}.", *note, "", *_changes(trace)]),
        "### Why it is safe",
        _PROOFS,
        "### What starts its run",
        _RUN,
        "### How to take it back",
        _BACK,
    )
    return cut("\n\n".join(parts), _MOST_BODY)


def _failure(case: Case) -> str:
    run, diagnosis = case.run, case.diagnosis
    address = f" ({run.url})" if _PLAIN_ADDRESS.fullmatch(run.url) else ""
    what = f"{_said(run.name or run.workflow)} failed on {_said(run.branch)}, run {run.id}{address}"
    if diagnosis is None:
        return f"{what}."
    sure = f"{diagnosis.confidence:.0%} sure, rule {_said(diagnosis.rule or '')}"
    return f"{what}: {_said(diagnosis.title)} ({sure})."


def _evidence(case: Case) -> list[str]:
    found = case.diagnosis.evidence if case.diagnosis else ()
    redactor = Redactor()
    return [cut(f"{one.line}: {redactor.redact(one.text)}", _LONGEST) for one in found[:_MOST_LINES]]


def _changes(trace: Mapping[str, str]) -> list[str]:
    changes = trace.get("changes", "").split("\n") if trace.get("changes") else []
    if not changes:
        return ["No version changes: hashes, markers or the form of the file do."]
    more = len(changes) - _MOST_CHANGES
    told = [f"- {_said(change)}" for change in changes[:_MOST_CHANGES]]
    return [*told, f"- and {more} more"] if more > 0 else told


def _said(text: str) -> str:
    return for_markdown(cut(Redactor().redact(text), _LONGEST))


def _inert(text: str) -> str:
    """Fit for a title or a commit's first line: no Markdown there, but mentions and references."""
    return re.sub(r"[^\w./ +-]", "_", text, flags=re.ASCII)
