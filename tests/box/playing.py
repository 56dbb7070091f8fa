"""Plays one attempt of a run: job by job with act, each with its own token."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .acting import Played, play
from .cache_shelf import lay_out, take_in, take_up
from .endings import ended_early
from .expressions import interpolate
from .masking import passed_on
from .occasions import Script
from .play_script import Part, Result
from .runner_environment import contexts, permissions
from .runner_logs import Facts, write_log
from .runs import Job, worst
from .stand_ins import called_workflow
from .surroundings import surroundings
from .workflow_file import BadWorkflow, in_order, needs_of, shown

if TYPE_CHECKING:
    from .life import Life

MOST_OUTPUTS = 1024 * 1024


class Player:
    """One attempt. `names` are the jobs to play again; None plays all."""

    def __init__(self, life: Life, script: Script, names: Iterable[str] | None = None) -> None:
        self.life, self.script, self.box = life, script, life.box
        self.again = None if names is None else set(names)
        self.run, self.workflow = script.run, script.workflow
        self.jobs: dict[str, Job] = {job.name: job for job in self.run.jobs} if self.again is not None else {}
        self.forgiven: set[str] = set()
        self.ending = life.fates.ending(script.repo)
        self.shelf = life.folder / "caches" / script.repo.full_name

    def attempt(self) -> None:
        """Plays it to its end."""
        self.run.begin()
        self.life.tell_run(self.run, "in_progress")
        if self.ending and self.ending.kind == "startup_failure":
            return self.run.end("startup_failure")
        try:
            for key in in_order(self.workflow.jobs):
                self.job(key)
        except BadWorkflow as reason:
            self.life.refusals[self.run.id] = str(reason)
            self.run.set_jobs([])
            return self.run.end("startup_failure")
        counted = [job for name, job in self.jobs.items() if name not in self.forgiven]
        skipped = all(job.conclusion == "skipped" for job in counted)
        return self.run.end("skipped" if skipped else worst(counted))

    def job(self, key: str) -> None:
        """Plays a job of the workflow, or all jobs of the workflow that it calls."""
        definition = self.workflow.jobs[key]
        if "uses" not in definition:
            return self.part(Part(workflow=self.workflow, key=key))
        called = called_workflow(self.life, self.script, str(definition["uses"]))
        for inner in in_order(called.jobs):
            part = Part(workflow=self.workflow, key=key, called=called, inner=inner)
            permissions(self.script, part)  # wanting too much fails the run before it begins
        for inner in in_order(called.jobs):
            self.part(Part(workflow=self.workflow, key=key, called=called, inner=inner))
            if self.script.results.get(key) == Result(result="skipped"):
                return None
        outputs = (called.on.get("workflow_call") or {}).get("outputs")
        part = Part(workflow=self.workflow, key=key, called=called)
        if outputs:
            self.script.results[key] = self.play(part, {}).caller
        else:
            results = [self.script.results[f"{key}/{inner}"].result for inner in called.jobs]
            self.script.results[key] = Result(
                result="failure" if set(results) - {"success", "skipped"} else "success"
            )
        return None

    def part(self, part: Part) -> None:
        """Plays one job, all combinations of its matrix, unless this attempt keeps what it gave before."""
        kept = self.script.names.get(part.id, [])
        if self.again is not None and not self.again.intersection(kept):
            return
        wanted = [name for name in kept if self.again and name in self.again]
        some = bool(wanted) and len(wanted) < len(kept)
        for name in wanted if some else [None]:
            matrix = self.script.matrices.get(name, {}) if name else {}
            self.keep(part, self.play(part, matrix))

    def keep(self, part: Part, played: Played) -> None:
        """Takes the jobs over that were played, and what they gave."""
        if part.inner and played.caller.result == "skipped" and not self.entered(part.key):
            self.script.results[part.key] = Result(result="skipped")
            return self.skip(part, self.name(Part(workflow=part.workflow, key=part.key)))
        if not played.legs and played.result.result == "skipped":
            self.script.results[part.id] = played.result
            return self.skip(part, self.name(part))
        if played.refusal and not played.legs:
            raise BadWorkflow(played.refusal)
        return None

    def entered(self, key: str) -> bool:
        """Whether a job of the called workflow has run: then the call is none that its condition skipped."""
        inside = (done for name, done in self.script.results.items() if name.startswith(f"{key}/"))
        return any(done.result != "skipped" for done in inside)

    def skip(self, part: Part, name: str) -> None:
        """A job that its condition kept from running."""
        self.show(part, Job(name, "skipped", log=None, runner_name=None, needs=self.needs(part)))

    def show(self, part: Part, job: Job, matrix: Mapping[str, object] | None = None) -> None:
        """Puts a job, as it is now, where the REST interface shows it."""
        self.jobs[job.name] = job
        names = self.script.names.setdefault(part.id, [])
        if job.name not in names:
            names.append(job.name)
        if matrix:
            self.script.matrices[job.name] = matrix
        self.run.set_jobs(self.jobs.values())
        self.jobs = {held.name: held for held in self.run.jobs}

    def name(self, part: Part) -> str:
        """A job's name before act has told it."""
        own = interpolate(part.job.get("name") or part.inner or part.key, contexts(self.box, self.script))
        if not part.inner:
            return own
        return f"{part.caller_job.get('name') or part.key} / {own}"

    def needs(self, part: Part) -> list[str]:
        """The names of the jobs that a job needs; inside a called workflow also those of its caller."""
        keys = [f"{part.key}/{need}" for need in needs_of(part.job)] if part.inner else []
        for need in needs_of(part.caller_job):
            keys += [key for key in self.script.names if key == need or key.startswith(f"{need}/")]
        return [name for key in keys for name in self.script.names.get(key, [])]

    def play(self, part: Part, matrix: Mapping[str, object]) -> Played:
        """Runs act for a job, and shows what it gave."""
        granted = permissions(self.script, part)
        token = self.box.new_token(
            self.script.repo, actor="github-actions[bot]", permissions=granted, kind="installation"
        )
        begins = self.box.clock.now()
        real = part.inner is not None or part.called is None
        if real and not part.job.get("strategy"):
            self.show(part, Job(self.name(part), None, "in_progress", log=None, needs=self.needs(part)))
        folder = self.life.folder / "plays" / f"{self.run.id}-{next(self.life.count)}"
        artifacts = self.life.folder / "artifacts" / str(self.run.id)
        if real and self.ending and self.ending.strikes(self.name(part)):
            token.revoked = True
            return self.strike(part, self.ending.kind)
        lost = self.life.fates.loss(self.script.repo, self.name(part), token) if real else None
        around = surroundings(
            self.life, self.script, part, token=token, matrix=matrix, artifacts=artifacts, stop=lost
        )
        try:
            lay_out(self.shelf, self.script.repo, self.script.occasion)
            played = play(folder, part, self.script.results, around)
            outputs = passed_on(played.result.outputs, around.secrets.values())
            played = replace(played, result=replace(played.result, outputs=outputs))
            if lost and lost():
                return self.strike(part, "runner-lost")
            take_in(self.shelf, self.script.repo, self.script.occasion)
        finally:
            token.revoked = True
            shutil.rmtree(folder, ignore_errors=True)
        if real:
            self.record(part, played, granted, begins)
            take_up(artifacts, self.run)
        return played

    def record(self, part: Part, played: Played, granted: Mapping[str, str], begins: float) -> None:
        """Makes jobs of what was played; the box's time goes on by what the longest took."""
        definition, longest = part.job, 0.0
        strategy = definition.get("strategy") or {}
        head = (part.called or part.workflow).document
        for leg in played.legs:
            name = leg.name
            if leg.matrix and not definition.get("name"):
                name = f"{part.inner or part.key}{shown(strategy.get('matrix') or {}, leg.matrix)}"
            if part.inner:
                name = f"{part.caller_job.get('name') or part.key} / {name}"
            facts = Facts(
                name=name,
                repository=self.script.repo.full_name,
                definition=definition,
                head=head,
                permissions=granted,
                contexts=contexts(self.box, self.script, part),
                begins=begins,
            )
            written = write_log(facts, leg)
            longest = max(longest, written.seconds)
            labels = definition.get("runs-on", "ubuntu-latest")
            job = Job(
                name,
                written.conclusion,
                log=written.log,
                annotations=written.notes.annotations,
                steps=written.steps,
                labels=[labels] if isinstance(labels, str) else [str(label) for label in labels],
                needs=self.needs(part),
                reusable=part.inner is not None,
                started_at=begins,
                completed_at=begins + written.seconds,
            )
            if written.notes.summaries:
                told = "".join(written.notes.summaries)
                self.life.summaries[self.run.id, self.run.attempt.number, name] = told
            self.show(part, job, leg.matrix)
        self.box.clock.advance(longest)
        self.weigh(part, played.result)
        self.script.results[part.id] = self.result(part, played)

    def weigh(self, part: Part, result: Result) -> None:
        """Outputs that GitHub would not take are a fault."""
        size = sum(len(value.encode("utf-16-le")) for value in result.outputs.values())
        if size > MOST_OUTPUTS:
            self.box.faults.append(f"job {part.id}: outputs of {size} bytes, more than GitHub takes")

    def result(self, part: Part, played: Played) -> Result:
        """What the jobs that need this one see: a job that may fail has not failed for them."""
        names = self.script.names.get(part.id, [])
        ends = {self.jobs[name].conclusion for name in names if name in self.jobs}
        end = (
            worst([self.jobs[name] for name in names if name in self.jobs]) if ends else played.result.result
        )
        if end not in {"success", "skipped"} and part.job.get("continue-on-error") is True:
            self.forgiven.update(names)
            end = "success"
        if ends == {"skipped"}:
            end = "skipped"
        old = self.script.results.get(part.id)
        return Result(result=end, outputs={**(old.outputs if old else {}), **played.result.outputs})

    def strike(self, part: Part, kind: str) -> Played:
        """The job ends as the test asked for."""
        job = ended_early(kind, self.name(part), self.box.clock.now(), part.job)
        job.needs, job.reusable = self.needs(part), part.inner is not None
        self.show(part, job)
        result = Result(result=str(job.conclusion))
        self.script.results[part.id] = result
        return Played(legs=[], result=result, caller=result, home=Path())
