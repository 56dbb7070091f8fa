"""What several tests share and is dear to make."""

from __future__ import annotations

import os
import sys

import pytest

from remediate.diagnosis.knowledge import load_catalog
from remediate.rules.catalog import Catalog
from remediate.system.cache import cache_folder


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped rules; a source tree keeps them where the command itself does, for building takes long."""
    return load_catalog(cache=cache_folder(os.environ, sys.platform))
