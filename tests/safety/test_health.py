"""The worst of the machine and of the recoveries of late decides; what the recovery mends is left aside."""

from __future__ import annotations

import pytest

from remediate.model.policy import HealthPolicy
from remediate.safety.health import Health, Level, Trend, Vitals, judge, trend

POLICY = HealthPolicy()
FINE = Vitals(cpu=0.1, memory=0.5, disk=0.5)


@pytest.mark.parametrize(
    ("vitals", "level"),
    [
        (FINE, "healthy"),
        (Vitals(), "healthy"),
        (Vitals(memory=0.85), "degraded"),
        (Vitals(memory=0.92), "unhealthy"),
        (Vitals(memory=0.97), "critical"),
        (Vitals(disk=0.90), "degraded"),
        (Vitals(disk=0.97), "unhealthy"),
        (Vitals(disk=1.0), "critical"),
        (Vitals(cpu=1.0), "degraded"),
        (Vitals(cpu=1.0, memory=0.9), "critical"),
    ],
)
def test_level_of_the_machine(vitals: Vitals, level: Level) -> None:
    assert judge(vitals, (), POLICY).level == level


@pytest.mark.parametrize(
    ("successes", "level"),
    [
        ((False, False, False), "healthy"),
        ((True, True, True, False), "degraded"),
        ((True, True, False, False), "unhealthy"),
        ((True, False, False, False), "critical"),
        ((True, True, True, True), "healthy"),
    ],
)
def test_level_of_the_recoveries(successes: tuple[bool, ...], level: Level) -> None:
    assert judge(FINE, successes, POLICY).level == level


def test_rates_and_reasons_are_told() -> None:
    health = judge(Vitals(memory=0.93, disk=0.2), (True, True, True, False), POLICY)
    assert (health.success_rate, health.error_rate) == (0.75, 0.25)
    assert health.reasons == ("memory at 93%", "error rate at 25%")
    assert health.refuses
    assert judge(FINE, (True,), POLICY) == Health(
        level="healthy", trend="steady", success_rate=None, error_rate=None
    )


def test_a_full_disk_does_not_keep_it_from_being_freed() -> None:
    full = Vitals(cpu=0.2, memory=0.2, disk=1.0)
    assert judge(full, (), POLICY).refuses
    assert not judge(full, (), POLICY, aside=("disk",)).refuses


@pytest.mark.parametrize(
    ("successes", "expected"),
    [
        ((False, False, True, True), "improving"),
        ((True, True, False, False), "worsening"),
        ((True, False, True, False), "steady"),
        ((False, True), "steady"),
    ],
)
def test_trend(successes: tuple[bool, ...], expected: Trend) -> None:
    assert trend(successes) == expected
