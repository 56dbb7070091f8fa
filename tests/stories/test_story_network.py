"""A network failure is re-run, turns green, and is counted, once."""

from __future__ import annotations

from collections.abc import Callable

from played import Story, ci

FAILS_ONCE = """\
echo x >> "$COUNTED"
if [ "$(wc -l < "$COUNTED")" -lt 2 ]; then
  echo "npm error code ECONNRESET"
  echo "npm error network read ECONNRESET"
  echo "npm error network This is a problem related to network connectivity."
  exit 1
fi
"""


def test_a_network_failure_is_rerun_and_green(story: Callable[..., Story]) -> None:
    shop = story()
    shop.push({".github/workflows/ci.yml": ci(FAILS_ONCE)})
    shop.goes_on()
    (run,) = shop.runs()
    assert run.attempt.number == 2, shop.log(shop.healers[-1])
    assert run.attempt.conclusion == "success"
    shop.goes_on(900)
    assert shop.standing(run) == "healed", shop.log(shop.healers[-1])
    shop.goes_on(900)
    assert run.attempt.number == 2
    assert shop.document("metrics.json")


def test_a_repository_variable_stops_every_recovery(story: Callable[..., Story]) -> None:
    shop = story()
    shop.repo.set_variable("REMEDIATE_KILL_SWITCH", "on")
    shop.push({".github/workflows/ci.yml": ci(FAILS_ONCE)})
    shop.goes_on()
    (run,) = shop.runs()
    assert run.attempt.number == 1
    assert shop.standing(run) == "refused", shop.log(shop.healers[-1])
    assert "kill" in shop.summary()
