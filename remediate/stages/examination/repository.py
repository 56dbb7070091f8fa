"""What the settings of the repository allow."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from remediate.model.policy import DAY
from remediate.stages.adopting.files import REPOSITORY
from remediate.stages.examination.examination import Finding, Patient, good, read, remark, trouble

_SETTINGS = "Settings → Actions → General"


class Facts(msgspec.Struct):
    """Of the repository."""

    default_branch: str = ""
    private: bool = True
    archived: bool = False
    disabled: bool = False
    fork: bool = False
    has_issues: bool = True
    pushed_at: str | None = None


class _Actions(msgspec.Struct):
    enabled: bool = True
    allowed_actions: str = "all"


class _Selected(msgspec.Struct):
    patterns_allowed: tuple[str, ...] = ()


class _Workflows(msgspec.Struct):
    can_approve_pull_request_reviews: bool = False


class _Retention(msgspec.Struct):
    days: int = 90


def check_repository(patient: Patient) -> Iterator[Finding]:
    """Whether anything can be written there at all."""
    facts = read(patient.inspector.look(""), Facts)
    if facts is None:
        yield trouble(
            "repository",
            f"{patient.repository} is not there, or this token may not see it",
            "Check the name; give a token of this repository.",
        )
        return
    if facts.archived or facts.disabled:
        word = "archived" if facts.archived else "disabled"
        yield trouble(
            "repository", f"{patient.repository} is {word}: nothing can be written", "Unarchive it first."
        )
    else:
        yield good(
            "repository", f"{patient.repository} can be seen; its default branch is {facts.default_branch}"
        )
    if facts.fork:
        yield remark(
            "fork", "this is a fork: GitHub switches schedules off there", "Enable them under Actions."
        )
    if not facts.has_issues:
        yield trouble(
            "issues",
            "issues are switched off: what needs a person cannot be told",
            "Switch them on under Settings → General → Features.",
        )


def check_actions(patient: Patient) -> Iterator[Finding]:
    """Whether Actions run here, may use ours, and may open pull requests."""
    sight = patient.inspector.look("/actions/permissions")
    actions = read(sight, _Actions)
    if actions is None:
        yield remark(
            "actions-settings",
            "the settings of Actions cannot be read with this token; that takes `administration: read`",
            f"Look at {_SETTINGS} yourself, or run doctor with a token of an administrator.",
        )
        return
    if not actions.enabled:
        yield trouble("actions-settings", "Actions are switched off here", f"Switch them on: {_SETTINGS}.")
        return
    yield from _allowed(patient, actions)
    yield from _pull_requests(patient)
    yield from _retention(patient)


def _allowed(patient: Patient, actions: _Actions) -> Iterator[Finding]:
    if actions.allowed_actions == "all":
        yield good("allowed-actions", "all actions may be used")
        return
    selected = read(patient.inspector.look("/actions/permissions/selected-actions"), _Selected)
    patterns = selected.patterns_allowed if selected else ()
    if any(
        pattern.lower().startswith(f"{REPOSITORY}/") or pattern == f"{REPOSITORY}@*" for pattern in patterns
    ):
        yield good("allowed-actions", f"{REPOSITORY} is allowed by name")
        return
    yield trouble(
        "allowed-actions",
        "only some actions may be used here, and ours are not among them",
        f"Add `{REPOSITORY}/*` and `{REPOSITORY}@*` to the allowed ones: {_SETTINGS}.",
    )


def _pull_requests(patient: Patient) -> Iterator[Finding]:
    found = read(patient.inspector.look("/actions/permissions/workflow"), _Workflows)
    if found is None:
        return
    if found.can_approve_pull_request_reviews:
        yield good("pull-requests", "Actions may open pull requests")
        return
    yield trouble(
        "pull-requests",
        "Actions may not open pull requests: a repaired lockfile stays on its branch",
        f"Tick “Allow GitHub Actions to create and approve pull requests” under {_SETTINGS}, or give an App.",
    )


def _retention(patient: Patient) -> Iterator[Finding]:
    found = read(patient.inspector.look("/actions/permissions/artifact-and-log-retention"), _Retention)
    if found is not None and found.days * DAY < patient.policy.look_back:
        yield trouble(
            "log-retention",
            f"logs are kept for {found.days} days, and `look-back` is longer",
            f"Keep them longer ({_SETTINGS}), or shorten `look-back`.",
        )


def met(patient: Patient) -> Patient:
    """The patient with what the repository tells of itself; as it was where it tells nothing."""
    facts = read(patient.inspector.look(""), Facts)
    if facts is None:
        return patient
    return msgspec.structs.replace(
        patient,
        branch=facts.default_branch,
        public=not facts.private,
        active=facts.pushed_at or "",
    )
