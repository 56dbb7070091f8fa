"""A registry for Cargo on this machine: a sparse index and the packages that the tests make."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from served_folder import served

BUILD = 'fn main() {{ std::fs::write({canary!r}, "built").unwrap(); }}\n'


class CargoRegistry(msgspec.Struct, frozen=True, kw_only=True):
    """What is added is served at once."""

    address: str
    folder: Path

    @property
    def index(self) -> str:
        """What a project's settings name."""
        return f"sparse+{self.address}/index/"

    def add(self, name: str, version: str, needs: Mapping[str, str] = {}, canary: Path | None = None) -> None:
        """Publishes a package; its build, if it ever ran, would write the canary."""
        archive = make_crate(name, version, needs, canary)
        place = self.folder / "crates" / name / version / "download"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(archive)
        shape = {
            "optional": False,
            "default_features": True,
            "features": [],
            "target": None,
            "kind": "normal",
        }
        entry = {
            "name": name,
            "vers": version,
            "deps": [{"name": need, "req": f"^{wish}", **shape} for need, wish in needs.items()],
            "cksum": hashlib.sha256(archive).hexdigest(),
            "features": {},
            "yanked": False,
        }
        page = self.folder / "index" / shelf(name) / name
        page.parent.mkdir(parents=True, exist_ok=True)
        with page.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def clear(self) -> None:
        """Takes everything out again."""
        shutil.rmtree(self.folder)
        settle(self.folder, self.address)


def shelf(name: str) -> str:
    """The folder of the index that the name belongs in."""
    if len(name) <= 2:
        return str(len(name))
    return f"3/{name[0]}" if len(name) == 3 else f"{name[:2]}/{name[2:4]}"


def make_crate(name: str, version: str, needs: Mapping[str, str], canary: Path | None) -> bytes:
    """The archive; the same arguments give the same bytes."""
    manifest = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n[dependencies]\n'
    files = {"Cargo.toml": manifest + "".join(f'{need} = "{wish}"\n' for need, wish in needs.items())}
    files["src/lib.rs"] = ""
    if canary is not None:
        files["build.rs"] = BUILD.format(canary=str(canary)).replace("'", '"')
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size, entry.mode = len(text.encode()), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(buffer.getvalue(), mtime=0)


def settle(folder: Path, address: str) -> None:
    (folder / "index").mkdir(parents=True, exist_ok=True)
    (folder / "index" / "config.json").write_text(json.dumps({"dl": f"{address}/crates"}))


@contextmanager
def cargo_registry(folder: Path) -> Iterator[CargoRegistry]:
    """Serves the folder until the end of the block."""
    with served(folder) as address:
        settle(folder, address)
        yield CargoRegistry(address=address, folder=folder)
