"""Outputs in which a secret stands, in clear or in base64: GitHub passes none on, and fails nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping


def passed_on(outputs: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """The outputs that hold none of these secrets, in no form that the runner knows."""
    forms = [form for secret in secrets if secret.strip() for form in _forms(secret)]
    return {name: value for name, value in outputs.items() if not any(form in value for form in forms)}


def _forms(secret: str) -> Iterator[str]:
    yield from (line for line in secret.splitlines() if line.strip())
    yield json.dumps(secret)[1:-1]
    raw = secret.encode()
    # Wherever it begins in what was encoded; an end that depends on what follows is left out.
    for shift in range(min(3, len(raw) - 2)):
        begun = raw[shift:]
        yield base64.b64encode(begun[: len(begun) // 3 * 3]).decode()
