"""What git says about a fetch or a push that went wrong, and what that means for a change."""

from __future__ import annotations

import re
from enum import Enum

from remediate.ports import Spoken


class Answer(Enum):
    """`UNKNOWN` is a connection that broke: what was asked for may have happened or not."""

    DONE = "done"
    MISSING = "missing"
    LOST = "lost"
    NO_FORCE = "no-force"
    REFUSED = "refused"
    UNKNOWN = "unknown"


_MISSING = re.compile(r"couldn't find remote ref|remote ref .* not found", re.I)
# Whoever pushed in between wins the lock on the server, or has won it before we asked.
_LOST = re.compile(
    r"stale info|cannot lock ref|failed to lock|failed to update ref|incorrect old value|fetch first"
    r"|is at [0-9a-f]+ but expected|reference already exists|already exists|remote ref updated since",
    re.I,
)
_NO_FORCE = re.compile(r"non-fast-forward|force[- ]push|forced? updates?", re.I)
# A refusal that is the server's own trouble.
_TROUBLE = re.compile(
    r"unpacker error|internal|timed? ?out|temporar|try again|remote failed to report|\(failure\)", re.I
)
# No later try of the same will fare better.
_FINAL = re.compile(
    r"returned error: (?:3\d\d|4(?!08|29)\d\d)|authentication failed|could not read (?:username|password)"
    r"|permission (?:to .*)?denied|access denied|not found|does not appear to be a git repository"
    r"|not a git repository|transport '.*' not allowed|unable to find remote helper"
    r"|redirect|certificate|mismatched algorithms|host key verification failed"
    r"|write access to repository not granted",
    re.I,
)
# Our own disk, not the server's: what it says of its own stands behind `remote`.
_NO_ROOM = re.compile(
    r"^(?!remote: |fatal: remote ).*(?:no space left on device|out of diskspace|disk quota exceeded"
    r"|read-only file system)",
    re.I | re.M,
)
# A branch `a` and a branch `a/b` cannot be in one repository.
_IN_THE_WAY = re.compile(r"exists; cannot create|directory file conflict", re.I)
_RULED = re.compile(r"declined|protected branch|rule violations")
_GITHUBS = re.compile(r"^remote: .*GH\d{3}: ", re.M)
_NO_FORCE_HERE = re.compile(r"^remote: .*cannot force-push", re.I | re.M)
_MOVED = re.compile(r"^[ +*=]\t", re.M)
_REJECTED = re.compile(r"^!\t[^\t]*\t\[(?P<where>[a-z ]+)\](?: \((?P<why>.*)\))?", re.M)


def of_fetch(spoken: Spoken) -> Answer:
    """What came of a fetch."""
    if spoken.code == 0:
        return Answer.DONE
    said = without_names(spoken.errors)
    if _MISSING.search(said):
        return Answer.MISSING
    return Answer.REFUSED if _FINAL.search(said) or _NO_ROOM.search(said) else Answer.UNKNOWN


def of_push(spoken: Spoken) -> Answer:
    """What came of a push of one commit to one branch, told with `--porcelain`."""
    output = spoken.output.decode("utf-8", "replace")
    found = _REJECTED.search(output)
    if found:
        return _of_rejection(found["where"], found["why"] or "", spoken.errors)
    # Where the connection broke, git may end well and say of no ref that it moved.
    if spoken.code == 0 and _MOVED.search(output):
        return Answer.DONE
    return Answer.REFUSED if _FINAL.search(without_names(spoken.errors)) else Answer.UNKNOWN


def without_names(text: str) -> str:
    """What git says without what it names: an address may hold any word."""
    return re.sub(r"'[^'\n]*'", "''", text)


def reason(spoken: Spoken) -> str:
    """The words of git that matter, on one line."""
    found = _REJECTED.search(spoken.output.decode("utf-8", "replace"))
    lines = [found["why"] or found["where"]] if found else []
    for line in spoken.errors.splitlines():
        told = re.sub(r"^(?:remote: *)?(?:(?:fatal|error|warning): *)?", "", line).strip()
        if told and not told.startswith(("To ", "hint:")) and "failed to push some refs" not in told:
            lines.append(told)
    return "; ".join(dict.fromkeys(lines)) or f"git ended with {spoken.code}"


def _of_rejection(where: str, why: str, errors: str) -> Answer:
    # What a hook or a rule says in its own words goes before anything that looks like a race.
    if _RULED.search(why) or _GITHUBS.search(errors):
        return Answer.NO_FORCE if _NO_FORCE_HERE.search(errors) else Answer.REFUSED
    if _IN_THE_WAY.search(f"{why}\n{errors}"):
        return Answer.REFUSED
    if _LOST.search(why):
        return Answer.LOST
    if _NO_FORCE.search(why):
        return Answer.NO_FORCE
    if where == "remote failure" or _TROUBLE.search(why):
        return Answer.UNKNOWN
    return Answer.REFUSED
