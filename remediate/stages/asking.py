"""Does what maintainers asked for: approves a plan, lets a probe through a circuit; each word once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from remediate.errors import UsageProblem
from remediate.model.stage import Word
from remediate.ports import Documents, Store
from remediate.safety.circuit import Circuit, Open
from remediate.state import approvals, attempts, circuits
from remediate.state.shapes import encoded


def obey(words: Iterable[Word], store: Store, now: float) -> Iterator[str]:
    """What was done about each word, for a person to read."""
    for word in words:
        if not word.heard:
            yield f"`{word.verb} {word.what}` is not heard: {word.reason}"
            continue
        try:
            _do(word, store, now)
        except UsageProblem as problem:
            yield f"`{word.verb} {word.what}` cannot be done: {problem.message}"
            continue
        yield f"`{word.verb} {word.what}`, asked by {word.by}, is done"


def _do(word: Word, store: Store, now: float) -> None:
    change_id = f"word {word.comment}"
    if word.verb == "approve":
        approvals.check_hash(word.what)
        store.change(change_id, (approvals.NAME,), lambda found: _approved(found, word))
        return
    names = (circuits.NAME, attempts.name_of(word.what))
    store.change(change_id, names, lambda found: _reset(found, word, now))


def _approved(found: Documents, word: Word) -> Documents:
    book = approvals.read_approvals(found[approvals.NAME])
    return {approvals.NAME: encoded(approvals.give(book, word.what, word.by, word.at))}


def _reset(found: Documents, word: Word, now: float) -> Documents:
    """The signature's circuits, or the one of this key, let one probe through; its attempts count anew."""
    book = circuits.read_circuits(found[circuits.NAME])
    near = [one for one in book.circuits if word.what in (one.signature, one.circuit.key)]
    if not near:
        raise UsageProblem(f"no circuit is open for `{word.what}`")
    # A comment is heard for a day: what opened after it was written is not what it is about.
    near = [one for one in near if not _opened_after(one.circuit, word.at)]
    if not near:
        raise UsageProblem(f"the circuit of `{word.what}` opened later; write it again to reset that")
    for entry in near:
        book = circuits.half_open(book, entry.circuit.key, word.by, now)
    return {circuits.NAME: encoded(book), attempts.name_of(word.what): None}


def _opened_after(circuit: Circuit, at: float) -> bool:
    return isinstance(circuit.state, Open) and circuit.state.since > at
