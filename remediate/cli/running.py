"""What `remediate run` does before anything has failed: as little as it can."""

from __future__ import annotations

import os
import sys
import time

from remediate.cli.arguments import Option, plain_call
from remediate.cli.standard import CONFIG
from remediate.errors import DONE, UsageProblem
from remediate.system.traces import has_state, is_configured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from remediate.system.passing import Passage

OPTIONS = (
    Option(
        flags=("--timeout",),
        name="timeout",
        metavar="SECONDS",
        help="End a try that takes longer; it has failed, with exit code 124.",
    ),
    Option(
        flags=("--max-attempts",),
        name="max_attempts",
        metavar="NUMBER",
        help="Run the command so often at most, the first try included.",
    ),
    Option(
        flags=("--only",),
        name="only",
        metavar="CAUSE,...",
        help="Heal only failures of these causes.",
    ),
    Option(flags=("--never",), name="never", metavar="CAUSE,...", help="Heal no failure of these causes."),
    Option(
        flags=("--on-failure",),
        name="on_failure",
        metavar="PLAYBOOK",
        help="Run this entry of the configuration's `commands:` when the command has failed for good.",
    ),
    Option(
        flags=("--report",),
        name="report",
        metavar="FILE",
        path=True,
        help="Write what was tried and done to this file, as JSON.",
    ),
    Option(
        flags=("--dry-run",),
        name="dry_run",
        help="Run the command once, say what would be done about its failure, and do nothing.",
    ),
    Option(
        flags=("--approve",),
        name="approve",
        metavar="HASH",
        help="Approve the plan with this hash.",
    ),
    Option(
        flags=("--environment",),
        name="environment",
        metavar="NAME",
        help="The environment whose constraints hold, instead of the configured one.",
    ),
    Option(
        flags=("--state",),
        name="state",
        metavar="DIR",
        path=True,
        help="Where state, backups and journals are kept.",
    ),
    CONFIG,
    Option(flags=("-q", "--quiet"), name="quiet", help="Say nothing of our own."),
)

# As in `model/policy.py`, which takes too long to import.
_OVERRIDES = ("REMEDIATE_MODE", "REMEDIATE_KILL_SWITCH", "REMEDIATE_STATE", "REMEDIATE_MAX_ATTEMPTS")


class Request:
    """What was asked for; `timeout` and `max_attempts` are None where nothing was said of them."""

    def __init__(self, command: Sequence[str], values: dict[str, Any]) -> None:
        self.command = tuple(command)
        self.timeout = _number(values["timeout"], "--timeout", float)
        self.max_attempts = _number(values["max_attempts"], "--max-attempts", int)
        self.only: tuple[str, ...] = _words(values["only"])
        self.never: tuple[str, ...] = _words(values["never"])
        self.on_failure: str = values["on_failure"] or ""
        self.report: str = values["report"] or ""
        self.dry_run: bool = values["dry_run"]
        self.approve: str = values["approve"] or ""
        self.environment: str = values["environment"] or ""
        self.state: str = values["state"] or ""
        self.config: str | None = values["config"]
        self.quiet: bool = values["quiet"]

    @property
    def asks_more(self) -> bool:
        """Whether something has to be read before the command may start."""
        named = self.only or self.never or self.on_failure or self.environment or self.state or self.config
        if named or any(os.environ.get(name) for name in _OVERRIDES):
            return True
        return is_configured(os.getcwd()) or has_state(os.environ)  # noqa: PTH109 - pathlib is slow to import

    @property
    def wants_word(self) -> bool:
        """Whether also a success is to be told of."""
        return bool(self.report) or os.environ.get("GITHUB_ACTIONS") == "true"


def run_plainly(arguments: list[str]) -> int | None:
    """The command's exit code; None where the call has to be read by click."""
    if "--" not in arguments:
        return None
    end = arguments.index("--")
    values = plain_call(arguments[:end], "operands", OPTIONS)
    if values is None or values.pop("operands") or not arguments[end + 1 :]:
        return None
    return run(Request(arguments[end + 1 :], values))


def run(request: Request) -> int:
    """Runs the command until it passes or its failure is nobody's to heal; its own exit code."""
    if sys.platform == "win32":
        raise UsageProblem(
            "`remediate run` needs process groups and terminals of POSIX, which Windows has not",
            hint="Run it under WSL, or in a job on Linux or macOS.",
        )
    if not request.command:
        raise UsageProblem("no command given", hint="Write it behind --, as in: remediate run -- npm ci")
    if request.asks_more:
        from remediate.cli.aftermath import prepare  # noqa: PLC0415 - the command waits for it

        prepare(request)
    started, began = time.time(), time.monotonic()
    passage = go(request)
    if passage.code == DONE and not request.wants_word:
        return DONE
    from remediate.cli.aftermath import conclude  # noqa: PLC0415 - only what failed needs it

    return conclude(request, passage, started, time.monotonic() - began)


def go(request: Request) -> Passage:
    """One try."""
    from remediate.system.passing import pass_through  # noqa: PLC0415 - Windows cannot import it

    return pass_through(request.command, timeout=request.timeout)


def _number(text: str | None, flag: str, kind: type) -> Any:
    if text is None:
        return None
    try:
        number = kind(text)
    except ValueError:
        number = 0
    if not 0 < number <= 10**9:
        raise UsageProblem(f"{flag} {text}: this is no number above 0", hint=f"For example {flag} 3")
    return number


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word for word in (text or "").replace(",", " ").split() if word)
