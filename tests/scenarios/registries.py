"""The registries behind the fault ports: one Verdaccio and one pypiserver for all scenarios of a process.

The others are folders of static files, as their tools want them, made for each scenario.
"""

from __future__ import annotations

import base64
import json
import tempfile
import threading
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from machine.upstream import Upstream, from_folder, from_repositories, from_server
from npm_registry import npm_registry
from python_index import python_index
from recording.packages import build_site
from scenarios.folders import build_composer, build_gems

Package = dict[str, Any]


class Registries:
    """Started when first asked for, ended with `close`; packages stay, so a version has one content."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="registries-")))
        self._ports: dict[str, int] = {}
        self._lock = threading.Lock()
        self._published: dict[tuple[str, str, str], str] = {}

    def close(self) -> None:
        self._stack.close()

    def upstream(self, kind: str, packages: list[Package], site: Path, address: str) -> Upstream:
        """What stands behind a port of this kind, with these packages in it."""
        with self._lock:
            if kind == "npm":
                return from_server(self._npm(packages))
            if kind == "python":
                return from_server(self._python(packages))
        if kind == "git":
            return from_repositories(site)
        if kind in {"cargo", "go"}:
            build_site({kind: packages}, site)
        if kind == "gems":
            build_gems(packages, site)
        if kind == "composer":
            build_composer(packages, site, address)
        if kind == "cargo":
            (site / "index/config.json").write_text(json.dumps({"dl": f"{address}/crates"}))
        return from_folder(site)

    def _npm(self, packages: list[Package]) -> int:
        if "npm" not in self._ports:
            registry = self._stack.enter_context(npm_registry(self._folder / "npm"))
            self._ports["npm"] = int(registry.address.rpartition(":")[2])
        for package in packages:
            if self._is_new("npm", package):
                _publish(self._ports["npm"], package)
        return self._ports["npm"]

    def _python(self, packages: list[Package]) -> int:
        folder = self._folder / "python" / "files"
        if "python" not in self._ports:
            index = self._stack.enter_context(python_index(folder))
            self._ports["python"] = int(index.address.rpartition(":")[2])
        for package in packages:
            if self._is_new("python", package):
                build_site({"python": [package]}, folder.parent)
        return self._ports["python"]

    def _is_new(self, kind: str, package: Package) -> bool:
        key = (kind, package["name"], package.get("version", "1.0.0"))
        content = json.dumps(package, sort_keys=True)
        if self._published.setdefault(key, content) != content:
            raise ValueError(f"{key} is published twice with different content: choose another version")
        return self._published[key] is content


def _publish(port: int, package: Package) -> None:
    """What `npm publish` sends."""
    with tempfile.TemporaryDirectory() as made:
        build_site({"npm": [package]}, Path(made))
        name = package["name"]
        document = json.loads((Path(made) / name / "index.html").read_text())
        ((version, manifest),) = document["versions"].items()
        path = manifest["dist"]["tarball"].partition(".example/")[2]
        archive = (Path(made) / path).read_bytes()
    tarball = f"{name}-{version}.tgz"
    manifest["dist"]["tarball"] = f"http://127.0.0.1:{port}/{name}/-/{tarball}"
    attachment = {
        "content_type": "application/octet-stream",
        "data": base64.b64encode(archive).decode(),
        "length": len(archive),
    }
    body = {"_id": name, **document, "_attachments": {tarball: attachment}}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/{name.replace('/', '%2f')}",
        data=json.dumps(body).encode(),
        method="PUT",
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20):
        pass
