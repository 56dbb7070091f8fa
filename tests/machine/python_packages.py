"""Python packages made from nothing: wheels without a build, and archives that tell on who builds them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

WHEEL = "Wheel-Version: 1.0\nGenerator: made\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
BACKEND = """\
import pathlib
pathlib.Path({canary!r}).write_text("a build ran")

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    raise SystemExit("built")

prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
build_wheel = build_editable = build_sdist = prepare_metadata_for_build_wheel
"""


def make_wheel(folder: Path, name: str, version: str, requires: Sequence[str] = (), code: str = "") -> Path:
    """A wheel of one module; the same arguments give the same bytes."""
    stem = f"{name.replace('-', '_')}-{version}"
    files = {
        f"{name.replace('-', '_')}.py": f"version = {version!r}\n{code}",
        f"{stem}.dist-info/METADATA": metadata(name, version, requires),
        f"{stem}.dist-info/WHEEL": WHEEL,
    }
    rows = [f"{path},{record_hash(text)},{len(text.encode())}\n" for path, text in files.items()]
    files[f"{stem}.dist-info/RECORD"] = "".join(rows) + f"{stem}.dist-info/RECORD,,\n"
    made = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return made


def make_sdist(folder: Path, name: str, version: str, canary: Path) -> Path:
    """A source archive whose build, by whichever of the two ways, writes the canary."""
    stem = f"{name.replace('-', '_')}-{version}"
    files = {
        # No requirements in PKG-INFO, and an old version of it: a tool has to build to learn them.
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": BACKEND.format(canary=str(canary)),
        "setup.py": f"import pathlib\npathlib.Path({str(canary)!r}).write_text('setup.py ran')\n",
    }
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{stem}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    made = folder / f"{stem}.tar.gz"
    made.write_bytes(gzip.compress(plain.getvalue(), mtime=0))
    return made


def metadata(name: str, version: str, requires: Sequence[str]) -> str:
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.8\n"]
    return "".join(lines + [f"Requires-Dist: {each}\n" for each in requires])


def record_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
