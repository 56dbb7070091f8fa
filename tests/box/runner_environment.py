"""What a job finds around it: variables, the contexts of expressions, what its token may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .occasions import Script
from .play_script import Part
from .tokens import LEVELS
from .workflow_file import SCOPES, BadWorkflow, permissions_of

if TYPE_CHECKING:
    from .github import Box
    from .repository import Repository


def environment(box: Box, script: Script) -> dict[str, str]:
    """The variables that GitHub sets, with the addresses of the box."""
    occasion, run, repo = script.occasion, script.run, script.repo
    name = short_ref(occasion.ref)
    return {
        "CI": "true",
        "GITHUB_API_URL": box.api,
        "GITHUB_SERVER_URL": box.address,
        "GITHUB_GRAPHQL_URL": f"{box.address}/api/graphql",
        "GITHUB_REPOSITORY": repo.full_name,
        "GITHUB_REPOSITORY_ID": str(repo.id),
        "GITHUB_REPOSITORY_OWNER": repo.owner,
        "GITHUB_RUN_ID": str(run.id),
        "GITHUB_RUN_NUMBER": str(run.number),
        "GITHUB_RUN_ATTEMPT": str(run.attempt.number),
        "GITHUB_TRIGGERING_ACTOR": run.attempt.actor,
        "GITHUB_REF": occasion.ref,
        "GITHUB_REF_NAME": name,
        "GITHUB_REF_TYPE": "tag" if occasion.ref.startswith("refs/tags/") else "branch",
        "GITHUB_SHA": occasion.code,
        "SHA_REF": occasion.code,
        "GITHUB_BASE_REF": occasion.base,
        "GITHUB_HEAD_REF": (occasion.branch or "") if occasion.base else "",
        "GITHUB_WORKFLOW_REF": f"{repo.full_name}/{script.workflow.path}@{occasion.ref}",
        "GITHUB_WORKFLOW_SHA": occasion.code,
        "RUNNER_NAME": "GitHub Actions 1",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_ARCH": "X64",
        "BOX_NOW": str(box.clock.now()),
    }


def short_ref(ref: str) -> str:
    """A ref as GITHUB_REF_NAME has it: `main`, `v1`, `7/merge`."""
    return ref.split("/", 2)[2] if ref.count("/") >= 2 else ref


def contexts(box: Box, script: Script, part: Part | None = None) -> dict[str, Any]:
    """What names, environments and concurrency groups can speak of."""
    occasion, run = script.occasion, script.run
    inside = f"{part.key}/" if part and part.inner else ""
    needs = {
        key.removeprefix(inside): {"result": found.result, "outputs": found.outputs}
        for key, found in script.results.items()
        if key.startswith(inside)
    }
    github = {
        "ref": occasion.ref,
        "ref_name": short_ref(occasion.ref),
        "head_ref": (occasion.branch or "") if occasion.base else "",
        "base_ref": occasion.base,
        "sha": occasion.code,
        "event_name": occasion.event,
        "event": occasion.payload,
        "repository": script.repo.full_name,
        "actor": occasion.actor,
        "workflow": script.workflow.name,
        "run_id": run.id,
        "run_number": run.number,
        "run_attempt": run.attempt.number,
        "token": "***",
        "api_url": box.api,
        "server_url": box.address,
    }
    variables = {name: held.value for name, held in script.repo.variables.items()}
    inputs = occasion.payload.get("inputs") or {}
    return {"github": github, "vars": variables, "needs": needs, "inputs": inputs, "secrets": Hidden()}


class Hidden(Mapping[str, str]):
    """Secrets as a log shows them."""

    def __getitem__(self, key: str) -> str:
        return "***"

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def defaults(repo: Repository) -> dict[str, str]:
    """What a token may where no workflow says it: the repository's setting."""
    if repo.settings.default_workflow_permissions == "write":
        return dict.fromkeys(SCOPES, "write")
    return {"contents": "read", "packages": "read"}


def permissions(script: Script, part: Part) -> dict[str, str]:
    """What the job's token may; raises `BadWorkflow` where a called job wants more than its caller gives."""
    head = script.workflow.document
    given = permissions_of(head, part.caller_job, defaults(script.repo))
    if part.called and part.inner:
        wanted = permissions_of(part.called.document, part.job, given)
        more = [f"{scope}: {level}" for scope, level in wanted.items() if over(level, given.get(scope))]
        if more:
            told = ", ".join(
                f"{scope}: {given.get(scope, 'none')}" for scope in (row.split(":")[0] for row in more)
            )
            raise BadWorkflow(
                f"Error calling workflow '{part.caller_job['uses']}'. The nested job '{part.inner}' "
                f"is requesting '{', '.join(more)}', but is only allowed '{told}'."
            )
        given = wanted
    if script.occasion.restricted:
        given = {scope: "read" if level == "write" else level for scope, level in given.items()}
    return {scope: level for scope, level in given.items() if scope != "id_token"}


def over(wanted: str, given: str | None) -> bool:
    """Whether one level is more than the other."""
    return LEVELS.get(wanted, 0) > LEVELS.get(given or "none", 0)
