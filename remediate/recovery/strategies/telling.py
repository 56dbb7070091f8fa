"""What a tool said, fit to be shown and stored: its end, without secrets, with nothing in it that acts."""

from __future__ import annotations

import functools
import re
from urllib.parse import urlsplit

from remediate.logs.neutral import printable_log
from remediate.logs.redaction import Redactor
from remediate.ports import Absent, Finished
from remediate.recovery.strategy import Site

_LONGEST = 4000
_SECRET = re.compile(r"(?i)token|secret|passw|credential|api_?key|private_?key")


def clear(text: str, site: Site) -> str:
    """The text without secrets, and harmless."""
    named = {name for name in site.environment if _SECRET.search(name)} | set(site.policy.redact_env)
    values = tuple(sorted(site.environment[name] for name in named if site.environment.get(name)))
    return printable_log(_redactor(values).redact(text))


def ending(output: bytes, site: Site) -> str:
    """The last lines of an output."""
    cleaned = clear(output.decode("utf-8", "replace").strip(), site)
    return cleaned if len(cleaned) <= _LONGEST else f"…{cleaned[-_LONGEST:]}"


def spelled(command: tuple[str, ...], site: Site) -> str:
    """A command for a reader, not for a shell."""
    return clear(" ".join(command), site)


def address_shown(address: str) -> str:
    """An address without what may be secret in it: user, password, query."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"


def flaw_of(ended: Finished | Absent) -> str:
    """Why a program did not do what it should; empty where it did."""
    if isinstance(ended, Absent):
        return f"{ended.program}: {ended.reason}"
    if ended.code is None:
        return f"stopped after {ended.seconds:.0f} s"
    return "" if ended.code == 0 else f"ended with exit status {ended.code}"


@functools.lru_cache(maxsize=4)
def _redactor(values: tuple[str, ...]) -> Redactor:
    return Redactor(values)
