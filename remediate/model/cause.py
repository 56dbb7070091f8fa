"""The causes a failure can have, each under its type, and what a machine may do about it."""

from __future__ import annotations

import msgspec

UNCLASSIFIED = "unclassified"

SEVERITIES: dict[str, str] = {
    "critical": "15 minutes",
    "high": "1 hour",
    "medium": "4 hours",
    "low": "1 working day",
    "info": "when convenient",
}

REASONS: dict[str, str] = {
    "no-failure": "the log shows no failure",
    "no-rule": "no rule knows this failure",
    "weak-evidence": "what was found is too little to name a cause",
    "log-missing": "there is no log, only a note that it is missing",
    "log-empty": "the log holds no text",
    "log-cut": "the log ends before its job did",
}


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """A root cause; `strategies` are the recoveries a rule of this cause may recommend."""

    name: str
    type: str
    meaning: str
    strategies: tuple[str, ...] = ()


_ROWS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "lockfile",
        "dependency",
        ("lockfile-repair",),
        "a lockfile out of sync, corrupt, with conflict markers or a wrong integrity",
    ),
    ("dependency", "dependency", (), "a dependency unresolvable, not found, yanked or in conflict"),
    (
        "service-unavailable",
        "dependency",
        ("rerun", "registry-failover"),
        "a registry or another outside service is down (5xx, outage)",
    ),
    ("cache", "infrastructure", ("cache-purge",), "a cache corrupt, poisoned or not restored"),
    ("artifact", "infrastructure", ("rerun",), "an artifact missing, unreadable or over quota"),
    (
        "runner-lost",
        "infrastructure",
        ("rerun", "runner-failover"),
        "the runner was shut down, lost contact or failed",
    ),
    ("network", "network", ("rerun", "retry-command"), "DNS, connection, reset, TLS or early end"),
    ("out-of-memory", "resource", (), "memory ran out"),
    ("disk-full", "resource", ("free-disk",), "the disk is full"),
    ("rate-limit", "resource", ("rerun",), "too many requests, a quota or a secondary limit"),
    ("timeout", "timing", (), "a job or step over its time, or hanging"),
    ("cancelled", "timing", (), "cancelled by a person, a newer run or fail-fast"),
    ("flaky-test", "timing", ("rerun",), "a test known or shown to be unstable"),
    ("compile", "application", (), "the code does not build"),
    ("test", "application", (), "a test fails"),
    ("lint", "application", (), "a linter or a format check objects"),
    (
        "config",
        "configuration",
        (),
        "a workflow, secret, input, variable, file or version is wrong or missing",
    ),
    ("auth", "security", (), "credentials missing, expired or without the right"),
    ("security", "security", (), "a vulnerability or secret gate objects"),
    ("data", "data", (), "a database, migration, constraint or service container"),
    ("git", "human-error", ("rerun",), "a merge conflict, rejected push, missing ref or unsafe repository"),
    (
        "policy",
        "human-error",
        (),
        "a check that exists to refuse: changelog, title, labels, licence, coverage",
    ),
    ("human-error", "human-error", (), "merge markers in code, a file committed by mistake"),
)

CAUSES: dict[str, Cause] = {
    name: Cause(name=name, type=kind, strategies=strategies, meaning=meaning)
    for name, kind, strategies, meaning in _ROWS
}


# What a person has to mend. One of these in the failing step forbids every recovery for its neighbours.
DEFECTS = frozenset(
    {"compile", "test", "lint", "config", "auth", "security", "data", "policy", "human-error", "dependency"}
)
