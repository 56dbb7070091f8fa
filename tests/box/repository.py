"""A repository of the box, with the shortcuts by which tests furnish it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bare import NOTHING, BareRepository, Files
from .branch_rules import BranchRules
from .runs import Job, Run
from .talk import (
    Cache,
    CheckRun,
    Comment,
    Deployment,
    DeploymentStatus,
    Issue,
    Label,
    Status,
    Variable,
)

if TYPE_CHECKING:
    from .github import Box
    from .tokens import Token


@dataclass
class Settings:
    """What an administrator chose under Settings."""

    actions_enabled: bool = True
    allowed_actions: str = "all"
    default_workflow_permissions: str = "read"
    can_approve_pull_request_reviews: bool = True
    selected_patterns: tuple[str, ...] = ()
    retention_days: int = 90
    has_issues: bool = True
    archived: bool = False


@dataclass
class Caches:
    """The caches of a repository: of a key, one for each ref."""

    box: Box = field(repr=False)
    held: list[Cache] = field(default_factory=list)

    def add(self, *, key: str, ref: str = "refs/heads/main", size: int = 1024, version: str = "") -> Cache:
        now = self.box.clock.now()
        cache = Cache(self.box.next_id(), key, ref, version or f"{len(self.held):064x}", size, now, now)
        self.held.append(cache)
        return cache

    def keys(self, ref: str | None = None) -> list[str]:
        return [cache.key for cache in self.held if ref in (None, cache.ref)]


@dataclass(eq=False)
class Repository:
    """All that one repository holds; the git side is in `git`."""

    box: Box = field(repr=False)
    full_name: str
    id: int
    default_branch: str
    private: bool
    git: BareRepository = field(repr=False)
    created_at: float
    fork_of: str | None = None
    settings: Settings = field(default_factory=Settings)
    runs: dict[int, Run] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    check_runs: dict[int, CheckRun] = field(default_factory=dict)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    dispatches: list[dict[str, Any]] = field(default_factory=list)
    disabled_workflows: set[str] = field(default_factory=set)
    on_rerun: Callable[[Run], Sequence[Job] | None] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.owner, _, self.name = self.full_name.partition("/")
        self.path = self.git.path
        self.caches = Caches(self.box)
        self.rules = BranchRules(self)

    @property
    def pulls(self) -> dict[int, Issue]:
        """The issues that are pull requests, by number."""
        return {number: issue for number, issue in list(self.issues.items()) if issue.pull}

    def add_run(
        self,
        *,
        workflow: str = ".github/workflows/ci.yml",
        name: str = "ci",
        branch: str | None = None,
        sha: str | None = None,
        event: str = "push",
        conclusion: str | None = None,
        status: str = "completed",
        actor: str = "ada",
        jobs: Sequence[Job] = (),
        head_repository: str | None = None,
        display_title: str | None = None,
        fire: bool = False,
    ) -> Run:
        """A run of which this is the first attempt; without a conclusion it is worked out of the jobs."""
        box, branch = self.box, self.default_branch if branch is None else branch
        with box.lock:
            box.user(actor)
            number = 1 + sum(other.workflow == workflow for other in self.runs.values())
            sha = sha or self.git.head(branch) or self.git.head(self.default_branch) or NOTHING
            where = head_repository or self.full_name
            title = display_title or box.render.subject(self, sha) or name
            now = box.clock.now()
            run = Run(
                self, box.next_id(), number, workflow, name, branch, sha, event, actor, title, where, now
            )
            run.open_attempt(actor, jobs, status)
            self.runs[run.id] = run
        if status == "completed":
            run.end(conclusion, fire=fire)
        return run

    def add_label(self, name: str, color: str = "ededed", description: str | None = None) -> Label:
        known = self.labels.get(name.lower())
        if known is None:
            known = self.labels[name.lower()] = Label(self.box.next_id(), name, color, description)
        return known

    def add_issue(
        self, title: str, body: str | None = None, *, user: str = "ada", labels: Sequence[str] = ()
    ) -> Issue:
        with self.box.lock:
            self.box.user(user)
            now, number = self.box.clock.now(), len(self.issues) + 1
            issue = Issue(self.box.next_id(), number, title, body, user, now, now)
            issue.labels = [self.add_label(name).name for name in labels]
            self.issues[number] = issue
            self.box.heard(f"{self.full_name}#{number}", user, f"{title}\n\n{body or ''}")
            return issue

    def add_comment(self, number: int, body: str, *, user: str = "ada", fire: bool = True) -> Comment:
        """A comment as a person writes it on the page; its event is told."""
        with self.box.lock:
            self.box.user(user)
            now, issue = self.box.clock.now(), self.issues[number]
            comment = Comment(self.box.next_id(), user, body, now, now, number)
            issue.comments.append(comment)
            issue.updated_at = now
            self.box.heard(f"{self.full_name}#{number}", user, body)
        if fire:
            self.tell(
                "issue_comment", {"action": "created", **self.box.render.comment_event(self, issue, comment)}
            )
        return comment

    def add_pull(
        self, head: str, base: str | None = None, *, title: str = "Change", body: str | None = None,
        user: str = "ada", head_repository: str | None = None, fire: bool = False,
    ) -> Issue:  # fmt: skip
        """A pull request as a person opens it; a fork's head is fetched from the fork's repository."""
        from .pulling import open_pull  # noqa: PLC0415 - it knows this module

        return open_pull(
            self, head, base, title=title, body=body, user=user, head_repository=head_repository, fire=fire
        )

    def add_deployment(
        self, environment: str = "production", *, sha: str | None = None, ref: str | None = None,
        state: str | None = "success", user: str = "ada", environment_url: str = "", payload: Any = None,
    ) -> Deployment:  # fmt: skip
        """A deployment with one status; `state=None` leaves it without any."""
        with self.box.lock:
            box, ref = self.box, ref or self.default_branch
            box.user(user)
            made = Deployment(
                box.next_id(), sha or self.git.commit_of(ref) or NOTHING, ref, "deploy", environment, None,
                payload if payload is not None else {}, user, box.clock.now(), environment == "production",
            )  # fmt: skip
            self.deployments[made.id] = made
            if state:
                made.statuses.append(
                    DeploymentStatus(
                        box.next_id(), state, user, "", environment, environment_url, "", box.clock.now()
                    )
                )
            return made

    def set_variable(self, name: str, value: str) -> Variable:
        now = self.box.clock.now()
        held = self.variables.get(name.upper())
        made = Variable(name.upper(), value, held.created_at if held else now, now)
        self.variables[name.upper()] = made
        return made

    def commit(
        self, files: Files, *, branch: str | None = None, message: str = "Change", fire: bool = False
    ) -> str:
        """A commit on a branch; with `fire` it is told as a push of a person."""
        branch = branch or self.default_branch
        before = self.git.head(branch)
        sha = self.git.commit(files, branch=branch, message=message, start=self.git.head(self.default_branch))
        if fire:
            self.box.pushed(self, f"refs/heads/{branch}", before or NOTHING, sha, None)
        else:
            self.pulls_moved(f"refs/heads/{branch}", sha)
        return sha

    def next_run_ends(self, kind: str, job: str | None = None) -> None:
        """Ends the next run so: `runner-lost`, `cancelled`, `out-of-time`, `startup_failure`."""
        self.box.life.next_run_ends(self, kind, job)

    def pulls_moved(self, ref: str, after: str) -> list[tuple[Repository, Issue]]:
        """Brings the open pull requests of a branch, here or upstream, to its new head; gives them."""
        from .pulling import moved  # noqa: PLC0415 - it knows this module

        return moved(self, ref, after)

    def tell(self, event: str, payload: Mapping[str, Any], token: Token | None = None) -> None:
        """Tells whoever lives in the box that something happened here."""
        self.box.happened(self, event, dict(payload), token)
