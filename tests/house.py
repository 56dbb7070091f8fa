"""This project as other repositories use it: workflow and actions, and the command that is tested."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from box import Box
from running import COMMAND, ROOT, WHEEL

WATCHING = """\
name: Remediate
on:
  workflow_run: {workflows: [CI], types: [completed]}
  schedule: [{cron: "7,22,37,52 * * * *"}]
  issue_comment: {types: [created]}
  workflow_dispatch:
    inputs:
      dry-run: {type: boolean, default: false}
permissions: {}
jobs:
  heal:
    permissions:
      actions: write
      checks: read
      contents: write
      issues: write
      pull-requests: write
    uses: remediate/remediate/.github/workflows/heal.yml@main
    with:
      dry-run: ${{ inputs.dry-run || false }}
"""
SETUP = """\
#!/bin/sh
set -eu
cd "$(dirname "$0")/.." && mkdir -p .work/run/bin
cat > .work/run/bin/remediate <<'END'
#!/bin/sh
LIBRARY
exec COMMAND "$@"
END
chmod +x .work/run/bin/remediate
"""


def move_in(box: Box, folder: Path) -> None:
    """Lets workflows of the box use `remediate/remediate`, at any ref."""
    house = folder / "house"
    shutil.copytree(ROOT / "actions", house / "actions")
    shutil.copytree(ROOT / ".github" / "workflows", house / ".github" / "workflows")
    setup = house / "scripts" / "setup"
    setup.parent.mkdir()
    library = "" if WHEEL else f"export PYTHONPATH={shlex.quote(str(ROOT))}"
    setup.write_text(SETUP.replace("LIBRARY", library).replace("COMMAND", shlex.join(COMMAND)))
    setup.chmod(0o755)
    box.life.actions["remediate/remediate"] = house
