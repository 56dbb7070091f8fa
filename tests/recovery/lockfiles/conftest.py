"""Where the tests of lockfiles find the registries and what all recoveries share."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
for place in (TESTS / "machine", TESTS / "recovery"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))
