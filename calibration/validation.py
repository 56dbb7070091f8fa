"""Judges the fit by leaving out one source at a time, and says how good it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from calibration.cases import SUCCESS, Case
from calibration.fitting import fit_confidence, fit_ranking
from remediate.diagnosis.candidates import Features
from remediate.diagnosis.choice import choose
from remediate.diagnosis.diagnose import Knowledge, conclude
from remediate.diagnosis.ranking import NOTHING, Fit, doubts, rank
from remediate.model.cause import CAUSES, UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis
from remediate.rules.catalog import Catalog

TOUCHING = 0.85
# Causes of which at least one kind may be healed; touching any other is harm.
TOUCHABLE = frozenset(name for name, cause in CAUSES.items() if cause.strategies)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A case beside the diagnosis that a fit without its source gave."""

    case: Case
    diagnosis: Diagnosis

    @property
    def failed(self) -> bool:
        return self.case.label.cause != SUCCESS

    @property
    def right(self) -> bool:
        return self.diagnosis.cause == self.case.label.cause

    @property
    def answered(self) -> bool:
        return self.diagnosis.cause != UNCLASSIFIED

    @property
    def harms(self) -> bool:
        """A touch where the truth is a failure that a machine must not act on, or no failure at all."""
        return self.touches and self.case.label.cause not in TOUCHABLE

    @property
    def touches(self) -> bool:
        return self.diagnosis.recovery is not None and self.diagnosis.confidence >= TOUCHING


def samples(cases: Sequence[Case], weights: dict[str, float]) -> Iterator[tuple[Features, bool]]:
    """The doubts of each answered whole log under `weights`, and whether the answer is right."""
    for case in cases:
        if case.label.bared or case.reading.outline.failed is False or not case.candidates:
            continue
        ranking = rank(case.candidates, case.nothing, weights)
        root = choose(case.candidates, ranking)
        if ranking.causes[NOTHING] >= ranking.causes[root.rule.cause]:
            continue
        yield doubts(root, ranking, case.candidates), root.rule.cause == case.label.cause


def out_of_source(cases: Sequence[Case], folds: int) -> Iterator[tuple[list[Case], list[Case]]]:
    """(train, held out) by source; small sources share a fold so that no fold is empty."""
    sizes = Counter(case.label.source for case in cases)
    load = [0] * folds
    fold: dict[str, int] = {}
    for source, size in sizes.most_common():
        fold[source] = load.index(min(load))
        load[fold[source]] += size
    for number in range(folds):
        held = [case for case in cases if fold[case.label.source] == number]
        if held:
            yield [case for case in cases if fold[case.label.source] != number], held


def fit_all(cases: Sequence[Case], provenance: dict[str, str], folds: int = 8) -> Fit:
    """The fit on all cases; the confidence is fitted on answers given out of source."""
    found = [s for train, held in out_of_source(cases, folds) for s in samples(held, fit_ranking(train))]
    return Fit(provenance=provenance, ranking=fit_ranking(cases), calibration=fit_confidence(found))


def cross_validate(cases: Sequence[Case], catalog: Catalog, folds: int = 8) -> list[Verdict]:
    """Each case judged by a fit that never saw its source."""
    verdicts = []
    for train, held in out_of_source(cases, folds):
        fit = fit_all(train, {}, folds - 1)
        verdicts += [
            Verdict(
                case=case,
                diagnosis=conclude(case.reading, Knowledge(catalog, fit), source=case.label.path.name),
            )
            for case in held
        ]
    return verdicts


def errors_of_calibration(verdicts: Sequence[Verdict]) -> tuple[float, float]:
    """Expected calibration error over ten bins, and the Brier score, of the answered failures."""
    given = [(v.diagnosis.confidence, v.right) for v in verdicts if v.failed and v.answered]
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in given:
        bins[min(9, int(confidence * 10))].append((confidence, right))
    count = max(1, len(given))
    gap = sum(abs(sum(c for c, _ in b) - sum(r for _, r in b)) for b in bins.values()) / count
    return gap, sum((c - r) ** 2 for c, r in given) / count


def reliability(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The reliability picture, a line a bin: said, found, how many."""
    given = [(v.diagnosis.confidence, v.right) for v in verdicts if v.failed and v.answered]
    for low in range(10):
        found = [(c, r) for c, r in given if min(9, int(c * 10)) == low]
        if found:
            said, right = sum(c for c, _ in found) / len(found), sum(r for _, r in found) / len(found)
            bar = "".join(
                "|" if n == round(said * 40) else "#" if n < round(right * 40) else "." for n in range(41)
            )
            edges = f"{low / 10:.1f}-{(low + 1) / 10:.1f}"
            yield f"  {edges}  {bar}  said {said:.2f} right {right:.2f} n={len(found)}"


def by_cause(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, int, float, float, float]]:
    """(cause, how many, precision, recall, F1) of the failures."""
    failures = [v for v in verdicts if v.failed]
    for cause in CAUSES:
        gold = [v for v in failures if v.case.label.cause == cause]
        said = [v for v in failures if v.diagnosis.cause == cause]
        hits = sum(v.right for v in gold)
        precision, recall = hits / len(said) if said else 0.0, hits / len(gold) if gold else 0.0
        both = precision + recall
        yield cause, len(gold), precision, recall, 2 * precision * recall / both if both else 0.0


def shows_the_line(verdict: Verdict, within: int = 3) -> bool | None:
    """Whether the evidence comes near a labelled line, or shows its text; None where nothing is labelled."""
    label = verdict.case.label
    if not (label.lines or label.texts) or not verdict.answered:
        return None
    return any(
        any(abs(e.line - line) <= within for line in label.lines) or _quotes(e.text.strip(), label.texts)
        for e in verdict.diagnosis.evidence
    )


def _quotes(shown: str, texts: tuple[str, ...]) -> bool:
    return bool(shown) and any(text and (shown[:60] in text or text[-60:] in shown) for text in texts)
