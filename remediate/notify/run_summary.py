"""A command's tries in Markdown, and in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from remediate.logs.markdown import log_block
from remediate.model.cause import UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Ending, Recovered, Rehearsed, RollbackFailed, RolledBack
from remediate.model.plan import Escalation, Refusal
from remediate.model.run import Run, Try
from remediate.notify.timeline import timeline
from remediate.notify.wording import Voice

_LINES = 12
_MOST = 20


def sentence(run: Run) -> str:
    """What became of it; its words may come from a log and are not yet made harmless."""
    tries = f"{len(run.tries)} {'try' if len(run.tries) == 1 else 'tries'}"
    last = next((one.diagnosis for one in reversed(run.tries) if one.diagnosis), None)
    if run.outcome == "passed":
        return "passed at the first try"
    if run.outcome == "healed":
        return f"healed: {named(last)}; passed after {tries}"
    if run.outcome == "interrupted":
        return f"interrupted, exit code {run.code}"
    problem = next((one.note for one in run.tries[-1:] if one.note), "")
    ending = run.tries[-1].ending
    why = f"; {told(ending)}" if ending else f"; {problem}" if problem else ""
    late = "timed out" if run.tries[-1].timed_out else "failed"
    return f"{late} after {tries} with exit code {run.code}: {named(last)}{why}"


def named(diagnosis: Diagnosis | None) -> str:
    """The cause, how sure it is, and what it is called."""
    if diagnosis is None or diagnosis.cause == UNCLASSIFIED:
        return "no cause is known"
    return f"{diagnosis.cause} ({diagnosis.confidence:.0%}): {diagnosis.title}"


def told(ending: Ending) -> str:
    """What was done, or why nothing was."""
    match ending:
        case Recovered():
            return "; ".join(done.summary for done in ending.results) or "recovered"
        case RolledBack():
            return f"{ending.failure.strategy} failed and was undone: {ending.failure.reason}"
        case RollbackFailed():
            return f"{ending.failure.strategy} failed, and not all was undone: {', '.join(ending.remains)}"
        case Rehearsed():
            return "nothing was done: this is a dry run"
        case Refusal():
            return f"not healed ({ending.gate}): {ending.reason}"
        case Escalation():
            return f"a person has to look: {ending.reason}"


def summary(run: Run, redact: Callable[[str], str]) -> str:
    """A section of a step's summary; what a recovery said may quote a tool, and the tool a secret."""
    return "\n".join((*_parts(run, Voice(redact)), ""))


def _parts(run: Run, voice: Voice) -> Iterator[str]:
    yield f"### Remediate: {voice.inline(sentence(run))}"
    yield ""
    yield timeline(run, voice.redact)
    yield ""
    yield "| try | took | exit code | cause | what was done |"
    yield "|---|---|---|---|---|"
    for one in run.tries[-_MOST:]:
        yield _row(one, voice)
    last = next((one.diagnosis for one in reversed(run.tries) if one.diagnosis), None)
    if last and last.evidence:
        yield ""
        yield log_block(voice.plain(evidence.text) for evidence in last.evidence[:_LINES])
    if last and last.hint and run.failed:
        yield ""
        yield voice.inline(last.hint)


def _row(one: Try, voice: Voice) -> str:
    cause = voice.inline(named(one.diagnosis)) if one.code else ""
    done = voice.inline(told(one.ending) if one.ending else one.note)
    code = f"{one.code}, timed out" if one.timed_out else str(one.code)
    return f"| {one.number} | {one.seconds:.1f} s | {code} | {cause} | {done} |"
