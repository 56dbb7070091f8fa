"""What the settings of the repository allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

import msgspec

from remediate.model.policy import DAY
from remediate.stages.adopting.files import REPOSITORY
from remediate.stages.examination.examination import Finding, Patient, good, read, remark, trouble

_SETTINGS = "Settings → Actions → General"
# What the workflow uses, of ours and of GitHub's own.
_OURS = (f"{REPOSITORY}/.github/workflows/heal.yml@{'0' * 40}", f"{REPOSITORY}/actions/detect@{'0' * 40}")
_GITHUBS = (f"actions/checkout@{'0' * 40}",)
_PERSONS = ("ghp_", "gho_", "ghu_", "github_pat_")


class _Rights(msgspec.Struct):
    """Of whoever asks; of an App it tells nothing."""

    push: bool = False


class Facts(msgspec.Struct):
    """Of the repository."""

    full_name: str = ""
    default_branch: str = ""
    private: bool = True
    archived: bool = False
    disabled: bool = False
    fork: bool = False
    has_issues: bool = True
    pushed_at: str | None = None
    permissions: _Rights | None = None


class _Actions(msgspec.Struct):
    enabled: bool = True
    allowed_actions: str = "all"


class _Selected(msgspec.Struct):
    github_owned_allowed: bool = True
    patterns_allowed: tuple[str, ...] = ()

    def lets(self, uses: tuple[str, ...]) -> bool:
        """Whether all of these may be used; a pattern with `!` before it forbids."""
        shut = [one[1:] for one in self.patterns_allowed if one.startswith("!")]
        return all(_fits(one, self.patterns_allowed) and not _fits(one, shut) for one in uses)


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
    yield from _standing(patient, facts)
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
    yield from _writing(patient, facts)


def _standing(patient: Patient, facts: Facts) -> Iterator[Finding]:
    if facts.archived or facts.disabled:
        word = "archived" if facts.archived else "disabled"
        way_out = "Unarchive it first." if facts.archived else "Ask GitHub's support why."
        yield trouble("repository", f"{patient.repository} is {word}: nothing can be written", way_out)
    else:
        yield good(
            "repository", f"{patient.repository} can be seen; its default branch is {facts.default_branch}"
        )
    if facts.full_name and facts.full_name.lower() != patient.repository.lower():
        yield trouble(
            "renamed",
            f"{patient.repository} is called {facts.full_name} now: by its old name nothing can be written",
            f"Use the new one: git remote set-url origin …/{facts.full_name}.git",
        )


def _writing(patient: Patient, facts: Facts) -> Iterator[Finding]:
    person = patient.token.startswith(_PERSONS)
    if person and facts.permissions and not facts.permissions.push:
        yield trouble(
            "permission-write",
            f"whose token this is may not write to {patient.repository}: it can only be looked at",
            "Ask for write access to it, or give the token of somebody who has it.",
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
    selected = _Selected(github_owned_allowed=False)
    if actions.allowed_actions == "selected":
        told = read(patient.inspector.look("/actions/permissions/selected-actions"), _Selected)
        if told is None:
            yield remark(
                "allowed-actions",
                "only some actions may be used here; which cannot be read",
                f"See {_SETTINGS}.",
            )
            return
        selected = told
    if not selected.lets(_OURS):
        yield trouble(
            "allowed-actions",
            "only some actions may be used here, and ours are not among them",
            f"Add `{REPOSITORY}/*` and `{REPOSITORY}@*` to the allowed ones: {_SETTINGS}.",
        )
    elif not selected.github_owned_allowed and not selected.lets(_GITHUBS):
        yield trouble(
            "allowed-actions",
            "ours may be used here, and those of GitHub, which the workflow needs, may not",
            f"Tick “Allow actions created by GitHub” under {_SETTINGS}.",
        )
    else:
        yield good("allowed-actions", f"{REPOSITORY} is allowed by name")


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


def _fits(uses: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(uses, pattern.lower()) for pattern in patterns)


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
