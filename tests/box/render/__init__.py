"""The JSON of the world's things, as GitHub's REST interface shows them."""

from .accounts import app, detailed_user, user
from .actions import artifact, cache, variable, workflow
from .checks import check_of_job, check_run, check_suite_id, job_annotations
from .commits import branch_protection, commit, diff_entries, git_commit, simple_commit, subject
from .deployments import deployment, deployment_status
from .issues import comment, comment_event, issue, issue_event, label
from .places import node, page_of, url_of
from .pulls import minimal_pull, pull, pull_event, simple_pull
from .repositories import minimal_repository, repository
from .runs import attempt, job, run, run_event
from .statuses import combined_status, status

__all__ = [
    "app",
    "artifact",
    "attempt",
    "branch_protection",
    "cache",
    "check_of_job",
    "check_run",
    "check_suite_id",
    "combined_status",
    "comment",
    "comment_event",
    "commit",
    "deployment",
    "deployment_status",
    "detailed_user",
    "diff_entries",
    "git_commit",
    "issue",
    "issue_event",
    "job",
    "job_annotations",
    "label",
    "minimal_pull",
    "minimal_repository",
    "node",
    "page_of",
    "pull",
    "pull_event",
    "repository",
    "run",
    "run_event",
    "simple_commit",
    "simple_pull",
    "status",
    "subject",
    "url_of",
    "user",
    "variable",
    "workflow",
]
