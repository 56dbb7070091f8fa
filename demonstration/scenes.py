"""The recordings that are shown, each with what one should look at."""

from __future__ import annotations

from typing import NamedTuple


class Scene(NamedTuple):
    """A recording under tests/logs, and its story."""

    recording: str
    story: str


SCENES = (
    Scene("npm/registry-503", "A registry is down. Another try, once it answers again, will do."),
    Scene("npm/ci-out-of-sync", "The lockfile does not fit the manifest. A machine can mend that."),
    Scene("pip/disk-full", "The disk is full. There are things on it that can go."),
    Scene(
        "runner/lost-communication", "The runner is gone, and the failure has nothing to do with the code."
    ),
    Scene("jest/asserts-econnreset", "ECONNRESET, but a test says it: the code is wrong, not the network."),
    Scene(
        "jobs/download-retried-then-test-fails",
        "A download failed and was retried. It is not why the job failed.",
    ),
    Scene("jobs/npm-retried-then-types-fail", "The registry stuttered, npm coped. The type error remains."),
    Scene("jobs/changelog-gate", "A check that exists to refuse. Trying again would be rude."),
    Scene("npm/tests-print-errors", "A log full of errors, of a job that succeeded."),
    Scene("runner/log-just-ends", "The log just ends. Nobody can know, so nobody should guess."),
)

# Those in the README's picture.
PICTURED = ("npm/ci-out-of-sync", "jobs/download-retried-then-test-fails")
