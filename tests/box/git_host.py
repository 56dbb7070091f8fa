"""Real git over smart HTTP: `git http-backend` behind a threaded server, alone or as a part of the box."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from . import push_rules
from .git_breakage import Mischief, When
from .git_run import ROUND, as_environment, clean_environment, git
from .git_visitors import Guard, Judge, Pushed, Turned, Visitor, anybody
from .git_wire import GitDoor, Threads, commands, hang_up, receive

__all__ = ["GitHost", "Turned", "Visitor"]
PLACE = re.compile(
    r"^/(?P<repo>[\w.-]+/[\w.-]+?)(?:\.git)?/(?P<rest>info/refs|git-upload-pack|git-receive-pack)$"
)


class GitHost:
    """Bare repositories below a folder, at `address/OWNER/NAME.git` while it is used as a context."""

    def __init__(
        self,
        folder: Path,
        *,
        repositories: Path | None = None,
        guard: Guard = anybody,
        judge: Judge | None = None,
        pushed: Pushed | None = None,
    ) -> None:
        self.folder, self.guard, self.judge, self.pushed = folder, guard, judge, pushed
        self.repositories = repositories or folder / "repositories"
        self.hooks = folder / "hooks"
        self.mischief = Mischief()
        self.address = ""
        self.requests: list[tuple[str, str, int]] = []
        self._write_hooks()

    def _write_hooks(self) -> None:
        self.repositories.mkdir(parents=True, exist_ok=True)
        self.hooks.mkdir(parents=True, exist_ok=True)
        python, program = shlex.quote(sys.executable), shlex.quote(str(Path(push_rules.__file__).resolve()))
        for name, line in (
            ("proc-receive", f"exec {python} -I -S {program}"),
            ("post-receive", 'test -z "$BOX_UPDATES" || cat >> "$BOX_UPDATES"'),
        ):
            hook = self.hooks / name
            hook.write_text(f"#!/bin/sh\n{line}\n")
            hook.chmod(0o755)

    def __enter__(self) -> GitHost:
        host = self

        class Door(GitDoor):
            def reply(self) -> None:
                if not host.serve(self):
                    self.send_error(404)

        self._server = Threads(("127.0.0.1", 0), Door)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def create(self, repo: str, *, default_branch: str = "main") -> Path:
        """A new bare repository."""
        place = self.path(repo)
        place.parent.mkdir(parents=True, exist_ok=True)
        git(place.parent, "init", "-q", "--bare", f"--initial-branch={default_branch}", place.name)
        return place

    def path(self, repo: str) -> Path:
        """Where the bare repository of `OWNER/NAME` is."""
        return self.repositories / f"{repo}.git"

    def url(self, repo: str) -> str:
        """What to clone."""
        return f"{self.address}/{repo}.git"

    def protect(
        self,
        repo: str,
        pattern: str,
        *lines: str,
        ruleset: bool = False,
        allowed: Sequence[str] = (),
        force: bool = False,
        deletions: bool = False,
        creations_only: bool = False,
    ) -> None:
        """Protects branches by pattern; the lines are what a push is told, with none it may add commits."""
        place = self.path(repo) / push_rules.RULES
        rules = json.loads(place.read_text()) if place.is_file() else {}
        options = {
            "ruleset": ruleset,
            "force": force,
            "deletions": deletions,
            "creations_only": creations_only,
        }
        rules[pattern] = {"lines": list(lines), "allowed": list(allowed), **options}
        place.write_text(json.dumps(rules))

    def unprotect(self, repo: str, pattern: str) -> None:
        """Takes a protection away."""
        place = self.path(repo) / push_rules.RULES
        rules = json.loads(place.read_text())
        del rules[pattern]
        place.write_text(json.dumps(rules))

    def serve(self, door: BaseHTTPRequestHandler) -> bool:
        """Answers a request that is git's; False says that it is none."""
        split = urlsplit(door.path)
        found = PLACE.match(unquote(split.path))
        if not found:
            return False
        repo, rest = found["repo"], found["rest"]
        service = rest if rest != "info/refs" else split.query.removeprefix("service=")
        writes = service == "git-receive-pack"
        visitor = self.guard(repo, door.headers.get("Authorization"), writes)
        if isinstance(visitor, Visitor) and not self.path(repo).is_dir():
            visitor = Turned(status=404, words="Repository not found.")
        probe = door.headers.get("Content-Length") == "4"
        mischief = None if rest == "info/refs" or probe else self.mischief.take(service, repo)
        with tempfile.TemporaryFile(dir=self.folder) as body:
            if not receive(door, body, broken=mischief == "during") or mischief == "before":
                hang_up(door)
            elif isinstance(visitor, Turned):
                self._turn(door, visitor)
            else:
                self._exchange(door, repo, rest, visitor=visitor, body=body, mischief=mischief)
        return True

    def _turn(self, door: BaseHTTPRequestHandler, turned: Turned) -> None:
        words = turned.words.encode()
        self.requests.append((door.command, door.path, turned.status))
        door.send_response(turned.status)
        if turned.status == 401:
            door.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
        door.send_header("Content-Type", "text/plain; charset=UTF-8")
        door.send_header("Content-Length", str(len(words)))
        door.end_headers()
        door.wfile.write(words)

    def _exchange(
        self,
        door: BaseHTTPRequestHandler,
        repo: str,
        rest: str,
        *,
        visitor: Visitor,
        body: IO[bytes],
        mischief: When | None,
    ) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder) as updates:
            environment = self._environment(door, repo, rest, visitor)
            if self.judge and rest == "git-receive-pack":
                verdicts = self.judge(repo, commands(body), visitor)
                environment["BOX_VERDICTS"] = json.dumps(verdicts)
            if self.pushed:
                environment["BOX_UPDATES"] = updates.name
            with subprocess.Popen(
                ["git", "http-backend"],
                env=environment,
                stdin=body,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            ) as backend:
                assert backend.stdout
                answer = backend.stdout.read()
            lines = Path(updates.name).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        if self.pushed and lines:
            self.pushed(repo, [tuple(line.split(" ", 2)) for line in lines], visitor)  # type: ignore[misc]
        if mischief == "after":
            hang_up(door)
        else:
            self._answer(door, answer, cut=mischief == "answer")

    def _answer(self, door: BaseHTTPRequestHandler, answer: bytes, *, cut: bool) -> None:
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self.requests.append((door.command, door.path, status))
        door.send_response(status)
        for name, value in headers:
            if name not in {"Status", "Content-Length"}:
                door.send_header(name, value)
        if self.mischief.cuts:  # on a connection that is used again, curl repeats by itself
            door.send_header("Connection", "close")
        door.send_header("Content-Length", str(len(content)))
        door.end_headers()
        door.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            hang_up(door)

    def _environment(
        self, door: BaseHTTPRequestHandler, repo: str, rest: str, visitor: Visitor
    ) -> dict[str, str]:
        headers = door.headers
        held = (self.path(repo) / push_rules.RULES).is_file()
        ruled = bool(visitor.no_workflows) or held or self.judge is not None
        hooked = ruled or self.pushed is not None
        settings = {
            **ROUND,
            **({"core.hooksPath": str(self.hooks)} if hooked else {}),
            **({"receive.procReceiveRefs": "refs/"} if ruled else {}),
        }
        return {
            **clean_environment(),
            **as_environment(settings),
            "GIT_PROJECT_ROOT": str(self.repositories),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": f"/{repo}.git/{rest}",
            "QUERY_STRING": urlsplit(door.path).query,
            "REQUEST_METHOD": door.command,
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": headers.get("Git-Protocol", ""),
            "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
            "REMOTE_USER": visitor.name,
            "REMOTE_ADDR": "127.0.0.1",
            "GIT_COMMITTER_NAME": visitor.name,
            "GIT_COMMITTER_EMAIL": "noreply@box.example",
            "BOX_VISITOR": visitor.name,
            "BOX_NO_WORKFLOWS": visitor.no_workflows,
        }
