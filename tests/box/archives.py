"""Zip files of logs and artifacts, and the short-lived addresses from which they are downloaded."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .calls import Answer
from .runs import Attempt, Job

if TYPE_CHECKING:
    from .github import Box

VALID = 60.0
_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A zip with a fixed date, so that the same files give the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def run_archive(attempt: Attempt) -> bytes:
    """The logs of an attempt: `0_job.txt` for each job, `job/1_step.txt` for each step that has its own."""
    files: dict[str, bytes | str] = {}
    for at, job in enumerate(held for held in attempt.jobs if held.log is not None):
        name = _UNFIT.sub("", job.name)
        files[f"{at}_{name}.txt"] = job.log or b""
        files.update({f"{name}/{name_of}": log for name_of, log in _steps(job).items()})
    return zipped(files)


def _steps(job: Job) -> dict[str, bytes]:
    return {
        f"{step.number}_{_UNFIT.sub('', step.name)}.txt": step.log
        for step in job.steps
        if step.log is not None
    }


class Downloads:
    """Signed addresses on another host name than the API's, so that a token that travels along is seen."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._held: dict[str, tuple[bytes, str, float]] = {}

    def offer(self, kind: str, name: str, content: bytes, media: str) -> str:
        """An address that gives this content for a minute of box time."""
        signature = hashlib.sha256(f"{len(self._held)}:{kind}:{name}".encode()).hexdigest()[:24]
        path = f"/downloads/{kind}/{signature}/{name}"
        self._held[path] = (content, media, self._box.clock.now() + VALID)
        return f"http://localhost:{self._box.server.port}{path}?se={signature[:8]}&sig={signature[8:]}"

    def redirect(self, kind: str, name: str, content: bytes, media: str) -> Answer:
        return Answer(302, b"", {"Location": self.offer(kind, name, content, media)})

    def get(self, path: str, authorization: str | None, host: str) -> Answer:
        if authorization:
            self._box.faults.append(f"GET {path}: a token was sent to the storage behind a redirect")
        if host.startswith("127."):
            self._box.faults.append(f"GET {path}: asked of {host}, not of the host of the redirect")
        content, media, until = self._held.get(path, (b"", "", 0.0))
        if not media:
            return Answer(
                404, b"<?xml version='1.0'?><Error><Code>BlobNotFound</Code></Error>", media="application/xml"
            )
        if self._box.clock.now() > until:
            return Answer(
                403,
                b"<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code></Error>",
                media="application/xml",
            )
        return Answer(200, content, {"Content-Disposition": "attachment"}, media)
