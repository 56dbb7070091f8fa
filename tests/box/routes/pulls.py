"""Pull requests."""

from __future__ import annotations

from .. import render
from ..bare import NOTHING
from ..calls import Answer, Call, Refused, invalid, not_found, route
from ..pulling import merge, open_pull
from ..repository import Repository
from ..talk import Issue, Pull
from .issues import MOST_TITLE, changed, check_body, rewrite, set_state


def _find(call: Call) -> tuple[Issue, Pull]:
    held = call.repo.pulls.get(call.number("pull_number"))
    if held is None or held.pull is None:
        raise not_found()
    return held, held.pull


def _head(call: Call, text: str) -> tuple[Repository, str]:
    """The repository and the branch of `branch` or `owner:branch`."""
    owner, _, branch = text.rpartition(":")
    if not owner or owner.lower() == call.repo.owner.lower():
        return call.repo, branch
    forks = [repo for repo in call.box.repositories.values() if repo.fork_of == call.repo.full_name]
    found = next((repo for repo in forks if repo.owner.lower() == owner.lower()), None)
    if found is None:
        raise invalid("PullRequest", "head")
    return found, branch


@route("GET", "~/pulls", "pull_requests")
def list_pulls(call: Call) -> Answer:
    query = call.query
    found = []
    for held in call.repo.pulls.values():
        pull = held.pull
        assert pull is not None
        label = f"{pull.head_repository.partition('/')[0]}:{pull.head}"
        # GitHub passes over a head without its owner.
        headed = ":" not in query.get("head", "") or query["head"] == label
        if (
            headed
            and query.get("state", "open") in ("all", held.state)
            and query.get("base", pull.base) == pull.base
        ):
            found.append(held)
    by = query.get("sort", "created")
    found.sort(key=lambda held: (held.updated_at if by == "updated" else held.created_at, held.number))
    if query.get("direction", "desc" if by == "created" else "asc") == "desc":
        found.reverse()
    return call.page(found, lambda held: render.simple_pull(call.repo, held))


@route("POST", "~/pulls", "pull_requests")
def create_pull(call: Call) -> Answer:
    repo, base = call.repo, call.given("base")
    if call.token and call.token.kind == "workflow" and not repo.settings.can_approve_pull_request_reviews:
        raise Refused(403, "GitHub Actions is not permitted to create or approve pull requests.")
    source, branch = _head(call, call.given("head"))
    _sound(call, source, branch, base)
    made = open_pull(
        repo, branch, base, title=call.given("title", branch), body=call.given("body"), user=call.actor,
        head_repository=source.full_name, draft=bool(call.given("draft", False)),
    )  # fmt: skip
    if made.pull:
        made.pull.maintainer_can_modify = bool(call.given("maintainer_can_modify", source is not repo))
    call.tell("pull_request", action="opened", **render.pull_event(repo, made))
    shown = render.pull(repo, made)
    return Answer(201, shown, {"Location": shown["url"]})


def _sound(call: Call, source: Repository, branch: str, base: str) -> None:
    head_sha, base_sha = source.git.head(branch), call.repo.git.head(base)
    check_body("PullRequest", call.given("body"))
    if len(call.given("title", "")) > MOST_TITLE:
        raise invalid(
            "PullRequest", "title", "custom", f"title is too long (maximum is {MOST_TITLE} characters)"
        )
    if head_sha is None:
        raise invalid("PullRequest", "head")
    if base_sha is None:
        raise invalid("PullRequest", "base")
    if source is call.repo and call.repo.git.contains(head_sha, base_sha):
        raise invalid("PullRequest", "base", "custom", f"No commits between {base} and {branch}")
    for held in call.repo.pulls.values():
        pull = held.pull
        if (
            pull
            and held.state == "open"
            and (pull.head_repository, pull.head, pull.base) == (source.full_name, branch, base)
        ):
            told = f"A pull request already exists for {source.owner}:{branch}."
            raise Refused(
                422,
                "Validation Failed",
                errors=[{"resource": "PullRequest", "code": "custom", "message": told}],
            )


@route("GET", "~/pulls/{pull_number}", "pull_requests")
def get_pull(call: Call) -> Answer:
    return Answer(200, render.pull(call.repo, _find(call)[0]))


@route("PATCH", "~/pulls/{pull_number}", "pull_requests")
def update_pull(call: Call) -> Answer:
    held, pull = _find(call)
    check_body("PullRequest", call.given("body"))
    rewrite(call, held)
    pull.base = call.given("base", pull.base)
    action = "edited"
    if call.given("state", held.state) != held.state:
        if pull.merged_at is not None:
            raise invalid("PullRequest", "state")
        action = set_state(call, held, call.given("state"))
        held.state_reason = None
    changed(call, held, action)
    return Answer(200, render.pull(call.repo, held))


@route("GET", "~/pulls/{pull_number}/files", "pull_requests")
def list_files(call: Call) -> Answer:
    held, pull = _find(call)
    start = call.repo.git.run("merge-base", pull.base_sha, f"refs/pull/{held.number}/head").decode().strip()
    return call.page(render.diff_entries(call.repo, start, pull.head_sha), lambda entry: entry)


@route("GET", "~/pulls/{pull_number}/commits", "pull_requests")
def list_commits(call: Call) -> Answer:
    _, pull = _find(call)
    text = call.repo.git.run("rev-list", "--reverse", f"{pull.base_sha}..{pull.head_sha}").decode()
    return call.page(text.split(), lambda sha: render.commit(call.repo, sha))


@route("PUT", "~/pulls/{pull_number}/merge", "contents")
def merge_pull(call: Call) -> Answer:
    held, pull = _find(call)
    ref = f"refs/heads/{pull.base}"
    if held.state != "open" or pull.draft:
        raise Refused(405, "Pull Request is not mergeable")
    if call.given("sha", pull.head_sha) != pull.head_sha:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    before = call.repo.git.head(pull.base) or NOTHING
    title = call.given(
        "commit_title", f"Merge pull request #{held.number} from {call.repo.owner}/{pull.head}"
    )
    sha = merge(call.repo, held, call.actor, title)
    if sha is None:
        raise Refused(405, "Pull Request has merge conflicts")
    call.pushed(ref, before, sha)
    changed(call, held, "closed")
    return Answer(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@route("GET", "~/pulls/{pull_number}/merge", "contents")
def is_merged(call: Call) -> Answer:
    if _find(call)[1].merged_at is None:
        raise not_found()
    return Answer(204)
