"""What several tests share and is dear to make."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from remediate.diagnosis.knowledge import load_catalog
from remediate.rules.catalog import Catalog
from remediate.system.cache import cache_folder

MACHINE = str(Path(__file__).resolve().parent / "machine")
if MACHINE not in sys.path:
    sys.path.append(MACHINE)

# A busy machine is no failure; and what chance finds is for a desk, not for the CI of another's change.
settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("patient")

if TYPE_CHECKING:
    from cargo_registry import CargoRegistry
    from npm_registry import NpmRegistry
    from python_index import Index


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped rules; a source tree keeps them where the command itself does, for building takes long."""
    return load_catalog(cache=cache_folder(os.environ, sys.platform))


@pytest.fixture(scope="module")
def npm_packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NpmRegistry]:
    """An npm registry on this machine, empty."""
    from npm_registry import npm_registry  # noqa: PLC0415 - few tests need it

    with npm_registry(tmp_path_factory.mktemp("registry") / "npm") as served:
        yield served


@pytest.fixture(scope="module")
def crates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CargoRegistry]:
    """A registry of crates on this machine, empty."""
    from cargo_registry import cargo_registry  # noqa: PLC0415 - few tests need it

    with cargo_registry(tmp_path_factory.mktemp("registry") / "cargo") as served:
        yield served


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A Python index on this machine, empty."""
    from python_index import python_index  # noqa: PLC0415 - few tests need it

    with python_index(tmp_path_factory.mktemp("index") / "packages") as served:
        yield served


def pytest_configure() -> None:
    """Behind `nohup` or `&` a shell has these ignored, and what a test starts would never be interrupted."""
    known = (getattr(signal, name, None) for name in ("SIGINT", "SIGQUIT", "SIGHUP"))
    for number in filter(None, known):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped has failed: there, nothing that a test needs may be missing.

    What this Python or this system cannot have says so: its reason begins with `by nature: `.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", ()) if reporter is not None else ()
    if os.environ.get("CI") and any("by nature: " not in str(report.longrepr) for report in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
