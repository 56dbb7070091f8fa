"""Git as we run it: no settings of others, no questions, and a token that nobody sees."""

from __future__ import annotations

import base64
import os
import stat
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from box.git_host import GitHost, Turned, Visitor

from remediate.errors import Unreachable
from remediate.state.branch import BranchStore, Habits
from remediate.system.clock import SystemClock
from remediate.system.git import Credentials, SystemGit, with_credentials

TOKEN = "ghs_canaryCANARYcanary0123456789"
ENCODED = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
POSIX = pytest.mark.skipif(
    sys.platform == "win32", reason="by nature: the stand-in for git is a shell script"
)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[GitHost]:
    """A host that lets in only who shows the token."""

    def guard(_: str, authorization: str | None, __: bool) -> Visitor | Turned:
        if authorization == f"Basic {ENCODED}":
            return Visitor(name="github-actions[bot]")
        return Turned(status=403 if authorization else 401, words=f"you are not {TOKEN} but {authorization}")

    with GitHost(tmp_path / "host", guard=guard) as host:
        host.create("octo/shop")
        yield host


def store(url: str, token: str, folder: Path, environment: dict[str, str] | None = None) -> BranchStore:
    plain, credentials = with_credentials(url, token)
    git = SystemGit(environment or dict(os.environ), credentials)
    return BranchStore(plain, git, SystemClock(), habits=Habits(folder=folder, wait=20))


def put(store: BranchStore) -> None:
    store.change("1", ["a.json"], lambda _: {"a.json": b'{"schema": "remediate/test/1"}'})


@POSIX
def test_a_token_stands_in_no_command_line_and_in_no_file(host: GitHost, tmp_path: Path) -> None:
    log, tools, kept = tmp_path / "calls", tmp_path / "tools", tmp_path / "kept"
    tools.mkdir()
    spy = tools / "git"
    path = os.environ["PATH"]
    spy.write_text(f'#!/bin/sh\necho "$@" >> {log}\nPATH={path} exec git "$@"\n')
    spy.chmod(spy.stat().st_mode | stat.S_IXUSR)
    one = store(host.url("octo/shop"), TOKEN, kept, {**os.environ, "PATH": f"{tools}:{path}"})
    put(one)
    assert one.read("a.json")["a.json"]
    calls = log.read_text()
    assert "push" in calls
    assert "fetch" in calls
    for found in (calls.encode(), *(each.read_bytes() for each in kept.rglob("*") if each.is_file())):
        assert TOKEN.encode() not in found
        assert ENCODED.encode() not in found


@pytest.mark.parametrize("token", ["wrong" + TOKEN, TOKEN[:-1]])
def test_a_wrong_token_is_told_at_once_and_not_shown(token: str, host: GitHost, tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as caught:
        put(store(host.url("octo/shop"), token, tmp_path / "kept"))
    told = f"{caught.value} {caught.value.hint}"
    assert "403" in told
    assert "contents: write" in told
    assert token not in told
    assert base64.b64encode(f"x-access-token:{token}".encode()).decode() not in told


def test_without_a_login_nobody_is_asked(host: GitHost, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"could not read Username|Authentication failed") as caught:
        put(store(host.url("octo/shop"), "", tmp_path / "kept", {**os.environ, "GIT_ASKPASS": "/bin/false"}))
    assert "log in" in caught.value.hint


def test_an_address_with_a_password_is_taken_apart(host: GitHost, tmp_path: Path) -> None:
    address = host.url("octo/shop").replace("http://", f"http://x-access-token:{TOKEN}@")
    plain, credentials = with_credentials(address)
    assert plain == host.url("octo/shop")
    assert credentials
    assert TOKEN not in repr(credentials)
    one = store(address, "", tmp_path / "kept")
    put(one)
    assert TOKEN not in one.place


@pytest.mark.parametrize(
    "address",
    ["git@git.example:octo/shop.git", "ssh://git@git.example/octo/shop", "/srv/shop.git", "https://"],
)
def test_other_addresses_stay_as_they_are(address: str) -> None:
    assert with_credentials(address, TOKEN) == (address, None)
    assert with_credentials("https://git.example/octo/shop") == ("https://git.example/octo/shop", None)


def test_settings_of_others_change_nothing(host: GitHost, tmp_path: Path) -> None:
    home = tmp_path / "home"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    for name in ("pre-push", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {home}/ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    (home / ".gitconfig").write_text(
        f'[core]\n\thooksPath = {hooks}\n[url "http://127.0.0.1:1/"]\n\tinsteadOf = {host.address}/\n'
        f'[credential]\n\thelper = "!touch {home}/helped"\n[http]\n\textraHeader = "X-Theirs: 1"\n'
    )
    theirs = {
        "HOME": str(home),
        "GIT_CONFIG_PARAMETERS": f"'core.hooksPath={hooks}'",
        "GIT_DIR": str(home),
        "GIT_SSH_COMMAND": f"touch {home}/ssh",
        "GIT_TRACE_CURL": str(home / "trace"),
        "GIT_PROXY_COMMAND": "false",
    }
    put(store(host.url("octo/shop"), TOKEN, tmp_path / "kept", {**os.environ, **theirs}))
    assert sorted(path.name for path in home.iterdir()) == [".gitconfig", "hooks"]


@POSIX
def test_a_person_keeps_their_settings_but_no_hooks(tmp_path: Path) -> None:
    home = tmp_path / "home"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "pre-push").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-push").chmod(0o755)
    with GitHost(tmp_path / "host") as host:
        host.create("octo/shop")
        (home / ".gitconfig").write_text(
            f'[core]\n\thooksPath = {hooks}\n[url "{host.address}/"]\n\tinsteadOf = "http://work.example/"\n'
        )
        one = store(
            "http://work.example/octo/shop.git", "", tmp_path / "kept", {**os.environ, "HOME": str(home)}
        )
        put(one)
        assert host.requests


def test_programs_in_an_address_are_not_run(tmp_path: Path) -> None:
    for address in (f"ext::touch {tmp_path}/ran", "fd::3"):
        for token in ("", TOKEN):
            with pytest.raises(Unreachable):
                put(store(address, token, tmp_path / "kept"))
    assert not (tmp_path / "ran").exists()


def test_a_token_is_not_taken_along_to_another_server(host: GitHost, tmp_path: Path) -> None:
    heard: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers.get("Authorization"))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Moved(Elsewhere):
        def do_GET(self) -> None:
            self.send_response(301)
            self.send_header("Location", f"http://localhost:{elsewhere.server_port}{self.path}")
            self.end_headers()

    elsewhere, moved = HTTPServer(("127.0.0.1", 0), Elsewhere), HTTPServer(("127.0.0.1", 0), Moved)
    for server in (elsewhere, moved):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(Unreachable) as caught:
            put(store(f"http://127.0.0.1:{moved.server_port}/octo/shop.git", TOKEN, tmp_path / "kept"))
    finally:
        for server in (elsewhere, moved):
            server.shutdown()
            server.server_close()
    assert heard == []
    assert "another address by now" in caught.value.hint


def test_git_that_is_missing_or_old_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="git is not installed"):
        put(store("http://127.0.0.1:1/x.git", TOKEN, tmp_path / "kept", {"PATH": str(tmp_path)}))
    if sys.platform == "win32":
        return
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)
    with pytest.raises(Unreachable, match=r"git 2\.30 is too old"):
        put(
            store(
                "http://127.0.0.1:1/x.git",
                TOKEN,
                tmp_path / "kept",
                {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
            )
        )


def test_git_that_hangs_is_killed(tmp_path: Path) -> None:
    said = SystemGit(os.environ, Credentials("https://git.example/", TOKEN)).run(
        *("-c", "alias.hang=!sleep 60 & sleep 60", "hang"), folder=tmp_path, timeout=0.3
    )
    assert said.code is None
    assert "0 seconds" in said.errors
