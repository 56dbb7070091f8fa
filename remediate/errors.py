"""What a user sees when something cannot be done, and the exit code that goes with it."""

from __future__ import annotations

DONE = 0
BUG = 1
USAGE = 2
CONFIGURATION = 3
UNREACHABLE = 4
REFUSED = 10
ROLLED_BACK = 11
ROLLBACK_FAILED = 12
INTERRUPTED = 130

EXIT_CODES: dict[int, str] = {
    DONE: "done; for `diagnose`: it has an answer, `unclassified` included",
    BUG: "a bug in Remediate itself",
    USAGE: "wrong usage: an unknown option, a source that is not there or cannot be read",
    CONFIGURATION: "the configuration or a rule pack is wrong",
    UNREACHABLE: "the state or the platform is out of reach",
    REFUSED: "refused by a gate; for `doctor`: something that healing needs would be refused",
    ROLLED_BACK: "failed and rolled back",
    ROLLBACK_FAILED: "the rollback failed",
    INTERRUPTED: "interrupted from the keyboard",
}


class RemediateError(Exception):
    """An expected failure: what is wrong and where, and the way out."""

    exit_code = BUG

    def __init__(self, message: str, *, hint: str = "", docs: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.docs = docs


class UsageProblem(RemediateError):
    """The command was called with something it cannot work on."""

    exit_code = USAGE


class ConfigProblem(RemediateError):
    """A configuration file or a rule pack does not say what it must."""

    exit_code = CONFIGURATION


class Unreachable(RemediateError):
    """The state or a platform cannot be reached or read."""

    exit_code = UNREACHABLE
