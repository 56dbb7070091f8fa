"""What is told when a state branch cannot be read or changed: what, where, and the way out."""

from __future__ import annotations

import re

from remediate.errors import Unreachable
from remediate.logs.cutting import cut
from remediate.logs.neutral import for_terminal
from remediate.state.branch_answers import without_names

_LONGEST = 400


def refused(place: str, why: str) -> Unreachable:
    """No later try of the same will fare better."""
    return Unreachable(f"{place}: {_shown(why)}", hint=_way_out(why))


def beaten(place: str, tries: int, why: str) -> Unreachable:
    """Others were faster for all the time there was."""
    return Unreachable(
        f"{place}: other writers were faster {tries} times; nothing was changed ({_shown(why)})",
        hint="Try again, or look what writes to it without an end.",
    )


def broken(place: str, why: str, *, changing: bool) -> Unreachable:
    """The server did not answer, or not to the end."""
    known = " Whether the change was made is not known; made again it counts once." if changing else ""
    return Unreachable(
        f"{place}: out of reach: {_shown(why)}",
        hint=f"Look whether the server answers, then try again.{known}",
    )


def foreign(place: str) -> Unreachable:
    """The branch is there, and it is not ours."""
    return Unreachable(
        f"{place}: this branch was not made by Remediate; it is neither read nor written",
        hint="Name another with `state-branch:` in the configuration, or rename that branch.",
    )


def misplaced(place: str, name: str, what: str) -> Unreachable:
    """Something else stands where a document or its folder belongs."""
    return Unreachable(
        f"{place}: {name}: {what}; it is neither read nor written",
        hint="Remove it from the branch with a commit.",
    )


def _shown(why: str) -> str:
    return cut(for_terminal(why), _LONGEST)


def _way_out(told: str) -> str:
    why = without_names(told)
    if re.search(r"protected|rule violations|GH0\d\d|declined", why):
        return (
            "Exempt this branch from the rule, or let the app or user that runs the workflow bypass it;"
            " or name another branch with `state-branch:` in the configuration."
        )
    if re.search(r"exists; cannot create|directory file conflict", why, re.I):
        return (
            "A branch that is called as this one begins, or begins as this one is called, stands in the way:"
            " name another with `state-branch:` in the configuration."
        )
    if re.search(r"no space|diskspace|disk quota|read-only file system", why, re.I):
        return "Check the space left for temporary files here, or name another folder with TMPDIR."
    if re.search(r"40[13]|denied|authentication|username|password|not granted", why, re.I):
        return "Give the token or the job `contents: write`; at a desk, log in to the server with git."
    if re.search(r"redirect|error: 3\d\d", why, re.I):
        return "The repository or the server has another address by now: use that one."
    if re.search(r"not found|does not appear|404", why, re.I):
        return "Check the address, and whether the token may see the repository."
    return "Check the address of the repository, and what the server says."
