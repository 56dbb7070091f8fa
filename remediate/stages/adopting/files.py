"""The text of the files that `remediate init` writes."""

from __future__ import annotations

from remediate.stages.adopting.wish import Wish

REPOSITORY = "remediate/remediate"
WORKFLOW = ".github/workflows/remediate.yml"
# Held equal to what the jobs of heal.yml have together by a test.
PERMISSIONS = {
    "actions": ("write", "reads the runs that failed; re-runs jobs, deletes poisoned caches"),
    "checks": ("read", "annotations: a lost runner is told of nowhere else"),
    "contents": ("write", "the state branch, snapshots, the branch of a repair; never a branch of yours"),
    "issues": ("write", "one issue for each failure that needs a person"),
    "pull-requests": ("write", "the pull request of a repair, one comment on the one that failed"),
}
CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"

_HEAD = """\
# Written by `remediate init`; run it again with --force to renew it. What each job does and may do:
# https://github.com/{repository}/blob/{revision}/docs/workflow.md
name: remediate

on:
"""
_WATCH = """\
  # It runs this file, from the default branch, and looks at the failed run through the API alone: nothing of
  # the run's own commit is checked out, built or executed with a token.
  workflow_run: # zizmor: ignore[dangerous-triggers] see above
    workflows: {names}
    types: [completed]
"""
_REST = """\
  schedule:
    - cron: "7,22,37,52 * * * *" # off the full hour, when most is late or dropped
  # For `/remediate approve HASH` and the like. Anybody may comment; only who may write is heard.
  issue_comment: # zizmor: ignore[dangerous-triggers] see above
    types: [created]
  workflow_dispatch:
    inputs:
      mode:
        description: What to do at most
        type: choice
        options: [as configured, observe, suggest, heal]
        default: as configured
      dry-run:
        description: Say what would be done, and do nothing
        type: boolean
        default: false
      run-id:
        description: The one run to look at, instead of all that failed
        type: string
        default: ""

permissions: {}

jobs:
  heal:
    name: heal
"""
_IF = """\
    if: >-
      (github.event_name != 'issue_comment' || startsWith(github.event.comment.body, '/remediate '))
      && (github.event_name != 'workflow_run'
      || !contains(fromJSON('["success", "skipped"]'), github.event.workflow_run.conclusion)
      || github.event.workflow_run.run_attempt > 1
      || startsWith(github.event.workflow_run.head_branch, 'remediate/'))
"""
_CALL = """\
    uses: {repository}/.github/workflows/heal.yml@{revision}
    with:
      mode: ${{{{ inputs.mode }}}}
      dry-run: ${{{{ inputs.dry-run || false }}}}
      run-id: ${{{{ inputs.run-id }}}}
"""
_APP = """\
    # With a GitHub App the pull request of a repair starts its runs by itself: docs/tokens.md.
    #   app-client-id: ${{ vars.REMEDIATE_APP_CLIENT_ID }}
    # secrets:
    #   app-private-key: ${{ secrets.REMEDIATE_APP_PRIVATE_KEY }}
"""
_STEPS = """\
    runs-on: {runs_on}
    timeout-minutes: 60
    # What is pushed out of the queue here is found by the next scheduled run.
    concurrency:
      group: remediate-heal
      cancel-in-progress: false
    steps:
      - name: Check the configuration out
        uses: {checkout}
        with:
          persist-credentials: false
      - name: Heal
        uses: {repository}@{revision}
        with:
          mode: ${{{{ inputs.mode != 'as configured' && inputs.mode || '' }}}}
          dry-run: ${{{{ inputs.dry-run }}}}
          kill-switch: ${{{{ vars.REMEDIATE_KILL_SWITCH }}}}
          run-id: ${{{{ inputs.run-id }}}}
"""
_CONFIGURATION = """\
# The configuration of Remediate. Nothing has to stand here: every value has a default. All keys:
# https://github.com/{repository}/blob/{revision}/docs/configuration.md
#
# mode: suggest               # say what would be done, and do nothing yet; observe: only diagnose
# never: [cache]              # causes that are never recovered here
# ignore-workflows: [.github/workflows/release.yml]
# max-attempts: 2             # recoveries of one failure before a person has to look
# kill-switch: true           # stops every recovery
"""


def workflow(wish: Wish, names: tuple[str, ...]) -> str:
    """The workflow that calls Remediate when one of these has ended, or on schedule alone."""
    named = {"repository": REPOSITORY, "revision": wish.revision}
    watch = _WATCH.format(names=f"[{', '.join(map(_quoted, names))}]") if names else ""
    body = _one_job(wish, named) if wish.one_job else _six_jobs(wish, named)
    return _HEAD.format(**named) + watch + _REST + body


def configuration(wish: Wish) -> str:
    """The configuration with what was asked for; everything else in it is a comment."""
    given = {"mode": wish.mode, "state-branch": wish.state_branch}
    lines = [f"{key}: {_quoted(value)}\n" for key, value in given.items() if value]
    return _CONFIGURATION.format(repository=REPOSITORY, revision=wish.revision) + "".join(lines)


def _six_jobs(wish: Wish, named: dict[str, str]) -> str:
    runs_on = f"      runs-on: {_quoted(wish.runs_on)}\n" if wish.runs_on else ""
    head = "    permissions: # each of the six jobs has only its own part of them\n"
    return head + _permissions() + _CALL.format(**named) + runs_on + _APP


def _one_job(wish: Wish, named: dict[str, str]) -> str:
    runs_on = _quoted(wish.runs_on) if wish.runs_on else "ubuntu-latest"
    steps = _STEPS.format(**named, runs_on=runs_on, checkout=CHECKOUT)
    return _IF + "    permissions:\n" + _permissions() + steps


def _permissions() -> str:
    return "".join(f"      {name}: {level} # {why}\n" for name, (level, why) in PERMISSIONS.items())


def _quoted(text: str) -> str:
    """The text as YAML in quotes, whatever it holds. JSON will not do: there an emoji is two characters."""
    return f'"{"".join(map(_character, text))}"'


def _character(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"
