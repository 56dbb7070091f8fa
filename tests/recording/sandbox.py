"""A room of its own for each recording: a runner's folders, hosts and users in fresh Linux namespaces."""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

HOME = Path("/home/runner")
WORK = HOME / "work/demo/demo"
TEMP = HOME / "work/_temp"
TOOL = Path("/opt/tool")
SITE = Path("/srv/site")
PYTHON = Path("/opt/hostedtoolcache/Python") / "{}.{}.{}".format(*sys.version_info) / "x64"
RUST = Path("/opt/rust")
USER = 1001

HOSTS = """\
127.0.0.1 localhost runner-7
127.0.0.1 registry.example mirror.example selfsigned.example expired.example api.example git.example
127.0.0.2 down.example
127.0.0.3 silent.example
203.0.113.9 unreachable.example
"""


def cache_folder() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(root) / "remediate-record"


def tool_folder(tool: str, install: str) -> Path:
    digest = hashlib.sha256(install.encode()).hexdigest()[:12]
    return cache_folder() / "tools" / f"{tool}-{digest}"


def enter_command(*, network: bool) -> list[str]:
    """The prefix that runs a command in new namespaces; without root a user namespace is needed too."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    alone = [] if network else ["--net"]
    return ["nice", "unshare", "--mount", "--uts", "--pid", "--fork", "--mount-proc", *alone, *user]


def hold(path: Path) -> Path:
    """A name for a folder that still works when something else is mounted over its path."""
    return Path(f"/proc/{os.getpid()}/fd/{os.open(path, os.O_PATH)}")


def furnish(tool: Path, certificates: Path, *, network: bool) -> None:
    """Lay out the runner's file system over this process's own mount namespace."""
    python = Path(sys.base_prefix)
    parts = [(hold(tool), TOOL), (hold(python), PYTHON), (hold(_rust()), RUST)]
    for hidden in ("/home", "/opt", "/root", "/srv", "/tmp"):
        mount("-t", "tmpfs", "tmpfs", hidden)
        Path(hidden).chmod(0o755)
    if not python.exists():  # it looks for its own libraries there, and for what we import later
        parts.append((parts[1][0], python))
    Path("/tmp").chmod(0o1777)
    for source, place in parts:
        place.mkdir(parents=True)
        _show(source, place, writable=network)
    for folder in (WORK, TEMP, SITE):
        folder.mkdir(parents=True)
    if not network:
        _settle_names(certificates)
    for folder in (HOME, HOME / "work", HOME / "work/demo", WORK, TEMP):
        os.chown(folder, USER, USER)


def _show(source: Path, place: Path, *, writable: bool) -> None:
    """A tool may write where it lives, but what it writes is gone with the room."""
    if writable or place != TOOL:
        # as it stands: the canonical path of what is held is hidden by now
        mount("--no-canonicalize", "--bind", str(source), str(place))
        return
    layers = [Path("/srv/upper"), Path("/srv/layer")]
    for layer in layers:
        layer.mkdir(parents=True)
    options = f"lowerdir={source},upperdir={layers[0]},workdir={layers[1]}"
    mount("-t", "overlay", "overlay", "-o", options, str(place))


def _settle_names(certificates: Path) -> None:
    passwd = Path("/etc/passwd").read_text() + f"runner:x:{USER}:{USER}::/home/runner:/bin/bash\n"
    group = Path("/etc/group").read_text() + f"runner:x:{USER}:\n"
    trusted = Path("/etc/ssl/certs/ca-certificates.crt").read_text() + (certificates / "ca.crt").read_text()
    texts = {
        "/etc/hosts": HOSTS,
        "/etc/resolv.conf": "nameserver 127.0.0.1\n",
        "/etc/passwd": passwd,
        "/etc/group": group,
        "/etc/ssl/certs/ca-certificates.crt": trusted,
    }
    folder = Path("/srv/etc")
    folder.mkdir()
    for place, text in texts.items():
        source = folder / Path(place).name
        source.write_text(text)
        mount("--bind", str(source), place)
    socket.sethostname("runner-7")
    _raise_loopback()


def _raise_loopback() -> None:
    with socket.socket() as door:
        fcntl.ioctl(door, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running


def _rust() -> Path:
    found = Path("~/.rustup/toolchains/stable-x86_64-unknown-linux-gnu").expanduser()
    return found if found.exists() else Path("/usr/lib/rustlib")


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def environment(extra: dict[str, str]) -> dict[str, str]:
    paths = (TOOL / "bin", TOOL / "node_modules/.bin", PYTHON / "bin", RUST / "bin", HOME / ".local/bin")
    system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    trust = "/etc/ssl/certs/ca-certificates.crt"
    return {
        "PATH": ":".join([*map(str, paths), system]),
        "HOME": str(HOME),
        "USER": "runner",
        "LANG": "C.UTF-8",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(WORK),
        "GITHUB_REPOSITORY": "demo/demo",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": str(TEMP),
        "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",
        "TMPDIR": str(TEMP),
        "NODE_EXTRA_CA_CERTS": trust,
        "npm_config_registry": "https://registry.example/",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
        "npm_config_globalconfig": "/dev/null",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": "https://registry.example/simple",
        "PIP_CERT": trust,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "SSL_CERT_FILE": trust,
        "REQUESTS_CA_BUNDLE": trust,
        "CARGO_TERM_COLOR": "always",
        **extra,
    }


def user_prefix(user: str) -> list[str]:
    if user == "root":
        return []
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
