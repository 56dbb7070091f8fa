"""Keeps tokens from programs: which variables hold one, what a program may see, who may look into ours."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# What a job's environment calls a token of the platform, and what leads to one.
_NAMES = re.compile(
    r"(?:GITHUB|GH|GHE|GH_ENTERPRISE|GITHUB_ENTERPRISE|ACTIONS(?:_[A-Z_]+)?|INPUT|REMEDIATE|GITLAB|CI_JOB)[_-]"
    r"(?:[A-Z]+[_-])*TOKEN|ACTIONS_ID_TOKEN_REQUEST_URL|CI_JOB_JWT(?:_V2)?",
    re.IGNORECASE,
)
_VALUES = re.compile(
    r"\bgh[opsur]_[A-Za-z0-9_.-]{16,}|\bgithub_pat_[A-Za-z0-9_]{16,}|\bauthorization: ", re.IGNORECASE
)
# All that a package manager needs: nothing here may hold a secret.
_SEEN = frozenset(
    {
        *("PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "PATHEXT", "COMSPEC"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "PIP_CERT"),
        *("CURL_CA_BUNDLE", "CARGO_HTTP_CAINFO", "GOROOT", "JAVA_HOME", "RUSTUP_TOOLCHAIN"),
        # Where programs of the search path look for themselves.
        *("PYENV_ROOT", "RBENV_ROOT", "NODENV_ROOT", "ASDF_DIR", "ASDF_DATA_DIR", "VOLTA_HOME", "NVM_DIR"),
        *("RUNNER_OS", "RUNNER_ARCH", "RUNNER_TOOL_CACHE", "CI"),
    }
)
_NOT_DUMPABLE = 4  # PR_SET_DUMPABLE


def tokens_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of variables that hold a token of the platform, or lead to one."""
    return tuple(
        sorted(
            name
            for name, value in environment.items()
            if value and (_NAMES.fullmatch(name) or _VALUES.search(value))
        )
    )


def secluded(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """What a program sees that must find no secret: an own home, and of the rest what it cannot do without.

    A proxy's address is kept without the name and password that may stand in it.
    """
    kept = {
        name: _bare(value)
        for name, value in environment.items()
        if (name in _SEEN or name.startswith("LC_")) and not _VALUES.search(value)
    }
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), **_toolchains(environment)}


def hide_memory() -> bool:
    """Lets no other process of this user look into this one, its environment included; whether that is so.

    On Linux alone. Root, and whoever may trace every process, is not kept out.
    """
    if sys.platform != "linux":
        return False
    import ctypes  # noqa: PLC0415 - seldom needed

    return bool(ctypes.CDLL(None, use_errno=True).prctl(_NOT_DUMPABLE, 0, 0, 0, 0) == 0)


def _bare(value: str) -> str:
    return re.sub(r"(?<=://)[^/@\s]*@", "", value)


def _toolchains(environment: Mapping[str, str]) -> dict[str, str]:
    """Rustup keeps its compilers below the home folder that is seen no more; there is no secret in them."""
    place = environment.get("RUSTUP_HOME") or os.path.join(environment.get("HOME", ""), ".rustup")
    return {"RUSTUP_HOME": place} if os.path.isdir(place) else {}
