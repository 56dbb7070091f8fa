"""Stands before the command of a scenario: notes each try and what the files were when it ended.

Run by a script of the same name as the program, which is first on PATH; needs nothing but Python itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import socket
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
                path = f"{folder}/{name}"
                if not path.startswith(apart):
                    found[path] = digest_of(path)
    return found


def digest_of(name: str) -> str:
    path = Path(name)
    if path.is_symlink():
        return f"link {path.readlink()}"
    if not path.is_file():
        return "special"
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as problem:
        return f"unreadable: {problem.errno}"


def wait_for(port: int, *, refused: bool) -> None:
    """A port that refuses follows the tries with a delay."""
    until = time.monotonic() + 300
    while refuses(port) is not refused and time.monotonic() < until:
        time.sleep(0.01)


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=300).close()
    except ConnectionRefusedError:
        return True
    except OSError:  # it is being closed at this moment
        return False
    return False


def main(config: str, arguments: list[str]) -> int:
    told = json.loads(Path(config).read_text())
    command = [told["program"], *arguments]
    begins = Path(told["armed"]).exists() and str(Path.cwd()) == told["folder"]
    if not begins or arguments != told["arguments"]:
        os.execv(told["program"], command)
    with Path(told["tries"]).open("ab", buffering=0) as tries:
        tries.write(b"begun\n")
    number = Path(told["tries"]).stat().st_size // len("begun\n")
    if told["resolver"]:
        path, state = told["resolver"]
        Path(path).write_text(state if number == 1 else "up")
    begun = tree_of(*told["roots"], apart=tuple(told["apart"]))
    for port, tries in told["refusing"]:
        wait_for(int(port), refused=tries is None or number <= tries)
    memory = told["memory"]
    limit = (lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))) if memory else None
    code = subprocess.call(command, preexec_fn=limit)
    code = code if code >= 0 else 128 - code
    after = {"code": code, "begun": begun, "tree": tree_of(*told["roots"], apart=tuple(told["apart"]))}
    Path(f"{told['facts']}-{number}.json").write_text(json.dumps(after))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
