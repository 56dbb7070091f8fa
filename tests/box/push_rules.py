"""What GitHub refuses of a push: git's proc-receive hook, for only it can word a refusal of its own.

It runs as a program beside `git receive-pack`, so it imports nothing of the box.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

NOTHING = "0" * 40
DECLINED = "protected branch hook declined"
RULES = "box-protected.json"

Update = tuple[str, str, str]
Verdict = dict[str, str]


def packets(stream: IO[bytes]) -> Iterator[bytes]:
    """The pkt-lines up to the next flush."""
    while size := int(stream.read(4) or b"0000", 16):
        yield stream.read(size - 4)


def send(stream: IO[bytes], *lines: str) -> None:
    """Writes pkt-lines and a flush."""
    for line in lines:
        stream.write(f"{len(line.encode()) + 4:04x}".encode() + line.encode())
    stream.write(b"0000")
    stream.flush()


def git(*words: str) -> str:
    """What git says in the repository that is pushed to."""
    done = subprocess.run(["git", *words], stdout=subprocess.PIPE, check=False, encoding="utf-8")
    return done.stdout.strip()


def forced(update: Update) -> bool:
    """Whether the update would lose commits."""
    old, new, _ = update
    if NOTHING in {old, new}:
        return False
    done = subprocess.run(["git", "merge-base", "--is-ancestor", old, new], check=False)
    return done.returncode != 0


def rule_lines(rule: Mapping[str, object], update: Update) -> list[str]:
    """What the branch's rule holds against the update."""
    old, new, _ = update
    if new == NOTHING:
        return [] if rule.get("deletions") else ["Cannot delete this protected branch"]
    if rule.get("creations_only") and old == NOTHING:
        return []
    if forced(update) and not rule.get("force"):
        return ["Cannot force-push to this branch"]
    lines = rule.get("lines")
    return [str(line) for line in lines] if isinstance(lines, list) else []


def protection(update: Update, rules: Mapping[str, Mapping[str, object]], visitor: str) -> str | None:
    """The reason by which a protected branch refuses; GitHub's lines go to standard error."""
    branch = update[2].removeprefix("refs/heads/")
    for pattern, rule in rules.items():
        allowed = rule.get("allowed")
        if not fnmatchcase(branch, pattern) or (isinstance(allowed, list) and visitor in allowed):
            continue
        lines = rule_lines(rule, update)
        if lines and rule.get("ruleset"):
            said = [f"error: GH013: Repository rule violations found for {update[2]}.", ""]
            sys.stderr.write("\n".join([*said, *(f"- {line}" for line in lines)]) + "\n")
            return "push declined due to repository rule violations"
        if lines:
            said = [f"error: GH006: Protected branch update failed for {update[2]}."]
            sys.stderr.write("\n".join([*said, *(f"error: {line}" for line in lines)]) + "\n")
            return DECLINED
    return None


def workflows(update: Update, words: str) -> str | None:
    """The reason by which a token without `workflows` may not push a commit that touches a workflow."""
    if update[1] == NOTHING or not words:
        return None
    fresh = ("log", "-m", "--format=", "--name-only", update[1], "--not", "--all")
    touched = git(*fresh, "--", ".github/workflows").split("\n")[0]
    return words.replace("PATH", f"`{touched}`") if touched else None


def verdict(update: Update) -> str | None:
    """The box's own reason to refuse the update: it has words for a plain and for a forced push."""
    known: dict[str, Verdict] = json.loads(os.environ.get("BOX_VERDICTS", "{}"))
    words = known.get(update[2], {}).get("forced" if forced(update) else "plain")
    if words:
        sys.stderr.write(f"{words}\n")
        return "push declined due to repository rule violations" if "GH013" in words else DECLINED
    return None


def judge(update: Update) -> str | None:
    """Why the update is refused."""
    if said := verdict(update):
        return said
    found = Path(RULES)
    rules = json.loads(found.read_text()) if found.is_file() else {}
    no_workflows = os.environ.get("BOX_NO_WORKFLOWS", "")
    return protection(update, rules, os.environ.get("BOX_VISITOR", "")) or workflows(update, no_workflows)


def main() -> None:
    """Speaks git's protocol: which updates receive-pack shall do, and which are refused with which words."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    atomic = any(b"atomic" in line for line in packets(source))
    send(sink, "version=1\0atomic")
    updates: list[Update] = []
    for line in packets(source):
        old, new, ref = line.decode().rstrip("\n").split(" ", 2)
        updates.append((old, new, ref))
    refused = {update[2]: judge(update) for update in updates}
    broken = atomic and any(refused.values())
    answers: list[str] = []
    for _, _, ref in updates:
        reason = refused[ref] or ("atomic transaction failed" if broken else None)
        answers += [f"ng {ref} {reason}"] if reason else [f"ok {ref}", "option fall-through"]
    send(sink, *answers)


if __name__ == "__main__":
    main()
