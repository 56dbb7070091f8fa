"""A gem server on this machine: the index as text files, and the gems that the tests make."""

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

SPECIFICATION = """\
--- !ruby/object:Gem::Specification
name: {name}
version: !ruby/object:Gem::Version
  version: {version}
platform: ruby
authors:
- made
autorequire:
bindir: bin
cert_chain: []
date: 2024-01-01 00:00:00.000000000 Z
dependencies: {dependencies}
description:
email:
executables: []
extensions: {extensions}
extra_rdoc_files: []
files:
- lib/{name}.rb
homepage:
licenses: []
metadata: {{}}
post_install_message:
rdoc_options: []
require_paths:
- lib
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
requirements: []
rubygems_version: 3.3.15
signing_key:
specification_version: 4
summary: made
test_files: []
"""
DEPENDENCY = """
- !ruby/object:Gem::Dependency
  name: {name}
  requirement: !ruby/object:Gem::Requirement
    requirements:
    - - "{sign}"
      - !ruby/object:Gem::Version
        version: '{version}'
  type: :runtime
  prerelease: false
  version_requirements: !ruby/object:Gem::Requirement
    requirements:
    - - "{sign}"
      - !ruby/object:Gem::Version
        version: '{version}'"""


class GemFolder(msgspec.Struct, frozen=True, kw_only=True):
    """What is added is served at once."""

    address: str
    folder: Path

    def add(self, name: str, version: str, needs: Mapping[str, str] = {}, canary: Path | None = None) -> None:
        """Publishes a gem; needs are worded `~> 1.0`; building its extension would write the canary."""
        gem = make_gem(name, version, needs, canary)
        (self.folder / "gems").mkdir(exist_ok=True)
        (self.folder / "gems" / f"{name}-{version}.gem").write_bytes(gem)
        joined = ",".join(f"{need}:{wish}" for need, wish in needs.items())
        digest = hashlib.sha256(gem).hexdigest()
        page = self.folder / "info" / name
        earlier = page.read_text() if page.exists() else "---\n"
        page.write_text(f"{earlier}{version} {joined}|checksum:{digest},ruby:>= 0,rubygems:>= 0\n")
        self.list_versions()

    def list_versions(self) -> None:
        """Writes the page that names all gems, each with the digest of its own page."""
        lines = ["created_at: 2024-01-01T00:00:00Z", "---"]
        for page in sorted((self.folder / "info").iterdir()):
            text = page.read_bytes()
            versions = ",".join(line.split(b" ")[0].decode() for line in text.splitlines()[1:])
            lines.append(f"{page.name} {versions} {hashlib.md5(text, usedforsecurity=False).hexdigest()}")
        (self.folder / "versions").write_text("\n".join(lines) + "\n")
        (self.folder / "names").write_text("---\n" + "".join(f"{each.split()[0]}\n" for each in lines[2:]))

    def clear(self) -> None:
        """Takes everything out again."""
        shutil.rmtree(self.folder)
        settle(self)


def make_gem(name: str, version: str, needs: Mapping[str, str], canary: Path | None) -> bytes:
    """The archive; the same arguments give the same bytes."""
    wishes = [
        DEPENDENCY.format(name=need, sign=wish.split()[0], version=wish.split()[1])
        for need, wish in needs.items()
    ]
    specification = SPECIFICATION.format(
        name=name,
        version=version,
        dependencies="".join(wishes) or "[]",
        extensions="\n- ext/extconf.rb" if canary else "[]",
    )
    files = {f"lib/{name}.rb": "# made\n"}
    if canary is not None:
        files["ext/extconf.rb"] = f"File.write({json.dumps(str(canary))}, 'built')\n"
    parts = {
        "metadata.gz": gzip.compress(specification.encode(), mtime=0),
        "data.tar.gz": gzip.compress(
            make_tar({path: text.encode() for path, text in files.items()}), mtime=0
        ),
    }
    return make_tar(parts)


def make_tar(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def settle(gems: GemFolder) -> None:
    (gems.folder / "info").mkdir(parents=True, exist_ok=True)
    gems.list_versions()


@contextmanager
def gem_folder(folder: Path) -> Iterator[GemFolder]:
    """Serves the folder until the end of the block."""
    with served(folder) as address:
        gems = GemFolder(address=address, folder=folder)
        settle(gems)
        yield gems
