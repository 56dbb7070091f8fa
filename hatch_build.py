"""Puts into the wheel what is known when it is built: rules and patterns, compiled, and its commit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Ahead(BuildHookInterface[Any]):
    """The compiled patterns run only where they were built for, so the wheel says which platform that is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        import msgspec

        from remediate.diagnosis.knowledge import DATABASE, MARKS_DATABASE, TABLE, tabulate_all
        from remediate.rules.scanner import available_engine

        folder = Path(self.directory) / "ahead"
        folder.mkdir(parents=True, exist_ok=True)
        table = tabulate_all()
        ahead = {TABLE: msgspec.msgpack.encode(table)}
        if available_engine() == "hyperscan":
            from remediate.rules.database import build

            ahead[DATABASE] = build(table.patterns, table.asides)
            ahead[MARKS_DATABASE] = build(table.marks)
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
        for name, content in ahead.items():
            (folder / name).write_bytes(content)
            build_data["force_include"][str(folder / name)] = f"remediate/diagnosis/{name}"
        (folder / "COMMIT").write_text(_commit(self.root))
        build_data["force_include"][str(folder / "COMMIT")] = "remediate/COMMIT"


def _commit(root: str) -> str:
    """The commit that is built; empty where this folder is no checkout, whatever repository it lies in."""
    asked = ("git", "rev-parse", "--show-toplevel", "HEAD")
    try:
        told = subprocess.run(asked, cwd=root, capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    except OSError:
        return ""
    top, _, commit = told.stdout.strip().partition("\n")
    return commit if told.returncode == 0 and Path(top).resolve() == Path(root).resolve() else ""
