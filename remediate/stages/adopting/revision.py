"""Finds out which commit of Remediate is running, so that a workflow can call the very same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from remediate.errors import UsageProblem
from remediate.ports import Finished, Processes

_HASH = r"[0-9a-f]{40}"
_OURS = (".github/workflows/heal.yml", "actions/initialize/action.yml")


class _Vcs(msgspec.Struct):
    commit_id: str = ""


class _Origin(msgspec.Struct):
    vcs_info: _Vcs | None = None


def revision(
    given: str, package: Path, processes: Processes, environment: Mapping[str, str], origin: str = ""
) -> str:
    """The full hash that was given, else that of the commit which this package came from.

    `origin` is what the installer noted about it (`direct_url.json`). `package` lies in a checkout, or comes
    from a wheel that notes its commit.
    """
    found = (
        given
        or _installed_from(origin)
        or _checked_out(package, processes, environment)
        or _built_from(package)
    )
    if not found:
        raise UsageProblem(
            "it is not known which commit of Remediate this is",
            hint="Name the one that the workflow is to call: `--revision HASH`, all 40 characters of it.",
        )
    if not re.fullmatch(_HASH, found):
        raise UsageProblem(
            f"--revision {found}: not the full hash of a commit",
            hint="A tag or a branch can be moved to other code later: give all 40 characters of the hash.",
        )
    return found


def _installed_from(origin: str) -> str:
    try:
        known = msgspec.json.decode(origin or "{}", type=_Origin)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return ""
    return known.vcs_info.commit_id if known.vcs_info else ""


def _checked_out(package: Path, processes: Processes, environment: Mapping[str, str]) -> str:
    """The commit of the checkout of ours that the package lies in, itself or its environment."""
    root = next((above for above in package.parents if all((above / name).is_file() for name in _OURS)), None)
    if root is None:
        return ""
    told = processes.run(
        ("git", "rev-parse", "--verify", "--quiet", "HEAD"),
        folder=root,
        environment=environment,
        timeout=10.0,
        reads=True,
    )
    return (
        told.output.decode("ascii", "replace").strip() if isinstance(told, Finished) and not told.code else ""
    )


def _built_from(package: Path) -> str:
    try:
        return package.with_name("COMMIT").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
