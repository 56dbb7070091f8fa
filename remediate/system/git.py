"""Runs git without questions, hooks and settings of others; a token reaches it through memory alone."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from remediate.errors import Unreachable
from remediate.ports import Spoken

# All that git and what it starts may see where a token of ours is used.
_NEEDED = (
    "PATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
# What of git's own variables a person at a desk may have set for a reason.
_PERSONAL = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_CONFIG_GLOBAL")
_FIXED = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    # An empty one: git asks no program for a password either.
    "GIT_ASKPASS": "",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_DEFAULT_REF_FORMAT": "files",
}
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "push.gpgSign": "false",
    "push.followTags": "false",
    "submodule.recurse": "false",
    "protocol.version": "2",
    # A server that stalls is as good as one that is gone.
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "30",
}


class Credentials:
    """A token, and the server that it is for; `user` is whose it is to git's mind."""

    def __init__(self, server: str, token: str, user: str = "x-access-token") -> None:
        self.server, self.token = server, token
        self.encoded = base64.b64encode(f"{user}:{token}".encode()).decode()

    def __repr__(self) -> str:
        return f"Credentials({self.server!r}, …)"


class SystemGit:
    """Implements `ports.Git`. Without credentials it is a person's: their settings tell how to log in."""

    def __init__(self, environment: Mapping[str, str], credentials: Credentials | None = None) -> None:
        self._credentials = credentials
        self._environment = _closed(environment, credentials) if credentials else _personal(environment)

    def run(self, *words: str, folder: Path, data: bytes = b"", timeout: float = 60.0) -> Spoken:
        """At the timeout git and all that it started are killed."""
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and the words are ours
                ["git", *words],  # noqa: S607 - as the user's shell finds it
                cwd=folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=sys.platform != "win32",
            )
        except FileNotFoundError:
            raise Unreachable("git is not installed", hint="Install git 2.32 or newer.") from None
        try:
            output, errors = process.communicate(data, timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            return Spoken(code=None, output=b"", errors=f"git took more than {timeout:.0f} seconds")
        except BaseException:
            _kill(process)
            raise
        return Spoken(code=process.returncode, output=output, errors=self._clean(errors))

    def _clean(self, errors: bytes) -> str:
        text = errors.decode("utf-8", "replace")
        if self._credentials is None:
            return text
        for secret in (self._credentials.token, self._credentials.encoded):
            text = text.replace(secret, "***") if secret else text
        return text


def with_credentials(address: str, token: str = "") -> tuple[str, Credentials | None]:
    """The address without what it says of a user, and the credentials that were in it or are given."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return address, None
    host = parts.netloc.rpartition("@")[2]
    plain = urlunsplit(parts._replace(netloc=host))
    server = f"{parts.scheme}://{host}/"
    if token:
        return plain, Credentials(server, token)
    if parts.password:
        return plain, Credentials(server, unquote(parts.password), unquote(parts.username or ""))
    if parts.username and "@" in parts.netloc:
        return plain, Credentials(server, unquote(parts.username))
    return plain, None


def _closed(environment: Mapping[str, str], credentials: Credentials) -> dict[str, str]:
    settings = {
        **_SETTINGS,
        "credential.helper": "",
        # On its way to another server the token would go along.
        "http.followRedirects": "false",
        f"http.{credentials.server}.extraHeader": f"Authorization: Basic {credentials.encoded}",
    }
    return {
        **{name: environment[name] for name in _NEEDED if name in environment},
        **_FIXED,
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "https:http",
        **_as_variables(settings),
    }


def _personal(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        **{
            name: value
            for name, value in environment.items()
            if not name.startswith("GIT_") or name in _PERSONAL
        },
        **_FIXED,
        "GIT_ALLOW_PROTOCOL": "https:http:ssh:file",
        **_as_variables(_SETTINGS),
    }


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    named = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        named |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return named


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    _drain(process)


def _drain(process: subprocess.Popen[bytes]) -> None:
    streams: Sequence[object] = (process.stdin, process.stdout, process.stderr)
    for stream in streams:
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()  # type: ignore[attr-defined]
    process.wait()
