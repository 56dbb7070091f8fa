"""Branches, their protection and the rules that hold for them."""

from __future__ import annotations

from typing import Any

from .. import render
from ..branch_rules import Protection
from ..calls import Answer, Call, Refused, not_found, route


def _protected(call: Call, branch: str) -> bool:
    return any(rule.via == "branch" for rule in call.repo.rules.of(branch))


@route("GET", "~/branches", "contents")
def list_branches(call: Call) -> Answer:
    heads = call.repo.git.refs("refs/heads/")
    found = [(ref.removeprefix("refs/heads/"), sha) for ref, sha in heads.items()]
    if "protected" in call.query:
        found = [one for one in found if _protected(call, one[0]) == (call.query["protected"] == "true")]
    return call.page(found, lambda one: _short(call, *one))


def _short(call: Call, branch: str, sha: str) -> dict[str, Any]:
    place = {"sha": sha, "url": render.url_of(call.repo, "commits", sha)}
    return {"name": branch, "commit": place, "protected": _protected(call, branch)}


@route("GET", "~/branches/{branch}", "contents")
def get_branch(call: Call) -> Answer:
    branch, repo = call.params["branch"], call.repo
    sha = repo.git.head(branch)
    if sha is None:
        raise Refused(404, "Branch not found")
    here, protected = render.url_of(repo, "branches", branch), _protected(call, branch)
    checks = [name for rule in repo.rules.of(branch) for name in rule.required_checks]
    level = "non_admins" if checks else "off"
    required = {"enforcement_level": level, "contexts": checks, "checks": []}
    return Answer(
        200,
        {
            "name": branch,
            "commit": render.commit(repo, sha),
            "_links": {"self": here, "html": render.page_of(repo, "tree", branch)},
            "protected": protected,
            "protection": {"enabled": protected, "required_status_checks": required},
            "protection_url": f"{here}/protection",
        },
    )


@route("GET", "~/branches/{branch}/protection", "administration")
def get_protection(call: Call) -> Answer:
    if not _protected(call, call.params["branch"]):
        raise Refused(404, "Branch not protected")
    return Answer(200, render.branch_protection(call.repo, call.params["branch"]))


@route("DELETE", "~/branches/{branch}/protection", "administration")
def delete_protection(call: Call) -> Answer:
    rules = call.repo.rules
    kept = [rule for rule in rules.held if rule.pattern != call.params["branch"]]
    if len(kept) == len(rules.held):
        raise not_found()
    rules.held = kept
    return Answer(204)


@route("GET", "~/rules/branches/{branch}")
def rules_of_branch(call: Call) -> Answer:
    """Rulesets only: branch protection is not shown here, and anybody who can read may ask."""
    held = [rule for rule in call.repo.rules.of(call.params["branch"]) if rule.via == "ruleset"]
    return call.page([one for rule in held for one in _rules(call, rule)], lambda one: one)


def _rules(call: Call, rule: Protection) -> list[dict[str, Any]]:
    source = {"ruleset_source_type": "Repository", "ruleset_source": call.repo.full_name, "ruleset_id": 7}
    made: list[dict[str, Any]] = []
    if rule.restrict_creation:
        made.append({"type": "creation"})
    if not rule.allow_delete:
        made.append({"type": "deletion"})
    if not rule.allow_force:
        made.append({"type": "non_fast_forward"})
    if rule.require_pull:
        switches = (
            "dismiss_stale_reviews_on_push",
            "require_code_owner_review",
            "require_last_push_approval",
        )
        parameters: dict[str, Any] = dict.fromkeys(switches, False)
        parameters |= {"required_approving_review_count": 1, "required_review_thread_resolution": False}
        made.append({"type": "pull_request", "parameters": parameters})
    if rule.required_checks:
        checks = [{"context": name} for name in rule.required_checks]
        parameters = {"required_status_checks": checks, "strict_required_status_checks_policy": False}
        made.append({"type": "required_status_checks", "parameters": parameters})
    return [{**one, **source} for one in made]
