"""What the tests of the stages share: a repository in memory, a state folder, diagnoses to order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub, Killed

from remediate.errors import Unreachable
from remediate.logs.redaction import Redactor
from remediate.metrics.figures import Metrics
from remediate.model.actions import Job, JobStep, WorkflowRun
from remediate.model.case import Case, Closing
from remediate.model.diagnosis import Diagnosis
from remediate.model.digest import digest_of
from remediate.model.policy import HealthPolicy, Policy
from remediate.model.record import Record
from remediate.model.stage import Agenda, Finding, Findings, Recoveries, Settings, Tally, Verdicts
from remediate.ports import Shelf, Unanswered
from remediate.safety.health import Vitals
from remediate.stages.collect import collect
from remediate.stages.doors import Doors
from remediate.stages.initialize import Request, initialize
from remediate.stages.recover import recover
from remediate.stages.verify import verify
from remediate.state import history
from remediate.state.cases import read_register
from remediate.state.folder import FolderStore
from remediate.state.metrics_store import METRICS, read_metrics

CALM = HealthPolicy(cpu=(1, 1, 1), memory=(1, 1, 1), disk=(1, 1, 1))
POLICY = Policy(health=CALM, backoff_first=0.0, backoff_most=0.0)
WORKFLOW = b"on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm ci\n"


class NoWeb:
    def request(self, method: str, address: str, **_more: Any) -> Unanswered:
        return Unanswered(reason="nothing is out there")


class NoProcesses:
    """Nothing is started by these stages."""


class Repository:
    """A repository, the state, and the stages over both; each stage may be another process."""

    def __init__(self, folder: Path, policy: Policy = POLICY) -> None:
        self.clock = FakeClock()
        self.github = FakeGitHub(self.clock)
        self.folder = folder
        self.policy = policy
        self.store: Shelf = FolderStore(folder / "state")
        self.event: tuple[str, bytes] = ("schedule", b"{}")
        self.healers = 0

    def fails(self, cause: str = "network", **more: Any) -> WorkflowRun:
        """A run that failed a moment ago."""
        run = self.github.add_run(**{"jobs": (_job(),), "conclusion": "failure", "commit": "c" * 40, **more})
        self.github.files[run.workflow, run.commit] = WORKFLOW
        return run

    def ends(self, run: WorkflowRun, conclusion: str) -> WorkflowRun:
        """Its latest attempt ends so."""
        return self.github.finish(run.id, conclusion, (_job(),))

    def forbids(self, call: str, run: WorkflowRun) -> None:
        """The platform refuses this call about the run, and answers it about every other."""
        asked = getattr(self.github, call)

        def refused(about: Any, *given: Any) -> Any:
            if run.id in (about, getattr(about, "id", 0)):
                raise Unreachable(f"{call}: the token may not", hint="Give it actions: write.")
            return asked(about, *given)

        setattr(self.github, call, refused)

    def dies_after(self, effect: str) -> None:
        """The process dies once this has happened, before it can write down that it has."""
        happened = self.github.happened

        def last(what: str) -> None:
            happened(what)
            if what.startswith(effect):
                self.github.happened = happened  # type: ignore[method-assign]
                raise Killed

        self.github.happened = last  # type: ignore[method-assign]

    def history(self) -> tuple[Record, ...]:
        """This month's lines."""
        name = history.name_of(self.clock.now())
        return history.read_history(name, self.store.read(name)[name])

    def doors(self, owner: str) -> Doors:
        folder = self.folder / "fetched"
        folder.mkdir(exist_ok=True)
        return Doors(
            platform=self.github,
            forge=self.github,
            tracker=self.github,
            store=self.store,
            web=NoWeb(),
            clock=self.clock,
            processes=NoProcesses(),  # type: ignore[arg-type]
            random=lambda: 0.5,
            measure=lambda _folder: Vitals(cpu=0.1, memory=0.1, disk=0.1),
            redactor=Redactor(),
            catalog=lambda _packs: None,  # type: ignore[arg-type,return-value]
            environment={},
            folder=folder,
            owner=owner,
            own_workflow=".github/workflows/remediate.yml",
            event_name=self.event[0],
            event=self.event[1],
        )

    def begins(self, **more: Any) -> tuple[Agenda, Doors]:
        """A healer that has seen what there is."""
        self.healers += 1
        doors = self.doors(f"healer-{self.healers}")
        return initialize(doors, Request(settings=Settings(policy=self.policy), **more)), doors

    def heals(self, cause: str = "network", **more: Any) -> Verdicts:
        """A whole healer, in which every new failure has this cause."""
        agenda, doors = self.begins(**more)
        return verify(recover(found(agenda, cause), doors), doors)

    def counts(self, cause: str = "network", **more: Any) -> Tally:
        """The same, and how every case stands is counted."""
        agenda, doors = self.begins(**more)
        return collect(verify(recover(found(agenda, cause), doors), doors), doors)

    @property
    def metrics(self) -> Metrics:
        return read_metrics(self.store.read(METRICS)[METRICS])

    def heals_unread(self) -> Verdicts:
        """A whole healer that can look at no failure."""
        agenda, doors = self.begins()
        return verify(recover(Findings(agenda=agenda), doors), doors)

    def recovers(self, cause: str = "network", **more: Any) -> Recoveries:
        agenda, doors = self.begins(**more)
        return recover(found(agenda, cause), doors)

    def case(self, run: WorkflowRun) -> Case | Closing:
        """The attempt as the state knows it."""
        register = read_register(self.store, self.clock.now() - 10 * 86400, self.clock.now())
        return register.open.get(run.key) or register.closed[run.key]

    def standing(self, run: WorkflowRun) -> str:
        return self.case(run).standing


def _job() -> Job:
    step = JobStep(number=1, name="Run npm ci", conclusion="failure")
    return Job(id=1, run=0, attempt=1, name="build", status="completed", conclusion="failure", steps=(step,))


def found(agenda: Agenda, cause: str = "network", **more: Any) -> Findings:
    """What detect would find, if every failure had this cause."""
    findings = [
        Finding(case=msgspec.structs.replace(case, diagnosis=diagnosed(cause, **more))) for case in agenda.new
    ]
    return Findings(agenda=agenda, findings=tuple(findings))


def signature_of(cause: str) -> str:
    return digest_of((cause,)).hex()[:16]


def diagnosed(cause: str, **more: Any) -> Diagnosis:
    recovery = {"network": "retry-command", "lockfile": "lockfile-repair", "cache": "cache-purge"}.get(cause)
    values: dict[str, Any] = {
        "source": "build",
        "format": "github",
        "cause": cause,
        "type": None,
        "severity": "medium",
        "confidence": 0.97,
        "transient": recovery is not None,
        "signature": signature_of(cause),
        "rule": f"npm-{cause}",
        "title": f"A {cause} failure",
        "evidence": (),
        "step": None,
        "recovery": recovery,
        "hint": "Look at it.",
    }
    return Diagnosis(**{**values, **more})
