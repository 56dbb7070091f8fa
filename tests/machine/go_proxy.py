"""A module proxy for Go: a folder as `GOPROXY` wants it, and the modules that the tests make."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec


class GoProxy(msgspec.Struct, frozen=True, kw_only=True):
    """What is added is there at once; names must be lower-case, for capitals are written otherwise."""

    folder: Path

    @property
    def address(self) -> str:
        """What `GOPROXY` is set to."""
        return self.folder.resolve().as_uri()

    def add(self, name: str, version: str, needs: Mapping[str, str] = {}, canary: Path | None = None) -> None:
        """Publishes a module; running or generating its code would write the canary."""
        manifest = f"module {name}\n\ngo 1.16\n" + "".join(
            f"\nrequire {need} {wish}\n" for need, wish in needs.items()
        )
        files = {"go.mod": manifest, "made.go": source(name, needs, canary)}
        place = self.folder / name / "@v"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{version}.mod").write_text(manifest)
        (place / f"{version}.info").write_text(
            json.dumps({"Version": version, "Time": "2024-01-01T00:00:00Z"})
        )
        (place / f"{version}.zip").write_bytes(make_archive(f"{name}@{version}", files))
        with (place / "list").open("a") as file:
            file.write(f"{version}\n")

    def clear(self) -> None:
        """Takes everything out again."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)


def source(name: str, needs: Mapping[str, str], canary: Path | None) -> str:
    """A package that imports what it needs."""
    lines = [f"package {name.rpartition('/')[2]}\n"]
    lines += [f'import _ "{need}"\n' for need in needs]
    if canary is not None:
        lines += ['import "os"\n', f"//go:generate touch {canary}\n"]
        lines += [f'func init() {{ os.WriteFile("{canary}", nil, 0o644) }}\n']
    return "\n".join(lines)


def make_archive(top: str, files: Mapping[str, str]) -> bytes:
    """A zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{top}/{path}", (2020, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()
