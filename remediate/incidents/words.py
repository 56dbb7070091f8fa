"""What a person asks for in a comment: a command alone on its first line."""

from __future__ import annotations

import re
from typing import Literal, cast

Verb = Literal["approve", "reset"]

# Nothing before it: a quote, a list or a block of code only speaks of a command.
_COMMAND = r"/remediate (?:(approve) ([0-9a-f]{16})|(reset) ([0-9a-f]{16}|[0-9a-f]{12}))[ \t]*\r?(?:\n|\Z)"


def word_in(body: str) -> tuple[Verb, str] | None:
    """The verb and what it is about, a plan's hash, a signature or a circuit's key; None where there is none.

    Only the first line is read, and it must be the command from its first character to its last. What follows
    is for people.
    """
    found = re.match(_COMMAND, body)
    if found is None:
        return None
    verb, what = (word for word in found.groups() if word)
    return cast("Verb", verb), what


def approve_command(plan: str) -> str:
    """What is to be written to approve the plan of this hash."""
    return f"/remediate approve {plan}"


def reset_command(what: str) -> str:
    """What is to be written to close a circuit, or all of a signature."""
    return f"/remediate reset {what}"
