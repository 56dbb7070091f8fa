"""What happened in a repository, and which of its workflows that starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bare import NOTHING
from .pulling import mergeable
from .workflow_file import BadWorkflow, Workflow, listens, read_workflow

if TYPE_CHECKING:
    from .repository import Repository
    from .runs import Run
    from .talk import Issue

FOLDER = ".github/workflows"
SKIPPING = ("[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]")


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """An event as it starts workflows: `code` is the commit whose workflow files count, and is checked out.

    `branch` and `sha` are what the run shows as its head; `restricted` gives a token that only reads and no
    secrets; `waits` makes the runs wait until a person approves them; `only` names one workflow file.
    """

    event: str
    payload: Mapping[str, Any]
    code: str
    ref: str
    branch: str | None
    sha: str
    actor: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    base: str = ""
    head_repository: str | None = None
    depth: int = 0
    restricted: bool = False
    waits: bool = False
    only: str | None = None
    title: str | None = None


@dataclass(kw_only=True)
class Script:
    """What a run plays, kept for its next attempts: results, jobs' names and their matrices by part."""

    repo: Repository
    run: Run
    occasion: Occasion
    workflow: Workflow
    results: dict[str, Any] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    matrices: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    group: str = ""


def workflows_at(repo: Repository, commit: str) -> Iterator[Workflow | tuple[str, BadWorkflow]]:
    """The workflow files of a commit; one that cannot be read comes with the reason."""
    if not commit or set(commit) == {"0"}:
        return
    listed = repo.git.run("ls-tree", "--name-only", "-z", commit, f"{FOLDER}/").decode().split("\0")
    for path in listed:
        if path.endswith((".yml", ".yaml")) and path not in repo.disabled_workflows:
            try:
                yield read_workflow(path, repo.git.read(commit, path) or b"", f"{repo.full_name}@{commit}")
            except BadWorkflow as reason:
                yield path, reason


def started_by(repo: Repository, occasion: Occasion) -> Iterator[Workflow | tuple[str, BadWorkflow]]:
    """The workflows that the occasion starts; a broken file ends in a failure on each push."""
    for found in workflows_at(repo, occasion.code):
        if isinstance(found, tuple):
            if occasion.event == "push":
                yield found
        elif occasion.only not in {None, found.path}:
            continue
        elif listens(found, occasion.event, occasion.facts):
            yield found


def of_push(repo: Repository, payload: Mapping[str, Any], actor: str) -> Occasion | None:
    """A push to a branch or tag; None where it starts nothing."""
    ref, after = str(payload["ref"]), str(payload["after"])
    head = payload.get("head_commit") or {}
    if after == NOTHING or any(word in str(head.get("message", "")) for word in SKIPPING):
        return None
    branch = ref.split("/", 2)[2]
    facts = {"ref": ref, "paths": changed(repo, str(payload["before"]), after)}
    return Occasion(
        event="push", payload=payload, code=after, ref=ref, branch=branch, sha=after, actor=actor, facts=facts
    )


def changed(repo: Repository, before: str, after: str) -> list[str] | None:
    """The paths that differ; None where there is nothing to compare with, and so all filters let pass."""
    if before == NOTHING or not repo.git.kind(before):
        return None
    return (
        repo.git.run("diff", "--name-only", "-z", before, after).decode("utf-8", "replace").split("\0")[:-1]
    )


def of_pull(
    repo: Repository, issue: Issue, event: str, payload: Mapping[str, Any], actor: str, *, waits: bool
) -> Occasion | None:
    """What happened to a pull request: its merge is checked out, for the target form its base.

    None where there is no merge, for head and base are in conflict: then nothing but the target form starts.
    """
    pull = issue.pull
    assert pull is not None
    target = event == "pull_request_target"
    if not target and issue.state == "open" and not mergeable(repo, issue):
        return None
    merge = repo.git.find(f"refs/pull/{issue.number}/merge") or pull.head_sha
    code = (repo.git.head(pull.base) or pull.base_sha) if target else merge
    facts = {
        "action": payload.get("action"),
        "branch": pull.base,
        "paths": changed(repo, pull.base_sha, merge),
    }
    foreign = pull.head_repository != repo.full_name
    return Occasion(
        event=event,
        payload=payload,
        code=code,
        ref=f"refs/heads/{pull.base}" if target else f"refs/pull/{issue.number}/merge",
        branch=pull.head,
        sha=pull.head_sha,
        actor=actor,
        facts=facts,
        base=pull.base,
        head_repository=pull.head_repository,
        restricted=not target and (foreign or actor == "dependabot[bot]"),
        waits=waits,
        title=issue.title,
    )


def of_default_branch(
    repo: Repository,
    event: str,
    payload: Mapping[str, Any],
    actor: str,
    *,
    facts: Mapping[str, Any] | None = None,
    depth: int = 0,
    only: str | None = None,
    ref: str | None = None,
    title: str | None = None,
) -> Occasion | None:
    """Anything that runs the code of the default branch, or of the ref that a dispatch names."""
    ref = ref or f"refs/heads/{repo.default_branch}"
    full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
    commit = repo.git.commit_of(ref)
    if commit is None:
        return None
    return Occasion(
        event=event,
        payload=payload,
        code=commit,
        ref=full if repo.git.find(full) else f"refs/tags/{ref}",
        branch=ref.removeprefix("refs/heads/"),
        sha=commit,
        actor=actor,
        facts=facts or {"action": payload.get("action")},
        depth=depth,
        only=only,
        title=title,
    )
