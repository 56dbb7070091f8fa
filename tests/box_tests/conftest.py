"""A box with one repository for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from box import Box, Repository, description


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    if description.place() is None:
        pytest.skip("GitHub's OpenAPI description is not installed")
    with Box(tmp_path) as made:
        yield made


@pytest.fixture
def repo(box: Box) -> Repository:
    return box.repository("octo/shop")
