"""What servers really say about a push or a fetch, and what is made of it."""

from __future__ import annotations

import pytest
from fakes.fake_clock import FakeClock

from remediate.ports import Spoken
from remediate.state.branch_answers import Answer, of_fetch, of_push, reason
from remediate.state.branch_pace import Pace
from remediate.state.branch_trouble import refused

REF = "0123:refs/heads/remediate-state"
URL = "https://git.example/octo/protected-redirect-certificate.git"
FAILED = f"error: failed to push some refs to '{URL}'\n"
GH006 = "remote: error: GH006: Protected branch update failed for refs/heads/remediate-state.\n"

PUSHES = {
    f"!\t{REF}\t[rejected] (stale info)": (FAILED, Answer.LOST),
    f"!\t{REF}\t[rejected] (fetch first)": (FAILED, Answer.LOST),
    f"!\t{REF}\t[remote rejected] (cannot lock ref 'refs/heads/x': is at 12ab but expected 34cd)": (
        FAILED,
        Answer.LOST,
    ),
    f"!\t{REF}\t[remote rejected] (failed to update ref)": (FAILED, Answer.LOST),
    f"!\t{REF}\t[remote rejected] (failed to lock)": (FAILED, Answer.LOST),
    f"!\t{REF}\t[remote rejected] (incorrect old value provided)": (FAILED, Answer.LOST),
    f"!\t{REF}\t[remote rejected] (reference already exists)": (FAILED, Answer.LOST),
    f"!\t{REF}\t[remote rejected] (protected branch hook declined)": (
        f"{GH006}remote: error: Changes must be made through a pull request.\n{FAILED}",
        Answer.REFUSED,
    ),
    f"!\t{REF}\t[remote rejected] (protected branch hook declined) ": (
        f"{GH006}remote: error: Cannot force-push to this branch\n{FAILED}",
        Answer.NO_FORCE,
    ),
    f"!\t{REF}\t[remote rejected] (push declined due to repository rule violations)": (
        "remote: error: GH013: Repository rule violations found for refs/heads/remediate-state.\n",
        Answer.REFUSED,
    ),
    f"!\t{REF}\t[remote rejected] (pre-receive hook declined)": (FAILED, Answer.REFUSED),
    f"!\t{REF}\t[remote rejected] (permission denied)": (FAILED, Answer.REFUSED),
    f"!\t{REF}\t[remote rejected] (non-fast-forward)": (FAILED, Answer.NO_FORCE),
    f"!\t{REF}\t[remote rejected] (denying non-fast-forward refs/heads/x (you should pull first))": (
        FAILED,
        Answer.NO_FORCE,
    ),
    f"!\t{REF}\t[remote rejected] (Internal Server Error)": (FAILED, Answer.UNKNOWN),
    f"!\t{REF}\t[remote rejected] (unpacker error)": (FAILED, Answer.UNKNOWN),
    f"!\t{REF}\t[remote failure] (remote failed to report status)": (
        "remote: Internal Server Error\n",
        Answer.UNKNOWN,
    ),
    f"!\t{REF}\t[remote rejected] (something that nobody knows)": (FAILED, Answer.REFUSED),
    f"!\t{REF}\t[remote rejected] (failed to update ref) ": (
        "remote: error: cannot lock ref 'refs/heads/x/y': 'refs/heads/x' exists; cannot create it\n",
        Answer.REFUSED,
    ),
    f"!\t{REF}\t[remote rejected] (directory file conflict)": (FAILED, Answer.REFUSED),
}


@pytest.mark.parametrize("line", PUSHES)
def test_a_rejected_push(line: str) -> None:
    errors, answer = PUSHES[line]
    output = f"To {URL}\n{line}\nDone\n".encode()
    assert of_push(Spoken(code=1, output=output, errors=errors)) is answer


BROKEN = {
    "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\n"
    "send-pack: unexpected disconnect while reading sideband packet\n"
    "fatal: the remote end hung up unexpectedly\n": Answer.UNKNOWN,
    f"fatal: unable to access '{URL}/': The requested URL returned error: 500": Answer.UNKNOWN,
    f"fatal: unable to access '{URL}/': The requested URL returned error: 429": Answer.UNKNOWN,
    f"fatal: unable to access '{URL}/': Could not resolve host: git.example": Answer.UNKNOWN,
    f"fatal: unable to access '{URL}/': Failed to connect to git.example port 443": Answer.UNKNOWN,
    "fatal: early EOF": Answer.UNKNOWN,
    "": Answer.UNKNOWN,
    "remote: Permission to octo/shop.git denied to github-actions[bot].\n"
    f"fatal: unable to access '{URL}/': The requested URL returned error: 403": Answer.REFUSED,
    "remote: Write access to repository not granted.\n"
    f"fatal: unable to access '{URL}/': The requested URL returned error: 403": Answer.REFUSED,
    f"remote: Repository not found.\nfatal: repository '{URL}/' not found": Answer.REFUSED,
    f"fatal: Authentication failed for '{URL}/'": Answer.REFUSED,
    "fatal: could not read Username for 'https://git.example': terminal prompts disabled": Answer.REFUSED,
    "fatal: transport 'ext' not allowed": Answer.REFUSED,
    "git@git.example: Permission denied (publickey).\n"
    "fatal: Could not read from remote repository.": Answer.REFUSED,
    f"fatal: unable to access '{URL}/': SSL certificate problem: self-signed certificate": Answer.REFUSED,
    "fatal: '/srv/none.git' does not appear to be a git repository": Answer.REFUSED,
}


FULL = {
    "fatal: write error: No space left on device\nfatal: index-pack failed\n": Answer.REFUSED,
    "error: failed to write to /tmp/x/shallow.lock: Read-only file system\n": Answer.REFUSED,
    "fatal: sha1 file 'objects/pack/tmp_pack_x' write error. Out of diskspace\n": Answer.REFUSED,
    "remote: fatal: unable to write: No space left on device\nfatal: early EOF\n": Answer.UNKNOWN,
    "fatal: remote error: No space left on device\n": Answer.UNKNOWN,
}


@pytest.mark.parametrize("errors", FULL)
def test_a_full_disk_is_ours_or_the_servers(errors: str) -> None:
    assert of_fetch(Spoken(code=128, output=b"", errors=errors)) is FULL[errors]
    why = reason(Spoken(code=128, output=b"", errors=errors))
    assert "TMPDIR" in refused("here", why).hint


@pytest.mark.parametrize("errors", BROKEN)
def test_a_connection_that_broke_or_was_refused(errors: str) -> None:
    spoken = Spoken(code=128, output=b"", errors=errors)
    assert of_push(spoken) is BROKEN[errors]
    assert of_fetch(spoken) is BROKEN[errors]


def test_a_branch_that_is_not_there() -> None:
    for words in ("couldn't find remote ref", "Couldn't find remote ref"):
        errors = f"fatal: {words} refs/heads/remediate-state\n"
        assert of_fetch(Spoken(code=128, output=b"", errors=errors)) is Answer.MISSING


def test_a_push_counts_when_git_says_that_the_ref_moved() -> None:
    for flag, summary in ((" ", "1..2"), ("*", "[new branch]"), ("+", "1...2 (forced update)")):
        output = f"To {URL}\n{flag}\t{REF}\t{summary}\nDone\n".encode()
        assert of_push(Spoken(code=0, output=output, errors="")) is Answer.DONE
    silent = Spoken(code=0, output=b"", errors="remote: Internal Server Error\nEverything up-to-date\n")
    assert of_push(silent) is Answer.UNKNOWN
    assert of_push(Spoken(code=None, output=b"", errors="git took more than 60 seconds")) is Answer.UNKNOWN


def test_the_reason_is_one_line_with_the_way_out() -> None:
    line = f"!\t{REF}\t[remote rejected] (protected branch hook declined)"
    errors, _ = PUSHES[line]
    why = reason(Spoken(code=1, output=f"To {URL}\n{line}\n".encode(), errors=errors))
    assert why.startswith("protected branch hook declined; ")
    assert why.endswith("Changes must be made through a pull request.")
    assert "Exempt this branch" in refused("here", why).hint
    assert "bypass" not in refused("here", f"repository '{URL}' not found").hint
    assert reason(Spoken(code=3, output=b"", errors="")) == "git ended with 3"


def test_the_window_grows_with_losses_and_shrinks_with_success() -> None:
    pace, clock = Pace(lambda: 1.0), FakeClock()
    assert pace.wait() == 0
    waits = []
    for _ in range(8):
        pace.lost(0.1, clock.now())
        waits.append(round(pace.wait(), 2))
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 2.4, 2.4, 2.4]
    pace.won()
    assert round(pace.wait(), 2) == 1.44
    for _ in range(8):
        pace.lost(5.0, clock.now())
    assert pace.wait() == 8.0


def test_who_got_through_yields_after_ten_where_others_were_met() -> None:
    pace, clock = Pace(lambda: 0.5), FakeClock()
    for _ in range(20):
        pace.won()
    assert not pace.yields(clock.now())
    pace.lost(1.0, clock.now())
    for number in range(10):
        assert not pace.yields(clock.now()), number
        pace.won()
    assert pace.yields(clock.now())
    clock.advance(60)
    assert not pace.yields(clock.now())


def test_the_wait_is_anywhere_in_the_window() -> None:
    chances = iter([0.0, 0.25, 1.0])
    pace = Pace(lambda: next(chances))
    pace.lost(4.0, 0.0)
    assert [pace.wait() for _ in range(3)] == [0.0, 1.0, 4.0]
