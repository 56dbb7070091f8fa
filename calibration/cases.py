"""Labelled logs as cases: what the rules saw in each, and what the label says."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from remediate.diagnosis.candidates import Candidate, Features, nominate
from remediate.diagnosis.choice import nothing_failed
from remediate.diagnosis.reading import Reading, read_log
from remediate.diagnosis.scene import Scene, survey
from remediate.logs.archives import Limits, open_logs
from remediate.logs.formats.github import GITHUB
from remediate.rules.catalog import Catalog

SUCCESS = ""
_FRAME = re.compile(
    rb"^(?:Process completed with exit code|Post job cleanup|Cleaning up orphan|Current runner version)"
)


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a log; `source` is where it comes from, the unit of the cross-validation."""

    path: Path
    cause: str
    source: str
    lines: tuple[int, ...]
    texts: tuple[str, ...] = ()
    healable: bool | None = None
    bared: bool = False


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


def bare(data: bytes) -> bytes:
    """A log as people paste it: without the CI system's stamps and marks; nothing says how it ended."""
    stripped = []
    for line in data.split(b"\n"):
        content = GITHUB.content(line)
        if content.level in ("group", "command", "section", "debug") or _FRAME.search(content.text):
            continue
        stripped.append(content.text)
    return b"\n".join(stripped)


def observe(label: Label, catalog: Catalog) -> Case:
    """Reads the log of a label."""
    parts = open_logs(io.BytesIO(_body(label.path.read_bytes())), label.path.name, Limits())
    stream = next(parts).stream
    if label.bared:
        stream = io.BytesIO(bare(b"".join(iter(partial(stream.read, 1 << 20), b""))))
    reading = read_log(stream, catalog)
    scene = survey(reading, catalog)
    candidates = nominate(reading, catalog, scene)
    return Case(
        label=label,
        reading=reading,
        scene=scene,
        candidates=candidates,
        nothing=nothing_failed(reading, scene, candidates),
    )


def bared(labels: Iterable[Label]) -> Iterator[Label]:
    """The same logs without their frame; line numbers do not hold any more."""
    return (msgspec.structs.replace(label, bared=True, lines=(), texts=()) for label in labels)
