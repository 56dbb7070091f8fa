"""A real npm registry on this machine: Verdaccio without uplinks, with packages that tests make."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import tarfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from machine.server_program import running
from machine.tools import find, want

_CONFIG = """\
storage: {folder}/storage
uplinks: {{}}
packages: {{'**': {{access: $all, publish: $all, unpublish: $all}}}}
log: {{type: file, path: {folder}/log, level: error}}
max_body_size: 20mb
web: {{enable: false}}
userRateLimit: {{windowMs: 1000, max: 100000}}
"""


class NpmRegistry(msgspec.Struct, frozen=True, kw_only=True):
    """A running registry; what is published is served at once."""

    address: str
    published: set[tuple[str, str]]

    def publish(
        self,
        name: str,
        version: str,
        dependencies: Mapping[str, str] = {},
        scripts: Mapping[str, str] = {},
        **more: object,
    ) -> None:
        """Publishes a package; one that is there already is left alone."""
        if (name, version) in self.published:
            return
        self.published.add((name, version))
        manifest = {
            "name": name,
            "version": version,
            "dependencies": dict(dependencies),
            "scripts": dict(scripts),
            **more,
        }
        archive = _archive(manifest)
        file = f"{name.rpartition('/')[2]}-{version}.tgz"
        dist = {
            "shasum": hashlib.sha1(archive).hexdigest(),
            "integrity": "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode(),
            "tarball": f"{self.address}/{name}/-/{file}",
        }
        attached = {
            "content_type": "application/octet-stream",
            "data": base64.b64encode(archive).decode(),
            "length": len(archive),
        }
        document = {
            "_id": name,
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version: {**manifest, "_id": f"{name}@{version}", "dist": dist}},
            "_attachments": {file: attached},
        }
        self._put(name, document)

    def _put(self, name: str, document: Mapping[str, object]) -> None:
        request = urllib.request.Request(
            f"{self.address}/{name.replace('/', '%2f')}",
            data=json.dumps(document).encode(),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            answer.read()


@contextmanager
def npm_registry(folder: Path) -> Iterator[NpmRegistry]:
    """Serves until the end of the block; skips the test where there is no Verdaccio."""
    want("verdaccio", "node")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(_CONFIG.format(folder=folder))
    program = [str(find("verdaccio")), "--config", f"{folder}/config.yaml", "--listen"]
    environment = {**os.environ, "HOME": str(folder), "NODE_ENV": "production"}
    with running(
        lambda port: [*program, f"127.0.0.1:{port}"], "/-/ping", folder / "output", environment
    ) as address:
        yield NpmRegistry(address=address, published=set())


def _archive(manifest: Mapping[str, object]) -> bytes:
    """A package without an owner, as `npm pack` would make it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=0) as archive:
        files = {"package/package.json": json.dumps(manifest), "package/index.js": "module.exports = 1;\n"}
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(text.encode()), 0o644
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()
