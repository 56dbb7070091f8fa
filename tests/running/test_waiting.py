"""`Retry-After` is read out of what tools print, whichever way they write it."""

from __future__ import annotations

import io

import pytest

from remediate.stages.at_hand.waiting import retry_after

NOW = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("< Retry-After: 120", 120),
        ("retry-after: 7\nretry-after: 9\n", 9),
        ('{"retry-after": "30"}', 30),
        ("headers: {'retry-after': ['15']}", 15),
        ("toomanyrequests: retry-after: 250.5ms, allowed: 44000/minute", 0.2505),
        ("Please retry after 5 minutes", 300),
        ("retry_after=3", 3),
        ("Retry-After: Tue, 14 Nov 2023 22:14:20 GMT", 60),
        ("Retry-After: Tue, 14 Nov 2023 22:00:00 GMT", 0),
        ("Retry-After: Tue, 99 Nov 2023 99:14:20 GMT", None),
        ("we will retry after the break", None),
        ("", None),
    ],
)
def test_what_a_server_asked_for(text: str, seconds: float | None) -> None:
    assert retry_after(io.BytesIO(text.encode()), NOW) == seconds


def test_only_the_end_is_read() -> None:
    assert retry_after(io.BytesIO(b"Retry-After: 5\n" + b"x\n" * 500_000), NOW) is None
