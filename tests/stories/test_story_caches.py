"""A cache that was saved broken: it is restored, fails the build, is deleted, and is made anew."""

from __future__ import annotations

from collections.abc import Callable

from box.cache_shelf import spoil
from played import Story

CI = """\
name: CI
on: push
permissions: {contents: read}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache/restore@v4
        id: fonts
        with:
          path: fonts
          key: fonts-linux-1a2b
          fail-on-cache-miss: ${{ github.run_attempt == '1' && github.run_number != '1' }}
      - if: ${{ !steps.fonts.outputs.cache-hit }}
        run: mkdir fonts && head -c 100000 /dev/urandom > fonts/one
      - if: ${{ !steps.fonts.outputs.cache-hit }}
        uses: actions/cache/save@v4
        with: {path: fonts, key: fonts-linux-1a2b}
      - run: test -s fonts/one
"""
NOTHING = """\
name: Nothing
on: workflow_dispatch
jobs: {none: {runs-on: ubuntu-latest, steps: [{run: "true"}]}}
"""


def test_a_cache_that_was_saved_broken_is_deleted_and_made_anew(story: Callable[..., Story]) -> None:
    shop = story(files={".github/workflows/remediate.yml": NOTHING})
    shop.push({".github/workflows/ci.yml": CI})
    shop.goes_on()
    (broken,) = shop.repo.caches.held
    spoil(shop.box.life.folder / "caches" / shop.repo.full_name, broken)
    shop.push({"README.md": "A shop with more.\n"}, branch="topic")
    shop.goes_on()
    first, run = shop.runs()
    assert (first.conclusion, run.conclusion) == ("success", "failure"), shop.log(run)
    shop.heal()
    shop.goes_on()
    assert (run.attempt.number, run.conclusion) == (2, "success"), shop.told
    shop.box.tick(900)
    shop.heal()
    assert shop.standing(run) == "healed", shop.told
    # The broken one was the default branch's; what the re-run saved is the topic's own.
    assert [(cache.key, cache.ref) for cache in shop.repo.caches.held] == [
        ("fonts-linux-1a2b", "refs/heads/topic")
    ]
