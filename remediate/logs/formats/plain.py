"""Text that no CI system has put its marks on."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event

# Any tool's clock before a line: with a date or without, in brackets or not.
_CLOCK = (
    rb"(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?"
    rb"|\[?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?)[ \t]"
)

PLAIN = Format(
    name="plain",
    title="plain text",
    prefix=_CLOCK,
    events=(
        event("exit", "", rb"^ *(?:Error: |##\[error\])?Process completed with exit code (?P<number>-?\d+)"),
        event("error", "", rb"^##\[error\]"),
    ),
)
