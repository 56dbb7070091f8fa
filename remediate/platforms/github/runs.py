"""Runs, their jobs and annotations, files at a commit, and the re-run of what failed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from remediate.errors import Unreachable
from remediate.model.actions import FAILURES, Annotation, Job, RepositoryFacts, WorkflowRun
from remediate.platforms.github.desk import Part, quoted
from remediate.platforms.github.forge_shapes import FileShape
from remediate.platforms.github.refusals import refusal, unpermitted, words_of
from remediate.platforms.github.run_shapes import AnnotationShape, JobPage, RunPage, RunShape
from remediate.platforms.github.shapes import RepositoryShape, iso, parsed
from remediate.platforms.github.wire import Reply

_READ = "actions: read"
_WRITE = "actions: write"
# A list that is filtered ends here, whatever its count says.
_LONGEST_LIST = 1000
# Up to so many runs it costs less to look at all of them than to ask for each conclusion.
_FEW = 800
# A step can write as many as it likes through the API; what the platform has to say comes last.
_ANNOTATED = 10
_ENDS = (
    "failure",
    "timed_out",
    "startup_failure",
    "cancelled",
    "action_required",
    "neutral",
    "stale",
    "skipped",
)


class Runs(Part):
    """The reading half of `Platform`, and the re-run."""

    def facts(self) -> RepositoryFacts:
        """What kind of repository this is."""
        reply = self._calls.get(self._root, needs="metadata: read")
        shape = parsed(reply, RepositoryShape, self._root)
        return RepositoryFacts(
            name=shape.full_name,
            default_branch=shape.default_branch,
            private=shape.private,
            archived=shape.archived,
        )

    def unsuccessful_runs(self, since: float) -> tuple[WorkflowRun, ...]:
        """The runs created since then that ended without success, the oldest first."""
        found: dict[int, RunShape] = {}
        for status in self._statuses(since):
            for run in self._listed(status, since):
                found[run.id] = run
        # What has just ended may not say how yet: the next look sees it.
        models = (run.model(self._desk.name) for run in found.values())
        ended = (run for run in models if run.ended and run.conclusion not in ("", "success"))
        return tuple(sorted(ended, key=lambda run: (run.created, run.id)))

    def newest_failure(self) -> WorkflowRun | None:
        """The run that failed last, by when it was made; None where none of the latest did."""
        path = f"{self._root}/actions/runs"
        for query in ({"status": "completed", "per_page": "100"}, {"status": "failure", "per_page": "1"}):
            page = parsed(self._calls.get(path, query, needs=_READ), RunPage, path)
            failed = [run for run in page.workflow_runs if run.conclusion in FAILURES]
            if failed:
                return failed[0].model(self._desk.name)
        return None

    def run(self, run: int, attempt: int = 0) -> WorkflowRun | None:
        """An attempt, or the latest; None where it is gone."""
        return self._run(run, attempt)

    def jobs(self, run: int, attempt: int) -> tuple[Job, ...]:
        """The jobs of an attempt, with those that it took over from an earlier one."""
        path = f"{self._root}/actions/runs/{run}/attempts/{attempt}/jobs"
        pages = (parsed(reply, JobPage, path) for reply in self._calls.pages(path, needs=_READ))
        return tuple(job.model() for page in pages for job in page.jobs)

    def annotations(self, job: Job) -> tuple[Annotation, ...]:
        """What the job's check run says."""
        path = f"{self._root}/check-runs/{job.check_run or job.id}/annotations"
        pages = self._calls.pages(path, needs="checks: read", accept=(404,), most=_ANNOTATED)
        told = (parsed(reply, list[AnnotationShape], path) for reply in pages if reply.status != 404)
        return tuple(one.model() for page in told for one in page)

    def file(self, path: str, ref: str) -> bytes | None:
        """A file at a commit; None where there is none."""
        place = f"{self._root}/contents/{quoted(path)}"
        reply = self._calls.get(place, {"ref": ref}, needs="contents: read", accept=(404,))
        if reply.status == 404 or reply.body.lstrip().startswith(b"["):
            return None
        shape = parsed(reply, FileShape, place)
        if shape.type != "file":
            return None
        if shape.encoding != "base64" or (shape.size and not shape.content):
            # Contents above one megabyte are told by their blob alone.
            place = f"{self._root}/git/blobs/{shape.sha}"
            shape = parsed(self._calls.get(place, needs="contents: read"), FileShape, place)
        return _decoded(shape, place)

    def rerun_failed(self, run: WorkflowRun) -> str:
        """Re-runs the failed jobs and their dependents; empty, or why the platform will not."""
        now = self._run(run.id, fresh=True)
        if now is None:
            return "the run is gone"
        if now.attempt > run.attempt:
            return ""
        if not now.ended:
            return "the run is still going on"
        path = f"{self._root}/actions/runs/{run.id}/rerun-failed-jobs"
        answer = self._calls.bring_about(
            "POST", path, look=lambda: self._began(run), needs=_WRITE, accept=(403, 409, 410, 422)
        )
        if not isinstance(answer, Reply) or answer.status < 300 or self._began(run):
            return ""
        if unpermitted(answer):
            raise refusal(answer, f"POST {path}", _WRITE)
        return words_of(answer)

    def _began(self, run: WorkflowRun) -> bool | None:
        now = self._run(run.id, fresh=True)
        return True if now is not None and now.attempt > run.attempt else None

    def _run(self, run: int, attempt: int = 0, *, fresh: bool = False) -> WorkflowRun | None:
        path = f"{self._root}/actions/runs/{run}" + (f"/attempts/{attempt}" if attempt else "")
        reply = self._calls.get(path, needs=_READ, accept=(404, 410), fresh=fresh)
        return None if reply.status != 200 else parsed(reply, RunShape, path).model(self._desk.name)

    def _statuses(self, since: float) -> tuple[str, ...]:
        """What to ask for: all that ended where they are few, else each unsuccessful end."""
        query = {"status": "completed", "created": f">={iso(since)}", "per_page": "100"}
        path = f"{self._root}/actions/runs"
        count = parsed(self._calls.get(path, query, needs=_READ), RunPage, path).total_count
        return ("completed",) if count <= _FEW else _ENDS

    def _listed(self, status: str, since: float) -> Iterator[RunShape]:
        """The runs of one status, the newest first, past the end of a list by asking for what is older."""
        path = f"{self._root}/actions/runs"
        created, seen = f">={iso(since)}", 0
        while True:
            query = {"status": status, "created": created}
            oldest: RunShape | None = None
            for reply in self._calls.pages(path, query, needs=_READ, most=_LONGEST_LIST // 100):
                page = parsed(reply, RunPage, path)
                yield from page.workflow_runs
                seen += len(page.workflow_runs)
                oldest = page.workflow_runs[-1] if page.workflow_runs else oldest
            if seen < _LONGEST_LIST or oldest is None or oldest.created_at is None:
                return
            following = f"{iso(since)}..{iso(oldest.created_at.timestamp())}"
            if following == created:
                return
            created, seen = following, 0


def _decoded(shape: FileShape, place: str) -> bytes:
    try:
        return base64.b64decode(shape.content)
    except binascii.Error:
        raise Unreachable(f"{place}: its content cannot be read", hint="Try again later.") from None
