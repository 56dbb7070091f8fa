"""The fit is judged on sources it never saw, is the same each time, and counts what it says it counts."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_corpus import LOGS, make_corpus
from running import ROOT

from calibration.cases import SUCCESS, Case, Label, bared, corpus_labels, observe
from remediate.diagnosis import ranking
from remediate.model.diagnosis import Diagnosis, Evidence
from remediate.rules.catalog import Catalog

needs = "numpy and scipy are missing: they come with the dependency group `calibrate`"
validation = pytest.importorskip("calibration.validation", reason=needs, exc_type=ImportError)
fitting = pytest.importorskip("calibration.fitting", reason=needs, exc_type=ImportError)
signatures = pytest.importorskip("calibration.signatures", reason=needs, exc_type=ImportError)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def cases(corpus: Path, catalog: Catalog) -> list[Case]:
    return [observe(label, catalog) for label in corpus_labels(corpus)]


def case(source: str, cause: str = "test", name: str = "x.log", texts: tuple[str, ...] = ()) -> Any:
    """A label alone: all that counting needs."""
    label = Label(path=Path(name), cause=cause, source=source, lines=(), texts=texts)
    return Case(label=label, reading=None, scene=None, candidates=(), nothing={})  # type: ignore[arg-type]


@given(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=60), st.integers(2, 8))
def test_folds_never_share_a_source(sources: list[str], folds: int) -> None:
    everything = [case(source, name=str(n)) for n, source in enumerate(sources)]
    seen = []
    for train, held in validation.out_of_source(everything, folds):
        assert held
        assert not {c.label.source for c in train} & {c.label.source for c in held}
        assert len(train) + len(held) == len(everything)
        seen += held
    assert sorted(c.label.path.name for c in seen) == sorted(c.label.path.name for c in everything)


def test_bared_log_is_held_out_with_its_original(cases: list[Case], catalog: Catalog) -> None:
    both = [*cases, *(observe(label, catalog) for label in bared(c.label for c in cases))]
    for train, held in validation.out_of_source(both, 8):
        assert not {c.label.path for c in train} & {c.label.path for c in held}


def test_fit_is_deterministic_and_says_where_it_comes_from(cases: list[Case]) -> None:
    one, other = (validation.fit_all(cases, {"corpus": "made"}, 3) for _ in range(2))
    assert isinstance(one, ranking.Fit)
    assert one == other
    assert one.provenance == {"corpus": "made"}
    assert {"bias", "logit", "margin"} <= set(one.calibration)


def test_fit_gives_the_labelled_cause_the_greatest_share(cases: list[Case]) -> None:
    weights = fitting.fit_ranking(cases)
    answered = [c for c in cases if any(x.rule.cause == c.label.cause for x in c.candidates)]
    assert len(answered) >= 4
    for each in answered:
        shares = ranking.rank(each.candidates, each.nothing, weights).causes
        assert max(shares, key=shares.__getitem__) == each.label.cause


def test_fit_without_a_word_from_the_logs_is_the_prior() -> None:
    silent = [case("a", SUCCESS)]
    assert fitting.fit_ranking(silent) == pytest.approx(
        {k: v for k, v in fitting.PRIOR.items() if v}, abs=0.01
    )


@pytest.mark.parametrize("right", [0.9, 0.5, 0.2])
def test_confidence_comes_to_what_is_found(right: float) -> None:
    samples = [({"bias": 1.0}, n < 1000 * right) for n in range(1000)]
    weights = fitting.fit_confidence(samples)
    assert ranking.calibrate({"bias": 1.0}, weights) == pytest.approx(right, abs=0.02)


def diagnosis(
    cause: str,
    confidence: float = 0.9,
    signature: str | None = "s",
    recovery: str | None = None,
    line: int = 1,
) -> Diagnosis:
    return Diagnosis(
        source="x", format="plain", cause=cause, type=None, severity="low", confidence=confidence,
        transient=False, signature=signature, rule="r", title="", step=None, recovery=recovery, hint=None,
        evidence=(Evidence(line=line, offset=0, text="gizmo broke in the parser", role="decisive"),),
    )  # fmt: skip


def verdict(gold: str, said: str, text: str = "", name: str = "x", **more: Any) -> Any:
    label = case("a", gold, name, (text,) if text else ())
    return validation.Verdict(case=label, diagnosis=diagnosis(said, **more))


def test_pairs_are_counted() -> None:
    verdicts = [
        verdict("test", "test", "test_a failed at 12", "1", signature="A"),
        verdict("test", "test", "test_a failed at 99", "2", signature="A"),
        verdict("test", "test", "test_a failed at 7", "3", signature="B"),
        verdict("test", "test", "test_b failed at 7", "4", signature="A"),
        verdict("lint", "lint", "test_a failed at 7", "5", signature="C"),
        verdict("test", "lint", "test_a failed at 7", "6", signature="A"),  # wrong: counts nowhere
        verdict(SUCCESS, "unclassified", "", "7", signature="A"),
        verdict(
            "test", "test", "2 failed, 5 passed in 3 s", "8", signature="A"
        ),  # tells no failure from another
        verdict("test", "test", "", "9", signature="A"),
    ]
    found = signatures.pair(verdicts)
    assert (found.same, found.agree) == (3, 1)  # 1-2, 1-3, 2-3
    assert (found.different, found.collide) == (7, 2)  # 4 and 5 with each of the rest, and with each other
    assert set(found.collisions) == {("1", "4"), ("2", "4")}


def test_harm_is_a_sure_recovery_where_nothing_may_be_touched() -> None:
    def harms(gold: str, confidence: float = 0.85, recovery: str | None = "rerun") -> bool:
        return bool(verdict(gold, "network", confidence=confidence, recovery=recovery).harms)

    assert harms("test")
    assert harms(SUCCESS)
    assert not harms("network")
    assert not harms("test", confidence=0.849)
    assert not harms("test", recovery=None)


def test_calibration_error_is_the_gap_between_said_and_found() -> None:
    verdicts = [verdict("test", "test" if n < 5 else "lint", confidence=0.95) for n in range(10)]
    gap, brier = validation.errors_of_calibration(verdicts)
    assert gap == pytest.approx(0.45)
    assert brier == pytest.approx((5 * 0.05**2 + 5 * 0.95**2) / 10)
    unsaid = [verdict("test", "unclassified", confidence=0.0), verdict(SUCCESS, "test", confidence=0.9)]
    assert validation.errors_of_calibration([*verdicts, *unsaid]) == pytest.approx((gap, brier))
    assert validation.errors_of_calibration([]) == (0, 0)


def test_reliability_has_a_line_for_each_bin() -> None:
    verdicts = [verdict("test", "test", confidence=c) for c in (0.95, 0.99, 0.31)]
    assert [line.split("  ")[1] for line in validation.reliability(verdicts)] == ["0.3-0.4", "0.9-1.0"]


def test_precision_and_recall_of_a_cause() -> None:
    pairs = [("test", "test")] * 3 + [("test", "lint"), ("lint", "test"), (SUCCESS, "test")]
    rows = {row[0]: row[1:] for row in validation.by_cause([verdict(*each) for each in pairs])}
    assert rows["test"] == pytest.approx((4, 3 / 4, 3 / 4, 3 / 4))
    assert rows["lint"] == (1, 0.0, 0.0, 0.0)
    assert rows["network"][0] == 0


@pytest.mark.parametrize(
    ("lines", "texts", "shown"),
    [
        ((4,), (), True),
        ((5,), (), False),
        ((9,), ("gizmo broke in the parser",), True),
        ((), (), None),
        ((), ("else",), False),
    ],
)
def test_evidence_near_the_labelled_line(
    lines: Sequence[int], texts: tuple[str, ...], shown: bool | None
) -> None:
    label = Label(path=Path("x"), cause="test", source="a", lines=tuple(lines), texts=texts)
    of = Case(label=label, reading=None, scene=None, candidates=(), nothing={})  # type: ignore[arg-type]
    assert validation.shows_the_line(validation.Verdict(case=of, diagnosis=diagnosis("test"))) is shown


def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("calibrate_script", str(ROOT / "scripts" / "calibrate"))
    spec = importlib.util.spec_from_loader("calibrate_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def calibrate(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script in a tree of two recorded tools, with the rules that are loaded already."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = script()
    for tool in ("make", "curl"):
        shutil.copytree(LOGS / tool, tmp_path / "tests" / "logs" / tool)
    (tmp_path / "remediate" / "diagnosis").mkdir(parents=True)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "load_catalog", lambda: catalog)
    return module


def test_script_prints_the_figures_and_writes_the_fit_only_when_asked(
    calibrate: ModuleType,
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    written = tmp_path / "remediate" / "diagnosis" / "fit.json"
    monkeypatch.setattr(sys, "argv", ["calibrate", "--corpus", str(corpus)])
    calibrate.main()
    out = capsys.readouterr().out
    assert out.count("Cross-validation over sources") == 3
    for figure in (
        "accuracy",
        "macro-F1",
        "precision",
        "calibration error",
        "Brier",
        "wrong touches",
        "collide",
    ):
        assert figure in out, figure
    assert not written.exists()

    misses = tmp_path / "misses.txt"
    monkeypatch.setattr(
        sys, "argv", ["calibrate", "--corpus", str(corpus), "--write", "--misses", str(misses)]
    )
    calibrate.main()
    fit = json.loads(written.read_text())
    assert fit["provenance"]["corpus"].startswith("9 labelled logs of 3 sources, index.jsonl sha256 ")
    assert str(corpus) not in written.read_text()
    assert fit["ranking"]
    assert misses.exists()


def test_script_wants_a_corpus_with_its_index(
    calibrate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["calibrate", "--corpus", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        calibrate.main()
    assert ended.value.code == 2
    assert "there is no index.jsonl" in capsys.readouterr().err
