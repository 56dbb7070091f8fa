"""Logs as GitHub's runner writes them, of jobs that failed in ways that are known."""

from __future__ import annotations

from pathlib import Path

STAMP = "2026-11-02T08:59:{:02d}.0000000Z "


def log_of(*lines: str, command: str = "npm ci", code: int = 1, before: tuple[str, ...] = ()) -> bytes:
    """A job whose step runs the command, prints the lines and fails."""
    rows = [
        "##[group]Operating System",
        "Ubuntu",
        "##[endgroup]",
        *before,
        f"##[group]Run {command}",
        f"\x1b[36;1m{command}\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *lines,
        f"##[error]Process completed with exit code {code}.",
    ]
    return "".join(STAMP.format(min(59, number)) + row + "\n" for number, row in enumerate(rows)).encode()


NETWORK = log_of(
    "npm error code ECONNRESET",
    "npm error network read ECONNRESET",
    "npm error network This is a problem related to network connectivity.",
)
DEFECT = log_of(
    "============================= test session starts ==============================",
    "tests/test_shop.py F                                                      [100%]",
    "=================================== FAILURES ===================================",
    "    def test_total():",
    ">       assert total([1, 2]) == 4",
    "E       assert 3 == 4",
    "tests/test_shop.py:4: AssertionError",
    "=========================== short test summary info ============================",
    "FAILED tests/test_shop.py::test_total - assert 3 == 4",
    "============================== 1 failed in 0.03s ===============================",
    command="pytest",
)
# Recorded, of a cache that had been cut off on its way to the store.
CACHE = b"".join(
    line
    for line in (Path(__file__).parents[1] / "logs" / "actions-toolkit" / "cache-truncated.log")
    .read_bytes()
    .splitlines(keepends=True)
    if not line.startswith(b"#: ")
)
