"""Re-runs: which jobs go again, and when GitHub says no."""

from __future__ import annotations

import pytest
from box import Box, Job, Repository
from box_client import app_client, workflow_client

DAY = 86400


def jobs(build: str = "failure") -> list[Job]:
    return [
        Job("build", build, log=b"no\n"),
        Job("lint", "success", log=b"fine\n"),
        Job("test", "skipped", log=None, needs=["build"]),
        Job("report", "success", log=b"said\n", needs=["test", "lint"]),
    ]


def test_failed_jobs_and_all_that_needs_them_go_again(box: Box, repo: Repository) -> None:
    run = repo.add_run(jobs=jobs())
    before = {job.name: job for job in run.jobs}
    again: list[str] = []

    def told(seen: object) -> list[Job]:
        again.extend(job.name for job in run.jobs if job.status == "queued")
        return [Job("build", "success", log=b"yes\n"), Job("test", "failure", log=b"oh\n")]

    repo.on_rerun = told
    box.clock.advance(600)
    assert workflow_client(box, repo)("POST", f"actions/runs/{run.id}/rerun-failed-jobs").status == 201
    assert again == ["build", "test", "report"]
    assert [(job.name, job.conclusion) for job in run.jobs] == [
        ("build", "success"),
        ("lint", "success"),
        ("test", "failure"),
        ("report", "success"),
    ]
    assert run.conclusion == "failure"
    assert run.job("lint").started_at == before["lint"].started_at
    assert run.job("build").started_at == box.clock.now()
    assert run.job("build").id != before["build"].id
    shown = app_client(box, repo)("GET", f"actions/runs/{run.id}").json
    assert (shown["run_attempt"], shown["triggering_actor"]["login"]) == (2, "github-actions[bot]")
    assert shown["actor"]["login"] == "ada"
    assert shown["previous_attempt_url"].endswith("/attempts/1")
    assert app_client(box, repo)("GET", f"actions/runs/{run.id}/attempts/1").json["conclusion"] == "failure"


def test_a_cancelled_job_counts_as_failed(box: Box, repo: Repository) -> None:
    run = repo.add_run(jobs=jobs("cancelled"))
    assert run.conclusion == "cancelled"
    assert app_client(box, repo)("POST", f"actions/runs/{run.id}/rerun-failed-jobs").status == 201
    assert run.conclusion == "success"


def test_a_run_that_goes_on_is_not_run_again(box: Box, repo: Repository) -> None:
    run = repo.add_run(status="in_progress", jobs=[Job("build", status="in_progress")])
    refused = app_client(box, repo)("POST", f"actions/runs/{run.id}/rerun")
    assert (refused.status, refused.json["message"]) == (403, "This workflow is already running")


def test_a_rerun_that_nobody_ends_stays_queued(box: Box, repo: Repository) -> None:
    repo.on_rerun = lambda _: None
    run, ask = repo.add_run(jobs=jobs()), app_client(box, repo)
    ask("POST", f"actions/runs/{run.id}/rerun-failed-jobs")
    shown = ask("GET", f"actions/runs/{run.id}/jobs").json["jobs"]
    assert [job["status"] for job in shown] == ["queued", "completed", "queued", "queued"]
    assert ask("GET", f"actions/jobs/{run.job('build').id}/logs").status == 404
    assert ask("POST", f"actions/runs/{run.id}/rerun-failed-jobs").status == 403
    run.begin()
    run.set_jobs([Job("build", "success")])
    run.end()
    assert (run.conclusion, len(box.events)) == ("success", 1)


@pytest.mark.parametrize(
    ("conclusion", "names"), [("success", ["success"]), ("startup_failure", []), ("action_required", [])]
)
def test_where_nothing_failed_nothing_is_run_again(
    box: Box, repo: Repository, conclusion: str, names: list[str]
) -> None:
    run = repo.add_run(conclusion=conclusion, jobs=[Job("build", name) for name in names])
    refused = app_client(box, repo)("POST", f"actions/runs/{run.id}/rerun-failed-jobs")
    assert (refused.status, refused.json["message"]) == (403, "This workflow run cannot be retried")


def test_never_past_a_month_nor_more_than_fifty_times(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    run = repo.add_run(jobs=jobs())
    repo.on_rerun = lambda _: [Job("build", "failure")]
    for _ in range(50):
        assert ask("POST", f"actions/runs/{run.id}/rerun-failed-jobs").status == 201
    assert ask("POST", f"actions/runs/{run.id}/rerun").status == 403
    assert run.attempt.number == 51
    late = repo.add_run(jobs=jobs())
    box.clock.advance(30 * DAY + 1)
    assert "over a month ago" in ask("POST", f"actions/runs/{late.id}/rerun").json["message"]


def test_one_job_alone_unless_it_is_of_a_reusable_workflow(box: Box, repo: Repository) -> None:
    run = repo.add_run(jobs=[Job("call / build", "failure", reusable=True), Job("lint", "failure")])
    ask = app_client(box, repo)
    assert ask("POST", f"actions/jobs/{run.job('call / build').id}/rerun").status == 403
    old = run.job("lint")
    assert ask("POST", f"actions/jobs/{old.id}/rerun").status == 201
    assert [job.conclusion for job in run.jobs] == ["failure", "success"]
    assert ask("POST", f"actions/jobs/{old.id}/rerun").status == 403


def test_the_log_of_an_attempt_stays(box: Box, repo: Repository) -> None:
    run, ask = repo.add_run(jobs=jobs()), app_client(box, repo)
    first = run.job("build").id
    ask("POST", f"actions/runs/{run.id}/rerun-failed-jobs")
    place = ask("GET", f"actions/jobs/{first}/logs").headers["Location"]
    assert ask("GET", place).content == b"no\n"
    box.clock.advance(61)
    assert ask("GET", place).status == 403
    box.clock.advance(90 * DAY)
    assert ask("GET", f"actions/jobs/{first}/logs").status == 410
