"""A small log of each format, as its system writes it; the projects are invented."""

from __future__ import annotations

STAMP = "2024-05-01T12:00:0%d.1234567Z "

GITHUB = (
    "\ufeff" + STAMP % 1 + "Current runner version: '2.334.0'\n"
    + STAMP % 1 + "##[group]Operating System\n"
    + STAMP % 1 + "Ubuntu\n"
    + STAMP % 1 + "##[endgroup]\n"
    + STAMP % 2 + "##[group]Run actions/checkout@v4\n"
    + STAMP % 2 + "with:\n"
    + STAMP % 2 + "##[endgroup]\n"
    + STAMP % 2 + "[command]/usr/bin/git version\n"
    + STAMP % 3 + "##[group]Run npm ci\n"
    + STAMP % 3 + "\x1b[36;1mnpm ci\x1b[0m\n"
    + STAMP % 3 + "\x1b[36;1mnpm test\x1b[0m\n"
    + STAMP % 3 + "shell: /usr/bin/bash -e {0}\n"
    + STAMP % 3 + "##[endgroup]\n"
    + STAMP % 4 + "\x1b[31mnpm error\x1b[0m code E404\n"
    + STAMP % 4 + "##[error]Process completed with exit code 1.\n"
    + STAMP % 5 + "Post job cleanup.\n"
    + STAMP % 6 + "Cleaning up orphan processes\n"
)  # fmt: skip

GH_CLI = "".join(f"build\tUNKNOWN STEP\t{line}\n" for line in GITHUB.splitlines())

WEB = """Run actions/setup-node@v4
  with:
    node-version: 20
Run npm ci
npm error code E404
Error: Process completed with exit code 1.
Post job cleanup.
"""

GITLAB = (
    "\x1b[0KRunning with gitlab-runner 16.6.0 (3046fee8)\x1b[0;m\n"
    'section_start:1700000000:prepare_executor\r\x1b[0K\x1b[36;1mPreparing the "docker" executor\x1b[0;m\n'
    "section_end:1700000004:prepare_executor\r\x1b[0K"
    'section_start:1700000004:step_script\r\x1b[0K\x1b[36;1mExecuting "step_script" stage of the job script\n'
    "\x1b[32;1m$ make test\x1b[0;m\n"
    "make: *** [test] Error 2\n"
    "section_end:1700000009:step_script\r\x1b[0K"
    "section_start:1700000009:cleanup_file_variables\r\x1b[0KCleaning up project directory\n"
    "section_end:1700000010:cleanup_file_variables\r\x1b[0K\x1b[31mERROR: Job failed: exit code 2\n\x1b[0;m\n"
)

GITLAB_STAMPED = "".join(
    f"2024-05-22T12:43:46.96264{n}Z 01O {line}\n"
    for n, line in enumerate(["Running with gitlab-runner 17.0.0", "$ make", "make: *** [all] Error 2"])
) + "2024-05-22T12:43:47.100000Z 00O ERROR: Job failed: exit code 2\n"  # fmt: skip

JENKINS = """Started by user Ada
Running on agent-1 in /var/jenkins/workspace/shop
[Pipeline] {
[Pipeline] stage
[Pipeline] { (Build)
[Pipeline] sh
+ make test
make: *** [test] Error 2
[Pipeline] }
[Pipeline] // stage
ERROR: script returned exit code 2
Finished: FAILURE
"""

JENKINS_STAMPED = "".join(f"[2024-05-01T12:00:00.123Z] {line}\n" for line in JENKINS.splitlines())

AZURE = "".join(
    STAMP % 1 + line + "\n"
    for line in (
        "##[section]Starting: Run tests",
        "==============================================================================",
        "Task         : Command line",
        "##[command]/usr/bin/bash --noprofile --norc /agent/1.sh",
        "1 failed, 3 passed",
        "##[error]Bash exited with code '1'.",
        "##[section]Finishing: Run tests",
    )
)

CIRCLECI = """#!/bin/bash -eo pipefail
npm test

npm ERR! Test failed.  See above for more details.

Exited with code exit status 1
CircleCI received exit code 1
"""

TRAVIS = (
    "travis_fold:start:worker_info\r\x1b[0K\x1b[33;1mWorker information\x1b[0m\n"
    "travis_fold:end:worker_info\r\x1b[0Ktravis_time:start:0b1c\r\x1b[0K$ make test\n"
    "make: *** [test] Error 2\n"
    'travis_time:end:0b1c:start=1,finish=2\r\x1b[31mThe command "make test" exited with 2.\x1b[0m\n'
    "\nDone. Your build exited with 1.\n"
)

BUILDKITE = "".join(
    f"\x1b_bk;t=170000000000{n}\x07{line}\r\n"
    for n, line in enumerate(
        (
            "~~~ Preparing working directory",
            "\x1b[90m$\x1b[0m cd /var/lib/buildkite-agent/builds/a-1/shop",
            "~~~ Running commands",
            "+++ :npm: Test",
            "npm ERR! Test failed",
            "\x1b[31m🚨 Error: The command exited with status 1\x1b[0m",
            "^^^ +++",
        )
    )
)

TASKCLUSTER = (
    "[taskcluster 2025-02-13 21:56:28.303Z] Task ID: abc\n"
    "[taskcluster 2025-02-13 21:56:30.303Z] === Task Starting ===\n"
    "[task 2025-02-13T21:56:31.709Z] 21:56:31     INFO - [mozharness: 21:56:31Z] Running run-tests step.\n"
    "[task 2025-02-13T21:56:32.709Z] 21:56:32    ERROR - TEST-UNEXPECTED-FAIL | a.html | timed out\n"
    "[taskcluster 2025-02-13 22:12:42.150Z] === Task Finished ===\n"
    "[taskcluster 2025-02-13 22:12:45.343Z] Unsuccessful task run with exit code: 1 completed in 9 s\n"
)

TEAMCITY = """[12:00:00]W: build agent started
[12:00:01] : Step 1/2: Compile (Command Line)
[12:00:01] :\t [Step 1/2] Starting: /opt/agent/custom_script
[12:00:02]W:\t [Step 1/2] main.c:1:1: error: unknown type name 'foo'
[12:00:02]W:\t [Step 1/2] Process exited with code 1
[12:00:03] : Build finished
"""

PLAIN = "gcc -c main.c\nmain.c:1:1: error: unknown type name 'foo'\n"

SAMPLES = {
    "github": GITHUB,
    "gh-cli": GH_CLI,
    "github-web": WEB,
    "gitlab": GITLAB,
    "gitlab-stamped": GITLAB_STAMPED,
    "jenkins": JENKINS,
    "jenkins-stamped": JENKINS_STAMPED,
    "azure": AZURE,
    "circleci": CIRCLECI,
    "travis": TRAVIS,
    "buildkite": BUILDKITE,
    "taskcluster": TASKCLUSTER,
    "teamcity": TEAMCITY,
    "plain": PLAIN,
}


def sample(name: str) -> tuple[str, bytes]:
    """(name of the format, log) of a sample."""
    return name.removesuffix("-stamped"), SAMPLES[name].encode()
