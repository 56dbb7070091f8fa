"""The box for the tests of the adapter; leaving it fails where anything was not as GitHub describes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from boxed import Boxed, boxed


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Boxed]:
    with boxed(tmp_path) as made:
        yield made
