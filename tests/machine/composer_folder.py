"""A registry for Composer on this machine: one `packages.json` and the archives that the tests make."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from served_folder import served

PAGE = "packages.json"


class ComposerFolder(msgspec.Struct, frozen=True, kw_only=True):
    """What is added is served at once."""

    address: str
    folder: Path

    def add(self, name: str, version: str, needs: Mapping[str, str] = {}, canary: Path | None = None) -> None:
        """Publishes a package; with a canary it is a plugin whose activation would write it."""
        about: dict[str, Any] = {"name": name, "version": version, "require": dict(needs)}
        files = {"src/made.php": "<?php\n"}
        if canary is not None:
            about |= {"type": "composer-plugin", "extra": {"class": "Made\\Plugin"}}
            about["require"]["composer-plugin-api"] = "^2.0"
            about["autoload"] = {"files": ["canary.php"], "classmap": ["src/"]}
            about["scripts"] = {"post-install-cmd": f"touch {canary}", "post-update-cmd": f"touch {canary}"}
            files["canary.php"] = f"<?php file_put_contents({str(canary)!r}, 'loaded');\n"
        archive = make_archive({"composer.json": json.dumps(about), **files})
        place = f"dist/{name.replace('/', '-')}-{version}.zip"
        (self.folder / "dist").mkdir(exist_ok=True)
        (self.folder / place).write_bytes(archive)
        digest = hashlib.sha1(archive, usedforsecurity=False).hexdigest()
        dist = {"type": "zip", "url": f"{self.address}/{place}", "shasum": digest}
        page = json.loads((self.folder / PAGE).read_text())
        page["packages"].setdefault(name, {})[version] = {**about, "dist": dist}
        (self.folder / PAGE).write_text(json.dumps(page))

    def clear(self) -> None:
        """Takes everything out again."""
        shutil.rmtree(self.folder)
        settle(self.folder)


def make_archive(files: Mapping[str, str]) -> bytes:
    """A zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def settle(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(json.dumps({"packages": {}}))


@contextmanager
def composer_folder(folder: Path) -> Iterator[ComposerFolder]:
    """Serves the folder until the end of the block."""
    settle(folder)
    with served(folder) as address:
        yield ComposerFolder(address=address, folder=folder)
