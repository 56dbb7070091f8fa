"""What `remediate run` does before a command where something is configured, and after its first try."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from remediate.cli.main import own_up
from remediate.cli.running import Request, go
from remediate.cli.witness import Witness
from remediate.diagnosis.diagnose import Knowledge
from remediate.diagnosis.knowledge import load_catalog
from remediate.diagnosis.ranking import load_fit
from remediate.errors import RemediateError, UsageProblem
from remediate.logs.redaction import Redactor
from remediate.model.cause import CAUSES
from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Recovered
from remediate.model.policy import Policy
from remediate.model.run import Run
from remediate.model.subject import Subject
from remediate.stages.at_hand.playbook import run_playbook
from remediate.stages.at_hand.running import Doors, Finish, Order, run_command
from remediate.stages.at_hand.trying import Attempt, Healing, Limits
from remediate.system.cache import cache_folder
from remediate.system.clock import SystemClock
from remediate.system.processes import SystemProcesses
from remediate.system.settings import Configured, Settings, read_policy, read_settings
from remediate.system.surroundings import subject_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from remediate.stages.at_hand.healing import Healer
    from remediate.system.passing import Passage


def prepare(request: Request) -> None:
    """Refuses a request that cannot be met before the command starts; finishes what an earlier run left."""
    for flag, causes in (("--only", request.only), ("--never", request.never)):
        for cause in causes:
            _known(f"{flag} {cause}", "cause", cause, list(CAUSES))
    configured = configured_for(request)
    policy = configured.policy
    if request.on_failure:
        _known(f"--on-failure {request.on_failure}", "playbook", request.on_failure, list(policy.commands))
    if request.environment:
        name = request.environment
        _known(f"--environment {name}", "environment", name, list(policy.environments))
    _finish_earlier(request, configured)


def conclude(request: Request, passage: Passage, started: float, seconds: float) -> int:
    """Diagnoses, heals, tries again, and tells; the exit code is the command's own, whatever goes wrong."""
    finishes = [Finish(started=started, seconds=seconds, passage=passage)]
    try:
        return _conclude(request, finishes)
    except RemediateError as problem:
        witness = Witness(Redactor(), quiet=request.quiet)
        witness.say(f"{problem.message}. {problem.hint}")
    except Exception as error:  # noqa: BLE001 - our bug is not the command's failure
        own_up(error)
    return finishes[-1].passage.code


def _conclude(request: Request, finishes: list[Finish]) -> int:
    settings = read_settings(request.config)
    redactor = Redactor(settings.secrets(os.environ))
    witness = Witness(redactor, quiet=request.quiet, report=request.report)
    configured = configured_for(request)
    policy = configured.policy
    _say_how_it_ended(finishes[0], request, witness)

    def again() -> Finish:
        with _handed(healer.environment):
            finishes.append(_timed(request))
        _say_how_it_ended(finishes[-1], request, witness)
        return finishes[-1]

    # What is remembered of the command is on the disk: a secret among its words must not be.
    words = tuple(map(redactor.redact, request.command))
    subject = subject_of(words, os.environ, Path.cwd(), SystemProcesses())
    order = Order(
        command=request.command,
        subject=replace(subject, environment=policy.environment),
        limits=Limits(attempts=policy.max_attempts, only=policy.only, never=policy.never),
        timeout=request.timeout,
    )
    healer = _Deferred(lambda: _healer(request, configured, redactor))
    doors = Doors(
        go=again,
        know=lambda: _knowledge(settings),
        heal=healer.heal,
        learn=healer.learn,
        tell=witness.healing,
        say=witness.say,
        redactor=redactor,
        clock=SystemClock(),
    )
    run = run_command(finishes[0], order, doors)
    _follow_up(request, policy, run, witness)
    witness.whole(run, os.environ)
    return run.code


@contextmanager
def _handed(environment: Mapping[str, str]) -> Iterator[None]:
    """The variables are set for what is started within, and for nothing else."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class _Deferred:
    """A healer that is made when something is to be healed: a real failure needs none."""

    def __init__(self, make: Callable[[], Healer]) -> None:
        self._make = make
        self._healer: Healer | None = None
        self.environment: dict[str, str] = {}
        """What a recovery set for the next try alone."""

    def heal(self, diagnosis: Diagnosis, subject: Subject, attempt: Attempt) -> Healing:
        """As the healer does."""
        self._healer = self._healer or self._make()
        healing = self._healer.heal(diagnosis, subject, attempt)
        results = healing.ending.results if isinstance(healing.ending, Recovered) else ()
        self.environment = {name: value for done in results for name, value in done.environment.items()}
        return healing

    def learn(self, *, gone: bool) -> tuple[str, ...]:
        """As the healer does; what it cannot remember hides nothing of how the command ended."""
        self._healer = self._healer or self._make()
        try:
            return self._healer.learn(gone=gone)
        except RemediateError as problem:
            return (f"{problem.message}. {problem.hint}",)


def configured_for(request: Request) -> Configured:
    """The configuration, with what this call says above it."""
    configured = read_policy(request.config)
    policy = configured.policy
    return replace(
        configured,
        policy=replace(
            policy,
            max_attempts=request.max_attempts or policy.max_attempts,
            only=request.only or policy.only,
            never=(*policy.never, *request.never),
            environment=request.environment or policy.environment,
            state=request.state or policy.state,
        ),
    )


def _finish_earlier(request: Request, configured: Configured) -> None:
    redactor = Redactor(read_settings(request.config).secrets(os.environ))
    witness = Witness(redactor, quiet=request.quiet)
    from remediate.cli.healing import finish_earlier  # noqa: PLC0415 - see _healer

    for line in finish_earlier(_healer(request, configured, redactor)):
        witness.say(line)


def _healer(request: Request, configured: Configured, redactor: Redactor) -> Healer:
    from remediate.cli.healing import healer_of  # noqa: PLC0415 - only a recovery needs all of its machinery

    return healer_of(request, configured, redactor)


def _timed(request: Request) -> Finish:
    started, began = time.time(), time.monotonic()
    passage = go(request)
    return Finish(started=started, seconds=time.monotonic() - began, passage=passage)


def _say_how_it_ended(finish: Finish, request: Request, witness: Witness) -> None:
    passage = finish.passage
    if not passage.ended_line:
        witness.begin_line()
    if passage.problem:
        witness.say(passage.problem)
    elif passage.timed_out and request.timeout is not None:
        witness.timed_out(request.timeout)
    elif passage.code and passage.spool.lost and not passage.interrupted:
        witness.say("not all that was printed could be kept: no diagnosis, no second try")


def _follow_up(request: Request, policy: Policy, run: Run, witness: Witness) -> None:
    """The user's own step, where the command has failed for good."""
    if not request.on_failure or not run.failed or run.outcome == "interrupted":
        return
    if request.dry_run:
        witness.say(f"[DRY-RUN] --on-failure {request.on_failure} would run")
        return
    own = policy.commands[request.on_failure]
    result = run_playbook(
        request.on_failure,
        own,
        run,
        folder=Path.cwd(),
        environment=os.environ,
        processes=SystemProcesses(),
    )
    witness.playbook(result)


def _knowledge(settings: Settings) -> Knowledge:
    cache = cache_folder(os.environ, sys.platform)
    return Knowledge(load_catalog(settings.packs(), cache), load_fit())


def _known(given: str, kind: str, name: str, names: list[str]) -> None:
    if name in names:
        return
    from remediate.cli.options import nearest  # noqa: PLC0415 - it imports click, and only for a mistake

    hint = nearest(name, names) if names else "None is configured."
    raise UsageProblem(f"{given}: there is no such {kind}", hint=hint)
