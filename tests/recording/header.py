"""The verdict that a recording carries in the `#: ` lines at its top."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MARK = b"#: "
KINDS = ("healable", "real", "dressed", "success")


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One file under tests/logs: the truth, what was blessed, and the log proper as bytes."""

    path: Path
    truth: dict[str, str]
    blessed: dict[str, str] = field(default_factory=dict)
    log: bytes

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def kind(self) -> str:
        return self.truth["kind"]

    @property
    def cause(self) -> str:
        return self.truth["cause"]

    @property
    def causes(self) -> tuple[str, ...]:
        """The true cause, and those that the log alone cannot tell from it."""
        return (self.cause, *self.truth.get("also", "").split())

    @property
    def recovery(self) -> str | None:
        return None if self.truth["recovery"] == "none" else self.truth["recovery"]

    def allows(self, recovery: str | None) -> bool:
        """Where the log cannot tell whether a repair is right (`any`), either answer is."""
        return self.truth["recovery"] == "any" or recovery == self.recovery

    @property
    def evidence(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.truth.get("evidence", "").split())


BLESSED = ("rule", "confidence", "signature")


def read(path: Path) -> Recording:
    lines = path.read_bytes().splitlines(keepends=True)
    count = next((i for i, line in enumerate(lines) if not line.startswith(MARK)), len(lines))
    fields = dict(_parse(line) for line in lines[:count])
    return Recording(
        path=path,
        truth={key: value for key, value in fields.items() if key not in BLESSED},
        blessed={key: value for key, value in fields.items() if key in BLESSED},
        log=b"".join(lines[count:]),
    )


def write(recording: Recording) -> None:
    fields = {**recording.truth, **recording.blessed}
    head = "".join(f"#: {key}: {value}\n" for key, value in fields.items())
    recording.path.parent.mkdir(parents=True, exist_ok=True)
    recording.path.write_bytes(head.encode() + recording.log)


def _parse(line: bytes) -> tuple[str, str]:
    key, _, value = line[len(MARK) :].decode().strip().partition(": ")
    return key, value
