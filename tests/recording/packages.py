"""Small registries built from a few words: npm, PyPI, Cargo and Go packages as static files."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Package = dict[str, Any]
URL = "https://registry.example"


def build_site(wanted: dict[str, list[Package]], site: Path) -> None:
    for kind, packages in wanted.items():
        for package in packages:
            files = {**package.get("files", {}), **_bulk(package.get("bulk", 0))}
            BUILDERS[kind]({"version": "1.0.0", **package, "files": files}, site)


def _bulk(size: int) -> dict[str, str]:
    """Something that does not compress, where a package has to be big."""
    return {"data.txt": random.Random(size).randbytes(size // 2).hex()} if size else {}


def build_npm(package: Package, site: Path) -> None:
    name, version = package["name"], package["version"]
    keys = ("name", "version", "dependencies", "peerDependencies", "scripts", "bin", "engines")
    manifest = {key: package[key] for key in keys if key in package}
    manifest.setdefault("main", "index.js")
    source = {"index.js": f"module.exports = '{name}';\n", **package["files"]}
    content = {"package/package.json": json.dumps(manifest), **_below("package", source)}
    archive = _tar(content)
    path = f"{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    manifest["dist"] = {
        "tarball": f"{package.get('url', URL)}/{path}",
        "shasum": hashlib.sha1(archive).hexdigest(),
        "integrity": "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode(),
    }
    _put(site / path, archive)
    index = site / name / "index.html"
    document = json.loads(index.read_text()) if index.exists() else {"name": name, "versions": {}}
    document["versions"][version] = manifest
    document["dist-tags"] = {"latest": version}
    _put(index, json.dumps(document).encode())


def build_python(package: Package, site: Path) -> None:
    name, version = package["name"], package["version"]
    stem = f"{name.replace('-', '_')}-{version}"
    requires = [f"Requires-Dist: {one}" for one in package.get("requires", ())]
    needs = [f"Requires-Python: {package['python']}"] if "python" in package else []
    metadata = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *needs, *requires])
    if "sdist" in package:
        content = _below(stem, {"PKG-INFO": metadata + "\n", **package["files"]})
        filename, archive = f"{stem}.tar.gz", _tar(content)
    else:
        filename, archive = f"{stem}-py3-none-any.whl", _wheel(stem, metadata, package["files"])
    _put(site / "files" / filename, archive)
    page = site / "simple" / name / "index.html"
    links = page.read_text() if page.exists() else "<!DOCTYPE html><html><body>\n"
    digest = hashlib.sha256(archive).hexdigest()
    gate = f' data-requires-python="{package["python"].replace(">", "&gt;")}"' if needs else ""
    links += f'<a href="/files/{filename}#sha256={digest}"{gate}>{filename}</a><br>\n'
    _put(page, links.encode())


def _wheel(stem: str, metadata: str, files: dict[str, str]) -> bytes:
    module = stem.partition("-")[0]
    content = {f"{module}/__init__.py": "", **files, f"{stem}.dist-info/METADATA": metadata + "\n"}
    content[f"{stem}.dist-info/WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = "".join(f"{path},,\n" for path in content) + f"{stem}.dist-info/RECORD,,\n"
    return _zip({**content, f"{stem}.dist-info/RECORD": record})


def build_cargo(package: Package, site: Path) -> None:
    name, version = package["name"], package["version"]
    wanted = package.get("dependencies", {})
    manifest = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n[dependencies]\n'
    manifest += "".join(f'{key} = "{value}"\n' for key, value in wanted.items())
    source = {"Cargo.toml": manifest, "src/lib.rs": "", **package["files"]}
    archive = _tar(_below(f"{name}-{version}", source))
    _put(site / "crates" / name / version / "download", archive)
    _put(site / "index" / "config.json", json.dumps({"dl": f"{URL}/crates"}).encode() + b"\n")
    shape = {"optional": False, "default_features": True, "features": [], "target": None, "kind": "normal"}
    entry = {
        "name": name,
        "vers": version,
        "deps": [{"name": key, "req": f"^{value}", **shape} for key, value in wanted.items()],
        "cksum": hashlib.sha256(archive).hexdigest(),
        "features": {},
        "yanked": package.get("yanked", False),
    }
    page = site / "index" / name[:2] / name[2:4] / name
    earlier = page.read_text() if page.exists() else ""
    _put(page, (earlier + json.dumps(entry) + "\n").encode())


def build_go(package: Package, site: Path) -> None:
    name, version = package["name"], package["version"]
    folder = site / "go" / name / "@v"
    module = f"module {name}\n\ngo 1.19\n"
    source = {"go.mod": module, **package["files"]}
    _put(
        folder / f"{version}.info", json.dumps({"Version": version, "Time": "2025-11-03T09:00:00Z"}).encode()
    )
    _put(folder / f"{version}.mod", module.encode())
    _put(folder / f"{version}.zip", _zip(_below(f"{name}@{version}", source)))
    _put(folder / "list", f"{version}\n".encode())


BUILDERS: dict[str, Callable[[Package, Path], None]] = {
    "npm": build_npm,
    "python": build_python,
    "cargo": build_cargo,
    "go": build_go,
}


def _below(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _tar(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text.encode()), 0o755
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def _zip(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()
