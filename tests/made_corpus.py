"""A corpus of labelled logs in small, made of the recordings, for tests of the calibration."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from running import ROOT

sys.path.append(str(ROOT))  # behind the wheel, of which the tests are

from calibration.cases import recorded_labels

LOGS = ROOT / "tests" / "logs"
SOURCES = {"acme": "cargo", "globex": "npm", "initech": "pytest"}


def body(path: Path) -> bytes:
    """A recording without the truth in its head."""
    return b"".join(
        line for line in path.read_bytes().splitlines(keepends=True) if not line.startswith(b"#: ")
    )


def make_corpus(root: Path) -> Path:
    """Nine logs of three sources, labelled with what the recordings say of themselves."""
    rows = []
    for source, tool in SOURCES.items():
        for label in [label for label in recorded_labels(LOGS) if label.path.parent.name == tool][:3]:
            file = f"logs/{source}/{label.path.name}"
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_bytes(body(label.path))
            rows.append(
                {"file": file, "cause": label.cause or "success", "evidence_lines": [1], "evidence": ["x "]}
            )
    (root / "index.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return root
