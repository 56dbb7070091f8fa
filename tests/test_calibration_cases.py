"""Labels are read as they stand; a log is observed without its label and, where wanted, without its frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_corpus import LOGS, SOURCES, body, make_corpus
from running import github_log

from calibration.cases import SUCCESS, Label, bare, bared, corpus_labels, observe, recorded_labels
from remediate.model.cause import CAUSES
from remediate.rules.catalog import Catalog


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("corpus"))


def test_source_of_a_log_is_its_folder(corpus: Path) -> None:
    labels = list(corpus_labels(corpus))
    assert [label.source for label in labels] == [source for source in SOURCES for _ in range(3)]
    assert all(label.path.is_file() and label.lines == (1,) and label.texts == ("x",) for label in labels)
    assert {label.cause for label in labels} <= {*CAUSES, SUCCESS}


def test_truth_of_a_recording_is_not_read_as_part_of_its_log(catalog: Catalog) -> None:
    label = next(label for label in recorded_labels(LOGS) if label.cause)
    assert label.path.read_bytes().startswith(b"#: ")
    assert observe(label, catalog).reading.lines == body(label.path).count(b"\n")


def test_bared_log_has_no_frame(catalog: Catalog, tmp_path: Path) -> None:
    log = github_log("npm error code ECONNRESET", "going on")
    assert b"\nnpm error code ECONNRESET\ngoing on\n" in bare(log)
    for frame in (b"2024-", b"##[", b"Process completed", b"Cleaning up", b"Run npm ci"):
        assert frame in log
        assert frame not in bare(log)
    path = tmp_path / "a.log"
    path.write_bytes(log)
    label = Label(path=path, cause="network", source="a", lines=(5,), texts=("x",))
    (stripped,) = bared([label])
    assert (stripped.bared, stripped.lines, stripped.texts) == (True, (), ())
    assert observe(label, catalog).reading.outline.failed is True
    assert observe(stripped, catalog).reading.outline.failed is None
