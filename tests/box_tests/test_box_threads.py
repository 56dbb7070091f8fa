"""Many clients at once: nothing is lost, nothing is there twice, every answer is as described."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from box import Box, Job, Repository
from box_client import app_client

MANY = 24


def test_many_clients_at_once(box: Box, repo: Repository) -> None:
    box.mischief.writes_a_minute = None
    run = repo.add_run(jobs=[Job("build", "failure", log=b"no\n")])
    repo.on_rerun = lambda _: None
    ask = app_client(box, repo)

    def work(number: int) -> list[int]:
        got = [
            ask("POST", "issues", {"title": f"Issue {number}"}).status,
            ask("PUT", f"contents/files/{number}", {"message": "m", "content": "YQ=="}).status,
            ask("POST", f"actions/runs/{run.id}/rerun-failed-jobs").status,
            ask("POST", "git/refs", {"ref": "refs/heads/same", "sha": repo.git.head("main")}).status,
        ]
        ask("GET", "actions/runs")
        ask("GET", "issues?state=all")
        return got

    with ThreadPoolExecutor(MANY) as pool:
        issues, files, reruns, refs = zip(*pool.map(work, range(MANY)), strict=True)
    assert set(issues) == {201}
    assert sorted({held["title"] for held in ask("GET", "issues?per_page=100").json}) == sorted(
        f"Issue {number}" for number in range(MANY)
    )
    assert set(files) == {201}
    assert len(ask("GET", "contents/files").json) == MANY
    assert sorted(reruns) == [201] + [403] * (MANY - 1)
    assert sorted(refs) == [201] + [422] * (MANY - 1)
