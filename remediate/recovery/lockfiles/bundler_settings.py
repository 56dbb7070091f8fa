"""Which settings of a project Bundler is given: those that say where gems come from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from remediate.recovery.lockfiles.project_files import read_text

_KEPT = ("BUNDLE_MIRROR__", "BUNDLE_SSL_", "BUNDLE_FORCE_RUBY_PLATFORM", "BUNDLE_SPECIFIC_PLATFORM")


def kept_settings(folder: Path) -> dict[str, str]:
    """Of `.bundle/config`, mirrors, certificates and what each host asks for.

    They are given as variables: in its own file, `frozen` or `path` would win over all that we ask for.
    """
    try:
        found = yaml.safe_load(read_text(folder / ".bundle" / "config"))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str) and _is_kept(key)}


def _is_kept(key: object) -> bool:
    if not isinstance(key, str) or not key.startswith("BUNDLE_"):
        return False
    # Two underscores stand for a dot: a host and its credentials.
    return key.startswith(_KEPT) or ("__" in key and not key.startswith(("BUNDLE_BUILD__", "BUNDLE_LOCAL__")))


def hosts_of(addresses: Iterable[str]) -> frozenset[str]:
    """The hosts, with their ports, of those that are addresses."""
    return frozenset(host for each in addresses if (host := host_of(each)))


def host_of(address: str) -> str:
    """The host with its port, without credentials; empty where there is none."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
