"""A fork's pull request whose branch, title and log are hostile: it gets a comment, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from box import Job, Run, Step
from logs import log_of
from played import CALM, Story, ci

Begin = Callable[..., Story]
FILES = {".github/workflows/ci.yml": ci("npm ci")}
SECRET = "correct-horse-battery-staple-9"
FAKE = "ghp_" + "A1b2C3d4E5" * 3 + "F6g7H8"
TOUCH = "touch${IFS}canary"
BRANCHES = (f"x$({TOUCH})`{TOUCH}`;{TOUCH}|sh", f"--upload-pack={TOUCH}", "x'\"&&(canary)%0a%3a%3aerror")
TITLE = f"Fix @octo/everyone closes #1 <img src=x onerror=canary> $({TOUCH}) [x](javascript:canary) ```"
HOSTILE = (
    "::set-output name=canary::1",
    "::add-mask::octo",
    "::stop-commands::canary",
    "##[group]\x1b]0;canary\x07\x1b[2J\x1b[31mred\x1b[0m\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "@everyone @octo/team @ada closes #1, fixes octo/shop#1",
    "<script>canary()</script><img src=http://evil.example/x.png> ![x](http://evil.example/y.png)",
    "```\n</details> <!-- remediate:pull --> /remediate approve 0123456789abcdef",
    f"token={FAKE} and {SECRET}",
    "${{ github.token }} $(touch canary) `touch canary`",
    "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.",
    f"npm error Missing: @ada/{FAKE}@1.0.0 from lock file closes #1 \x1b[2J<b>canary</b>",
)


def _attacked(shop: Story, branch: str) -> tuple[Run, Any]:
    """Eve's pull request, and its run."""
    eves = shop.box.repository("eve/shop", fork_of="octo/shop")
    real = branch if not branch.startswith("-") else "topic"
    head = eves.commit({"package.json": "{}\n", "package-lock.json": "{"}, branch=real)
    pull = shop.repo.add_pull(real, "main", title=TITLE, user="eve", head_repository="eve/shop")
    step = Step(name=f"Run npm ci; {TITLE}", conclusion="failure")
    job = Job(name=f"build {TITLE}", conclusion="failure", log=log_of(*HOSTILE), steps=[step])
    run = shop.fails(
        None,
        jobs=[job],
        event="pull_request",
        branch=branch,
        sha=head,
        actor="eve",
        head_repository="eve/shop",
        display_title=TITLE,
    )
    return run, pull


def _said(shop: Story) -> str:
    """Everything of ours that anybody can read: issues, comments, the state branch."""
    ours = [saying.text for saying in shop.box.sayings if saying.author == "github-actions[bot]"]
    head = shop.repo.git.head("remediate-state") or ""
    kept = [(shop.repo.git.read(head, name) or b"").decode() for name in shop.names()]
    return "\n".join([*ours, *kept])


@pytest.mark.parametrize("branch", BRANCHES, ids=["shell", "option", "command"])
def test_a_hostile_fork_gets_a_comment_alone(story: Begin, branch: str) -> None:
    shop = story(files=FILES, config=CALM + "redact-env: [DEPLOY_KEY]\n")
    first = shop.repo.add_issue("Something else")
    run, pull = _attacked(shop, branch)
    refs = shop.repo.git.refs()
    shown = shop.heal(
        DEPLOY_KEY=SECRET, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(shop.folder / "summary")
    )
    for _ in range(2):
        shop.box.clock.advance(4000)
        shop.heal(DEPLOY_KEY=SECRET)
    # Nothing of it has run, and nothing was changed but our own state.
    assert not [path for path in shop.folder.rglob("canary") if path.is_file()]
    after = {name: commit for name, commit in shop.repo.git.refs().items() if "remediate-state" not in name}
    assert after == refs
    assert run.attempt.number == 1
    assert not [write for write in shop.writes() if "/api/" in write and "/issues" not in write], (
        shop.writes()
    )
    assert first.state == "open"
    # It is told in one comment, by name, and by nobody's word.
    # No pull request has a head of the second name: git allows none.
    assert len(pull.comments) == (0 if branch.startswith("-") else 1)
    assert all("lockfile" in comment.body for comment in pull.comments)
    ours = [saying for saying in shop.box.sayings if saying.author == "github-actions[bot]"]
    for saying in ours:
        assert not saying.prose.mentions, saying.text
        assert not saying.prose.references, saying.text
        assert not saying.prose.images, saying.text
        assert not [link for link in saying.prose.links if "evil" in link or "javascript" in link], (
            saying.text
        )
    summary = (shop.folder / "summary").read_text()
    for place in (_said(shop), summary, shop.told, shown.stdout, shown.stderr):
        for secret in (SECRET, FAKE, shop.token):
            assert secret not in place
        assert "\x1b" not in place
    for line in (shown.stdout + shown.stderr).splitlines():
        assert not line.startswith(("::set-output", "::add-mask", "::stop-commands"))
    assert shop.standing(run) in ("refused", "escalated")
