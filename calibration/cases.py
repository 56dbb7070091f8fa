"""Labelled logs as cases: what the rules saw in each, and what the label says."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec

from remediate.diagnosis.candidates import Candidate, Features, nominate
from remediate.diagnosis.diagnose import nothing_failed
from remediate.diagnosis.knowledge import load_catalog
from remediate.diagnosis.reading import Reading, read_log
from remediate.diagnosis.scene import Scene, survey
from remediate.logs.archives import Limits, open_logs
from remediate.rules.catalog import Catalog

SUCCESS = ""


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a log; `source` is where it comes from, the unit of the cross-validation."""

    path: Path
    cause: str
    source: str
    lines: tuple[int, ...]
    texts: tuple[str, ...] = ()
    healable: bool | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A label beside what was seen."""

    label: Label
    reading: Reading
    scene: Scene
    candidates: tuple[Candidate, ...]
    nothing: Features


def corpus_labels(root: Path) -> Iterator[Label]:
    """The labels of a corpus folder with its `index.jsonl`; a source is a folder of logs."""
    with (root / "index.jsonl").open(encoding="utf-8") as index:
        for row in map(json.loads, index):
            yield Label(
                path=root / row["file"],
                cause=SUCCESS if row["cause"] == "success" else row["cause"],
                source=row["file"].split("/")[1],
                lines=tuple(row["evidence_lines"]),
                texts=tuple(str(text).strip() for text in row["evidence"] or ()),
            )


def recorded_labels(root: Path) -> Iterator[Label]:
    """The truths written in the recordings' own heads; the tool is the source."""
    for path in sorted(root.glob("*/*.log")):
        head = dict(
            line[3:].split(":", 1)
            for line in path.read_text("utf-8", "replace").splitlines()
            if line.startswith("#: ") and ":" in line[3:]
        )
        cause = head.get("cause", "").strip()
        yield Label(
            path=path,
            cause=SUCCESS if cause in ("success", "no-failure", "unclassified", "") else cause,
            source=f"recorded {path.parent.name}",
            lines=(),
            healable=head.get("kind", "").strip() == "healable",
        )


def _body(data: bytes) -> bytes:
    """The log proper, below the head in which a recording carries its truth."""
    while data.startswith(b"#: "):
        data = data.partition(b"\n")[2]
    return data


def observe(label: Label, catalog: Catalog) -> Case:
    """Reads the log of a label."""
    parts = open_logs(io.BytesIO(_body(label.path.read_bytes())), label.path.name, Limits())
    reading = read_log(next(parts).stream, catalog)
    scene = survey(reading, catalog.rules)
    candidates = nominate(reading, catalog, scene)
    return Case(
        label=label,
        reading=reading,
        scene=scene,
        candidates=candidates,
        nothing=nothing_failed(reading, scene, candidates),
    )


def observe_all(labels: Iterator[Label]) -> list[Case]:
    """Reads every log with the shipped rules."""
    catalog = load_catalog()
    return [observe(label, catalog) for label in labels]
