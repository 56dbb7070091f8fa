"""Takes the secrets out of a diagnosis before anyone sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from remediate.logs.cutting import cut
from remediate.model.diagnosis import Diagnosis, Evidence, StepRef

HIDDEN_KEY = "[redacted:private-key]"
# What is shown of a line. Only here is it cut, for half of a secret would not look like one.
_SHOWN = 600


class Redacting(Protocol):
    """The one verb that is wanted of a `Redactor`."""

    def redact(self, text: str) -> str: ...


def veiled(diagnosis: Diagnosis, redactor: Redacting, keys: Sequence[tuple[int, int]] = ()) -> Diagnosis:
    """The diagnosis without secrets: in its evidence, its alternatives, its step, and the names it bears.

    `keys` are the lines of private keys; an excerpt from the middle of one would not look like it.
    """
    redact = redactor.redact
    alternatives = (
        msgspec.structs.replace(a, text=cut(redact(a.text), _SHOWN)) for a in diagnosis.alternatives
    )
    evidence = (_without_key(e, keys) for e in diagnosis.evidence)
    return msgspec.structs.replace(
        diagnosis,
        source=redact(diagnosis.source),
        job=redact(diagnosis.job) if diagnosis.job else diagnosis.job,
        step=_step(diagnosis.step, redactor) if diagnosis.step else None,
        evidence=_evidence(tuple(evidence), redactor),
        alternatives=tuple(alternatives),
    )


def _without_key(evidence: Evidence, keys: Sequence[tuple[int, int]]) -> Evidence:
    if any(begin < evidence.line < end for begin, end in keys):
        return msgspec.structs.replace(evidence, text=HIDDEN_KEY)
    return evidence


def _step(step: StepRef, redactor: Redacting) -> StepRef:
    command = redactor.redact(step.command) if step.command else step.command
    return msgspec.structs.replace(step, name=cut(redactor.redact(step.name), _SHOWN), command=command)


def _evidence(evidence: tuple[Evidence, ...], redactor: Redacting) -> tuple[Evidence, ...]:
    clean: dict[int, str] = {}
    for block in _blocks(sorted(evidence, key=lambda e: e.line)):
        clean |= zip((e.line for e in block), _lines([e.text for e in block], redactor), strict=True)
    return tuple(msgspec.structs.replace(e, text=cut(clean[e.line], _SHOWN)) for e in evidence)


def _blocks(evidence: Iterable[Evidence]) -> Iterator[list[Evidence]]:
    """Lines that follow each other in the log, together: a private key is known by its neighbours alone."""
    block: list[Evidence] = []
    for one in evidence:
        if block and one.line > block[-1].line + 1:
            yield block
            block = []
        block.append(one)
    if block:
        yield block


def _lines(texts: list[str], redactor: Redacting) -> list[str]:
    """Each line redacted in sight of the others; where a secret took a line's end with it, all hide."""
    plain = [text.replace("\n", " ") for text in texts]
    clean = redactor.redact("\n".join(plain)).split("\n")
    return clean if len(clean) == len(texts) else ["***"] * len(texts)
