"""Two fits: the ranking's weights (a softmax over candidates) and the confidence's (a logistic curve)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from calibration.cases import SUCCESS, Case
from remediate.diagnosis.candidates import Features

# Where a weight is pulled to when the logs say little: what anyone who reads logs would start from.
PRIOR: dict[str, float] = {
    "role decisive": 2.0,
    "inside decisive": 1.5,
    "inside supporting": 1.0,
    "before decisive": -2.0,
    "before supporting": -2.0,
    "after decisive": -1.0,
    "after supporting": -1.5,
    "near decisive": 1.0,
    "near supporting": 1.0,
    "close decisive": 1.0,
    "close supporting": 0.5,
    "error mark lasting": 0.5,
    "error mark transient": 0.5,
    "warning mark transient": -1.5,
    "warning mark lasting": -1.0,
    "in tests transient": -2.0,
    "tests failed transient": -2.0,
    "tests failed lasting": -0.5,
    "overcome transient": -2.0,
    "command line lasting": -1.5,
    "beside defects transient": -0.5,
    "judged transient": -2.0,
    "transient trouble just above lasting": -1.5,
    "outcome just below transient": 1.5,
    "support": 0.5,
    "decisive support": 0.5,
    "nothing: failed False": 6.0,
    "nothing: failed True": -4.0,
    "nothing: no decisive line": 1.0,
    "nothing: final error": -1.0,
}
# A log without its frame counts less: it is seen once already, with it.
_BARED = 0.25
_STRENGTH = 1.0
_STRENGTH_OF_CAUSES = 4.0


def fit_ranking(cases: Sequence[Case]) -> dict[str, float]:
    """Weights that give the labelled causes the greatest share."""
    usable = [case for case in cases if _has_answer(case)]
    names = sorted(
        {n for c in usable for f in (*(x.features for x in c.candidates), c.nothing) for n in f} | set(PRIOR)
    )
    column = {name: i for i, name in enumerate(names)}
    matrix, starts, golden = _matrix(usable, column)
    counts = np.array([_BARED if case.label.bared else 1.0 for case in usable])
    prior = np.array([PRIOR.get(name, 0.0) for name in names])
    strength = np.array([_STRENGTH_OF_CAUSES if name.startswith("cause ") else _STRENGTH for name in names])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = matrix @ weights
        top = np.maximum.reduceat(scores, starts)
        lengths = np.diff(np.append(starts, len(scores)))
        powers = np.exp(scores - np.repeat(top, lengths))
        shares = powers / np.repeat(np.add.reduceat(powers, starts), lengths)
        gold = np.add.reduceat(shares * golden, starts)
        pull = shares - shares * golden / np.repeat(np.maximum(gold, 1e-12), lengths)
        away = weights - prior
        value = -(counts * np.log(np.maximum(gold, 1e-12))).sum() + 0.5 * (strength * away**2).sum()
        return float(value), matrix.T @ (pull * np.repeat(counts, lengths)) + strength * away

    found = minimize(loss, prior.copy(), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return {name: round(float(w), 3) for name, w in zip(names, found.x, strict=True) if abs(w) >= 0.005}


def _has_answer(case: Case) -> bool:
    wanted = case.label.cause
    return wanted == SUCCESS or any(c.rule.cause == wanted for c in case.candidates)


def _matrix(cases: Sequence[Case], column: dict[str, int]) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    rows, columns, values, starts, golden = [], [], [], [], []
    row = 0
    for case in cases:
        starts.append(row)
        entries = [(c.features, c.rule.cause) for c in case.candidates] + [(case.nothing, SUCCESS)]
        for features, cause in entries:
            for name, value in features.items():
                rows.append(row)
                columns.append(column[name])
                values.append(value)
            golden.append(float(cause == case.label.cause))
            row += 1
    return csr_matrix((values, (rows, columns)), (row, len(column))), np.array(starts), np.array(golden)


def fit_confidence(samples: Sequence[tuple[Features, bool]]) -> dict[str, float]:
    """A regularised logistic regression from the doubts to being right."""
    names = sorted({name for features, _ in samples for name in features})
    data = np.array([[features.get(name, 0.0) for name in names] for features, _ in samples])
    right = np.array([float(r) for _, r in samples])
    prior = np.array([1.0 if name == "logit" else 0.0 for name in names])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        logits = data @ weights
        chance = 1 / (1 + np.exp(-logits))
        value = np.logaddexp(0, logits).sum() - right @ logits + 0.5 * ((weights - prior) ** 2).sum()
        return float(value), data.T @ (chance - right) + (weights - prior)

    found = minimize(loss, prior.copy(), jac=True, method="L-BFGS-B")
    return {name: round(float(w), 4) for name, w in zip(names, found.x, strict=True)}
