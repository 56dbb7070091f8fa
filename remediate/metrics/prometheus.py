"""The figures in Prometheus's text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from remediate.metrics.figures import BOUNDS, Durations, Metrics, Precision

_Kind = Literal["counter", "gauge", "histogram"]
_Sample = tuple[str, Mapping[str, str], float]


def as_prometheus(metrics: Metrics) -> str:
    """Families with their help and kind, each name once, every label escaped."""
    return "".join(f"{line}\n" for line in _lines(metrics))


def _lines(metrics: Metrics) -> Iterator[str]:
    yield from _counts("cases_total", "Failed attempts by how they ended.", "standing", metrics.cases)
    found = metrics.detections
    yield from _counts("detections_total", "Failures diagnosed, by cause.", "cause", found.by_cause)
    yield from _counts("rule_detections_total", "Failures diagnosed, by rule.", "rule", found.by_rule)
    yield from _counts(
        "confidence_total",
        "Failures that a rule diagnosed, by confidence, in tenths.",
        "up_to",
        found.confidence,
    )
    yield from _histogram("detection_seconds", "From a failure to its diagnosis.", found.time_to_detect)
    done = metrics.recoveries
    yield from _family(
        "recoveries_total",
        "counter",
        "Recoveries by outcome and by each strategy that had a part in them.",
        (
            ("", {"strategy": strategy, "outcome": outcome}, number)
            for strategy, outcomes in done.by_strategy.items()
            for outcome, number in outcomes.items()
        ),
    )
    yield from _counts("outcomes_total", "Recoveries by outcome.", "outcome", done.by_outcome)
    yield from _histogram("recovery_seconds", "From a failure until it was healed.", done.time_to_recover)
    yield from _counts("refusals_total", "Plans refused, by gate.", "gate", metrics.refusals)
    yield from _counts(
        "rollbacks_total", "Rollbacks, by whether anything remained.", "kind", metrics.rollbacks
    )
    yield from _one("circuits_opened_total", "counter", "Circuits that opened.", metrics.circuits_opened)
    yield from _one("escalations_total", "counter", "Failures handed to a person.", metrics.escalations)
    yield from _minutes(metrics)
    yield from _precision("rule", metrics.rules)
    yield from _precision("strategy", metrics.strategies)
    yield from _now(metrics)


def _minutes(metrics: Metrics) -> Iterator[str]:
    minutes = metrics.minutes
    for name, number, words in (
        ("retry_seconds_spent_total", minutes.spent, "Seconds of re-runs that failed again."),
        ("retry_seconds_spared_total", minutes.spared, "Seconds of re-runs that people were spared."),
        ("reruns_spared_total", minutes.reruns_spared, "Re-runs that people were spared."),
    ):
        yield from _one(name, "counter", words, number)


def _now(metrics: Metrics) -> Iterator[str]:
    now = metrics.now
    for name, number, words in (
        ("open_circuits", now.open_circuits, "Circuits that are not closed."),
        ("open_incidents", now.open_incidents, "Incidents that are not healed."),
        ("escalated_incidents", now.escalated_incidents, "Open incidents that wait for a person."),
        ("open_cases", now.open_cases, "Failed attempts that are not dealt with yet."),
        ("updated_seconds", metrics.updated, "When something was counted last, since 1970."),
    ):
        yield from _one(name, "gauge", words, number)


def _precision(kind: str, all_of_it: Mapping[str, Precision]) -> Iterator[str]:
    for name, words in (
        ("right", f"Decisions of a {kind} that were right."),
        ("wrong", f"Decisions of a {kind} that were wrong."),
    ):
        samples = (("", {kind: key}, getattr(one, name)) for key, one in all_of_it.items())
        yield from _family(f"{kind}_{name}_total", "counter", words, samples)
    lower = (("", {kind: key}, one.lower) for key, one in all_of_it.items())
    yield from _family(
        f"{kind}_precision_lower", "gauge", f"Wilson lower bound of a {kind}'s precision.", lower
    )
    demoted = (("", {kind: key}, float(bool(one.demoted))) for key, one in all_of_it.items())
    yield from _family(f"{kind}_demoted", "gauge", f"1 for a {kind} that only suggests.", demoted)


def _one(name: str, kind: _Kind, words: str, number: float) -> Iterator[str]:
    return _family(name, kind, words, (("", {}, number),))


def _counts(name: str, words: str, label: str, counts: Mapping[str, int]) -> Iterator[str]:
    return _family(name, "counter", words, (("", {label: key}, number) for key, number in counts.items()))


def _histogram(name: str, words: str, durations: Durations) -> Iterator[str]:
    samples: list[_Sample] = []
    reached = 0
    for bound in BOUNDS:
        reached += durations.buckets.get(str(bound), 0)
        samples.append(("_bucket", {"le": str(bound)}, reached))
    samples += [
        ("_bucket", {"le": "+Inf"}, durations.count),
        ("_sum", {}, durations.seconds),
        ("_count", {}, durations.count),
    ]
    return _family(name, "histogram", words, samples)


def _family(name: str, kind: _Kind, words: str, samples: Iterable[_Sample]) -> Iterator[str]:
    full = f"remediate_{name}"
    yield f"# HELP {full} {words}"
    yield f"# TYPE {full} {kind}"
    for suffix, labels, number in samples:
        inside = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels.items())
        yield f"{full}{suffix}{f'{{{inside}}}' if inside else ''} {_number(number)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(float(number))
