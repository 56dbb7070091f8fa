"""Stands before the command of a scenario: notes each try and what the files were when it ended.

Run by a script of the same name as the program, which is first on PATH; needs nothing but Python itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path


def tree_of(*roots: str, apart: tuple[str, ...] = ()) -> dict[str, str]:
    """Every file below the roots with its content's digest; links by what they point to."""
    found: dict[str, str] = {}
    for root in roots:
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                if not path.startswith(apart):
                    found[path] = digest_of(path)
    return found


def digest_of(path: str) -> str:
    if os.path.islink(path):
        return "link " + os.readlink(path)
    if not os.path.isfile(path):
        return "special"
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as problem:
        return f"unreadable: {problem.errno}"


def main(config: str, arguments: list[str]) -> int:
    told = json.loads(Path(config).read_text())
    command = [told["program"], *arguments]
    if not os.path.exists(told["armed"]) or arguments != told["arguments"] or os.getcwd() != told["folder"]:
        os.execv(told["program"], command)
    with open(told["tries"], "ab", buffering=0) as tries:
        tries.write(b"begun\n")
    number = os.path.getsize(told["tries"]) // len("begun\n")
    if told["resolver"]:
        path, state = told["resolver"]
        Path(path).write_text(state if number == 1 else "up")
    time.sleep(told["pause"])  # a port that refuses follows the tries with a delay
    memory = told["memory"]
    limit = (lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))) if memory else None
    code = subprocess.call(command, preexec_fn=limit)
    after = {"code": code, "tree": tree_of(*told["roots"], apart=tuple(told["apart"]))}
    Path(f"{told['facts']}-{number}.json").write_text(json.dumps(after))
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
