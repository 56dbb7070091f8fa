"""The part of scripts/record that runs within the new namespaces: `python -m recording.inside`."""

from __future__ import annotations

import sys
from pathlib import Path

from .recorder import RecordingError, install, record
from .scenario import FOLDER, Scenario, load_file


def find_scenario(name: str) -> Scenario:
    tool, _, rest = name.partition("/")
    return next(one for one in load_file(FOLDER / f"{tool}.yaml") if one.name == rest)


def main(action: str, name: str, target: str) -> int:
    scenario = find_scenario(name)
    try:
        if action == "install":
            install(scenario)
        else:
            record(scenario, Path(target))
    except RecordingError as problem:
        print(f"{name}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
