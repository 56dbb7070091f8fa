"""A box for each story."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "machine"))

from box import Box
from played import Story
from tools import want


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """Any difference from GitHub's description fails the test when the box is closed."""
    want("act")
    with Box(tmp_path / "box") as box:
        yield box


@pytest.fixture
def story(box: Box, tmp_path: Path) -> Callable[..., Story]:
    """Begins a story."""
    return lambda **more: Story(box, tmp_path, **more)
