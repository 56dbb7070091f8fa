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


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped has failed: there, nothing that a test needs may be missing.

    What this Python or this system cannot have says so: its reason begins with `by nature: `.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", ()) if reporter is not None else ()
    if os.environ.get("CI") and any("by nature: " not in str(report.longrepr) for report in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
