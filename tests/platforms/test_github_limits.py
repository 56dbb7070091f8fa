"""What GitHub says of its limits, in every form that it is said in, and by whichever clock."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import format_datetime

import pytest
from boxed import ALL, Boxed

from remediate.errors import Unreachable
from remediate.platforms.github import GitHub, github_platform
from remediate.platforms.github.limits import limited
from remediate.platforms.github.wire import Reply

NOW = 1_800_000_000.0
ABUSE = b'{"message": "You have triggered an abuse detection mechanism."}'


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (403, {"retry-after": "45"}, b"", 45),
        (429, {"retry-after": "45"}, b"", 45),
        (503, {"retry-after": "45"}, b"", None),
        (
            403,
            {"retry-after": format_datetime(datetime.fromtimestamp(NOW + 90, timezone.utc), True)},
            b"",
            90,
        ),
        (403, {"retry-after": format_datetime(datetime.fromtimestamp(NOW - 90, timezone.utc), True)}, b"", 1),
        (403, {"retry-after": "0"}, b"", 1),
        (403, {"retry-after": "soon"}, b"", 60),
        (403, {"retry-after": "9" * 400}, b"", 60),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 30:.0f}"}, b"", 31),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 30}"}, b"", 31),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 30:.0f}000"}, b"", 60),
        (403, {"x-ratelimit-remaining": "0"}, b"", 60),
        (403, {"x-ratelimit-remaining": "7"}, ABUSE, 60),
        (429, {}, b"", 60),
        (403, {"x-ratelimit-remaining": "7"}, b'{"message": "Must have admin rights"}', None),
        (200, {"x-ratelimit-remaining": "0"}, b"", None),
    ],
)
def test_how_long_to_wait(status: int, headers: dict[str, str], body: bytes, seconds: float | None) -> None:
    assert limited(Reply(status=status, headers=headers, body=body), NOW) == seconds


class Wrong:
    """A machine's clock that goes wrong by so many seconds."""

    def __init__(self, world: Boxed, by: float) -> None:
        self._clock, self._by = world.box.clock, by

    def now(self) -> float:
        return self._clock.now() + self._by

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


def adapter_by(world: Boxed, clock: Wrong, token: str) -> GitHub:
    return github_platform(world.box.api, "octo/shop", token, clock=clock, random=lambda: 0.5)


@pytest.mark.parametrize("by", [-1800.0, 0.0, 1800.0])
def test_the_hour_s_end_is_told_by_the_server_s_clock(world: Boxed, by: float) -> None:
    token = world.box.token(world.repo, permissions=ALL)
    world.box.mischief.exhaust(token)
    world.box.clock.advance(3570)
    before = world.box.clock.now()
    assert adapter_by(world, Wrong(world, by), token).facts().name == "octo/shop"
    assert 30 <= world.box.clock.now() - before <= 33
    assert len(world.box.requests) == 2


@pytest.mark.parametrize("by", [-1800.0, 1800.0])
def test_the_time_that_is_named_is_the_server_s(world: Boxed, by: float) -> None:
    world.box.mischief.secondary_limit(3600)
    token = world.box.token(world.repo, permissions=ALL)
    with pytest.raises(Unreachable, match="10:00 UTC"):
        adapter_by(world, Wrong(world, by), token).facts()


def test_a_limit_that_names_no_time_at_all_does_not_hold_us_for_ever(world: Boxed) -> None:
    world.box.mischief.secondary_limit(0, times=10**6)
    with pytest.raises(Unreachable, match="UTC"):
        world.adapter().facts()
    assert len(world.box.requests) < 12


def test_a_server_that_is_down_for_a_while_says_when_to_come_back(world: Boxed) -> None:
    world.box.mischief.secondary_limit(45, status=503, times=2)
    before = world.box.clock.now()
    assert world.adapter().facts().name == "octo/shop"
    assert 90 <= world.box.clock.now() - before <= 93
