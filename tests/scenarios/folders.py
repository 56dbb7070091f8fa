"""Gems and Composer packages as the static files of a server, made from a name and a version."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

Package = dict[str, Any]

GEM = """\
--- !ruby/object:Gem::Specification
name: {name}
version: !ruby/object:Gem::Version
  version: {version}
platform: ruby
authors: [Ada]
bindir: bin
cert_chain: []
date: 2025-11-03 00:00:00.000000000 Z
dependencies: []
executables: []
extensions: []
extra_rdoc_files: []
files: [lib/{name}.rb]
licenses: [MIT]
metadata: {{}}
rdoc_options: []
require_paths: [lib]
required_ruby_version: &any !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
required_rubygems_version: *any
requirements: []
rubygems_version: 3.3.5
specification_version: 4
summary: made for a test
test_files: []
"""


def build_gems(packages: list[Package], site: Path) -> None:
    """A gem server's compact index, and its gems."""
    listed = ["created_at: 2025-11-03T00:00:00Z", "---"]
    for package in packages:
        name, version = package["name"], package["version"]
        gem = _gem(name, version)
        _put(site / "gems" / f"{name}-{version}.gem", gem)
        info = f"---\n{version} |checksum:{hashlib.sha256(gem).hexdigest()}\n".encode()
        _put(site / "info" / name, info)
        listed.append(f"{name} {version} {hashlib.md5(info).hexdigest()}")
    _put(site / "versions", "\n".join([*listed, ""]).encode())


def build_composer(packages: list[Package], site: Path, address: str) -> None:
    """A Composer repository in one file, and its archives."""
    listed: dict[str, dict[str, Any]] = {}
    for package in packages:
        name, version = package["name"], package["version"]
        manifest = {"name": name, "version": version, "type": "library"}
        archive = _zip({"composer.json": json.dumps(manifest)})
        path = f"{name.replace('/', '-')}-{version}.zip"
        _put(site / path, archive)
        dist = {"type": "zip", "url": f"{address}/{path}", "shasum": hashlib.sha1(archive).hexdigest()}
        listed.setdefault(name, {})[version] = {**manifest, "dist": dist}
    _put(site / "packages.json", json.dumps({"packages": listed}).encode())


def _gem(name: str, version: str) -> bytes:
    data = gzip.compress(
        _tar({f"lib/{name}.rb": f"module {name.title().replace('_', '')}; end\n".encode()}), mtime=0
    )
    metadata = gzip.compress(GEM.format(name=name, version=version).encode(), mtime=0)
    return _tar({"metadata.gz": metadata, "data.tar.gz": data})


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _zip(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
