"""What is wrong with how a scenario went: nothing, if the list is empty."""

from __future__ import annotations

from typing import Any, NamedTuple

from scenarios.playing import Facts
from scenarios.scenario import Scenario


class Verdict(NamedTuple):
    """How it went; `healed` and `touched` are what the two figures count."""

    scenario: Scenario
    complaints: tuple[str, ...]
    healed: bool
    touched: bool
    cause: str
    strategies: tuple[str, ...]
    tries: int
    seconds: float


def judge(scenario: Scenario, facts: Facts, seconds: float) -> Verdict:
    """From what the report says and from what really happened."""
    told = read_report(facts.report)
    complaints = [*_heals(scenario, facts, told), *_leaves(scenario, facts, told), *_says(scenario, told)]
    return Verdict(
        scenario=scenario,
        complaints=tuple(complaints),
        healed=facts.code == 0 and facts.tries > 1,
        touched=scenario.kind == "leave"
        and (facts.tries != 1 or bool(facts.touched) or bool(told.strategies)),
        cause=told.cause,
        strategies=told.strategies,
        tries=facts.tries,
        seconds=seconds,
    )


def failed_to_play(scenario: Scenario, reason: str) -> Verdict:
    """The scenario itself is at fault."""
    return Verdict(
        scenario, (reason,), healed=False, touched=False, cause="", strategies=(), tries=0, seconds=0
    )


class Told(NamedTuple):
    """What the report says."""

    cause: str
    strategies: tuple[str, ...]
    tries: int
    code: int | None


def read_report(report: Any) -> Told:
    """The cause of the first failure, and every strategy of a recovery that was carried out."""
    if report is None:
        return Told("no report", (), 0, None)
    found = [one["diagnosis"] for one in report["tries"] if one["diagnosis"]]
    endings = [one["ending"] for one in report["tries"] if one["ending"]]
    done = [done["strategy"] for ending in endings for done in ending.get("results", ())]
    named = tuple(dict.fromkeys(done))
    others = tuple(name for name in named if name != "retry-command")
    cause = found[0]["cause"] if found else "no diagnosis"
    return Told(cause, others or named, len(report["tries"]), report["code"])


def _heals(scenario: Scenario, facts: Facts, told: Told) -> list[str]:
    if scenario.kind != "heal":
        return []
    complaints = []
    if facts.code != 0:
        complaints.append(f"it was not healed: exit code {facts.code} after {facts.tries} tries")
    if facts.tries < 2:
        complaints.append(f"the command ran {facts.tries} times: nothing went wrong, or nothing was tried")
    if scenario.expect.tries is not None and facts.tries != scenario.expect.tries:
        complaints.append(f"{facts.tries} tries instead of {scenario.expect.tries}")
    if told.strategies != scenario.expect.strategies:
        complaints.append(f"applied {list(told.strategies)} instead of {list(scenario.expect.strategies)}")
    wanted = {f"project/{name}" for name in scenario.expect.changed}
    changed = {path for path in facts.touched if path.startswith("project/")}
    if changed != wanted:
        complaints.append(f"changed {sorted(changed)} instead of {sorted(wanted)}")
    return complaints


def _leaves(scenario: Scenario, facts: Facts, told: Told) -> list[str]:
    if scenario.kind != "leave":
        return []
    complaints = []
    if facts.tries != 1:
        complaints.append(f"the command ran {facts.tries} times, though only a person can mend this")
    if facts.codes and facts.code != facts.codes[-1]:
        complaints.append(f"exit code {facts.code}, but the command's was {facts.codes[-1]}")
    if facts.code == 0:
        complaints.append("the command succeeded: there is no failure here to leave alone")
    if facts.touched:
        complaints.append(f"files were touched: {', '.join(facts.touched)}")
    if told.strategies:
        complaints.append(f"applied {list(told.strategies)}")
    return complaints


def _says(scenario: Scenario, told: Told) -> list[str]:
    causes = scenario.expect.causes
    return (
        [f"called `{told.cause}` instead of {' or '.join(causes)}"]
        if causes and told.cause not in causes
        else []
    )
