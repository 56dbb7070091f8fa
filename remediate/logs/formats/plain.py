"""Text that no CI system has put its marks on."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event

PLAIN = Format(
    name="plain",
    title="plain text",
    events=(
        event("exit", "", rb"^ *(?:Error: |##\[error\])?Process completed with exit code (?P<number>-?\d+)"),
        event("error", "", rb"^##\[error\]"),
    ),
)
