"""What the token is, and what it may do."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from remediate.stages.adopting.files import PERMISSIONS
from remediate.stages.examination.examination import Finding, Patient, Sight, good, read, remark, trouble

# What each stage reads, by the permission that it needs for it. Whoever may not read may not write either.
# Comments under issues are shown to whoever may read pull requests, too: that hides a missing `issues`.
READS: dict[str, tuple[str, str]] = {
    "contents": ("/contents/.github", "initialize reads the state branch"),
    "actions": ("/actions/runs", "initialize finds the runs that failed, detect reads their logs"),
    "issues": ("/issues/comments", "initialize reads `/remediate` comments, notify writes issues"),
    "pull-requests": ("/pulls", "recover opens pull requests for repairs"),
    "checks": ("/commits/{branch}/check-runs", "detect reads annotations, verify the checks of a repair"),
}
# Repository permissions that a workflow's own token never has, for what is configured.
_PERSONS = {"variables": "/actions/variables", "deployments": "/deployments"}
_WORKFLOW_LIMITS = (1000, 15000)


class _Core(msgspec.Struct):
    limit: int = 0


class _Resources(msgspec.Struct):
    core: _Core = msgspec.field(default_factory=_Core)


class _Limits(msgspec.Struct):
    resources: _Resources = msgspec.field(default_factory=_Resources)


def check_token(patient: Patient) -> Iterator[Finding]:
    """What kind it is, and what follows from that."""
    sight = patient.inspector.look_up("/rate_limit")
    if sight.status == 401:
        yield trouble(
            "token", "the token is wrong or has expired", "Give another one in GITHUB_TOKEN or GH_TOKEN."
        )
        return
    yield from _kind(patient, sight)
    skew = patient.inspector.clock_ahead
    if abs(skew) > 60:
        yield remark(
            "clock",
            f"this machine's clock is {abs(skew):.0f} s {'behind' if skew > 0 else 'ahead'}",
            "Set it by a time server: GitHub refuses an App's key from 60 s on.",
        )
    else:
        yield good("clock", "the clocks agree")


def check_permissions(patient: Patient) -> Iterator[Finding]:
    """What may be read, tried; what may be written, as far as it can be told without writing."""
    missing = []
    for name, (path, why) in READS.items():
        sight = patient.inspector.look(path.replace("{branch}", quote(patient.branch)), {"per_page": "1"})
        if sight.status in (401, 403) or (sight.status == 404 and name != "contents"):
            missing.append(name)
            yield trouble(
                f"permission-{name}",
                f"{name} cannot be read with this token: {why}",
                f"Give it `{name}: {PERMISSIONS[name][0]}`: in the job's `permissions:`, or its settings.",
            )
    if not missing:
        least = ", but that tells little: this repository is public" if patient.public else ""
        yield good("permissions-read", f"all that is looked at can be read{least}")
    yield from _configured(patient)


def _kind(patient: Patient, sight: Sight) -> Iterator[Finding]:
    limits = read(sight, _Limits)
    limit = limits.resources.core.limit if limits else 0
    match patient.token.partition("_")[0]:
        case "ghs" if patient.in_actions and limit in (0, *_WORKFLOW_LIMITS):
            yield remark(
                "token-workflow",
                "this is the workflow's own token: what it pushes starts no run, and the runs of a pull"
                " request that it opens wait for a person",
                "For repairs that prove themselves give an App: `app-client-id`, `app-private-key`.",
            )
        case "ghs":
            yield good("token-app", "this is an App's token: what it pushes starts runs")
        case "ghp" | "gho":
            yield from _classic(sight)
        case "github" | "ghu":
            yield remark(
                "token-person",
                "this is a person's token: what is done with it is done in that person's name; what it may"
                " write cannot be told without writing",
                f"It needs {_needed()}; for scheduled work an App's token is better.",
            )
        case _:
            yield remark(
                "token-unknown", "this is a token of a kind that is not known", f"It needs {_needed()}."
            )


def _classic(sight: Sight) -> Iterator[Finding]:
    scopes = {scope.strip() for scope in sight.headers.get("x-oauth-scopes", "").split(",")}
    if scopes & {"repo", "public_repo"}:
        yield remark(
            "token-classic",
            "this is a classic token of a person: it may do more than is needed, in all repositories",
            f"A fine-grained token of this repository needs {_needed()}.",
        )
        return
    yield trouble(
        "token-classic",
        f"this classic token has the scopes {', '.join(sorted(scopes)) or 'none'} and may write nothing here",
        f"Give it `repo`, or better a fine-grained token with {_needed()}.",
    )


def _configured(patient: Patient) -> Iterator[Finding]:
    policy = patient.policy
    wanted = {"variables": bool(policy.runner_variable), "deployments": bool(policy.deployments)}
    for name, configured in wanted.items():
        if configured and patient.inspector.look(_PERSONS[name], {"per_page": "1"}).status != 200:
            key = "runner-variable" if name == "variables" else "deployments"
            yield trouble(
                f"permission-{name}",
                f"{name} cannot be read with this token, and `{key}` is configured",
                f"The workflow's own token cannot do it: pass one with `{name}: write` as `access-token`.",
            )


def _needed() -> str:
    return ", ".join(f"`{name}: {level}`" for name, (level, _) in PERMISSIONS.items())
