"""Plays a scenario on its stage: mounts its disk, prepares, runs the command, looks at the files again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from counted import tree_of

NOT_PREPARED = 97
COMMIT = """
commit() {
  git init -q . && printf 'node_modules\\n.venv\\nvendor\\n' > .git/info/exclude && git add . &&
    git -c user.name=Ada -c user.email=ada@demo.example commit -qm 'As it was'
}
"""


def main(config: str) -> int:
    told = json.loads(Path(config).read_text())
    os.chdir(told["folder"])
    if told["disk"]:
        mount(Path(told["disk"][0]), told["disk"][1])
        os.chdir(told["folder"])
    with Path(told["prepared"]).open("wb") as log:
        script = ["bash", "-euo", "pipefail", "-c", COMMIT + told["prepare"]]
        if subprocess.call(script, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL):
            return NOT_PREPARED
    Path(told["armed"]).touch()
    before = tree_of(*told["roots"], apart=tuple(told["apart"]))
    with Path(told["output"]).open("wb") as output:
        code = subprocess.call(
            told["command"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    after = tree_of(*told["roots"], apart=tuple(told["apart"]))
    Path(told["facts"] + "-end.json").write_text(json.dumps({"code": code, "before": before, "tree": after}))
    return 0


def mount(at: Path, size: str) -> None:
    """A small file system in the folder's place, with what the folder holds."""
    aside = at.with_name(f"{at.name}-aside")
    shutil.copytree(at, aside, symlinks=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", str(at)], check=True)
    shutil.copytree(aside, at, symlinks=True, dirs_exist_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
