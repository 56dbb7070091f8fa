"""`remediate circuits`, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from remediate.cli.circuits import command
from remediate.errors import RemediateError, Unreachable, UsageProblem
from remediate.safety.circuit import Circuit, Closed, HalfOpen, Lease, Open
from remediate.state.circuits import NAME, Circuits, Entry, read_circuits
from remediate.state.folder import FolderStore
from remediate.state.shapes import encoded

NOON = 1_790_000_000.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state with an open, a half-open and a closed circuit."""
    states = {
        "aa11": Open(since=NOON),
        "aa22": HalfOpen(successes=1, lease=Lease(owner="run 7", ends=NOON + 3600)),
        "bb33": Closed(failures=2),
    }
    book = Circuits(
        circuits=tuple(
            Entry(
                scope="branch",
                repository="o/r",
                branch="\x1b[2Jmain",
                signature="sig",
                circuit=Circuit(key=key, state=one, seen=NOON),
            )
            for key, one in states.items()
        )
    )
    FolderStore(tmp_path / "documents").change("made", [NAME], lambda _: {NAME: encoded(book)})
    return tmp_path


def call(state: Path, *words: str) -> Result:
    return CliRunner().invoke(
        command, [*words, "--state", str(state)], env={"GITHUB_ACTOR": "", "USER": "eve"}
    )


def problem(state: Path, *words: str) -> RemediateError:
    raised = call(state, *words).exception
    assert isinstance(raised, RemediateError)
    return raised


def test_list_names_each_with_its_state(state: Path) -> None:
    done = call(state, "list")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        r"aa11  open       branch  o/r \x1b[2Jmain sig",
        r"aa22  half-open  branch  o/r \x1b[2Jmain sig",
        r"bb33  closed     branch  o/r \x1b[2Jmain sig",
    ]
    listed = json.loads(call(state, "list", "--format", "json").stdout)
    assert [one["circuit"]["state"]["type"] for one in listed] == ["open", "half-open", "closed"]


def test_list_of_nothing_is_empty(tmp_path: Path) -> None:
    assert call(tmp_path, "list").stdout == ""
    assert list(tmp_path.iterdir()) == []
    assert json.loads(call(tmp_path, "list", "--format", "json").stdout) == []


def test_show_tells_all_of_one(state: Path) -> None:
    out = call(state, "show", "aa2").stdout
    assert "probe       run 7, until 2026-09-21 15:13 UTC at the latest" in out
    assert "successes   1" in out
    assert "since       2026-09-21 14:13 UTC" in call(state, "show", "aa1").stdout
    assert (
        json.loads(call(state, "show", "bb33", "--format", "json").stdout)["circuit"]["state"]["failures"]
        == 2
    )


def test_reset_closes_and_says_who(state: Path) -> None:
    assert call(state, "reset", "aa1", "--by", "ada").stdout == "aa11  closed by ada\n"
    after = read_circuits(FolderStore(state / "documents").read(NAME)[NAME])
    circuit = next(entry.circuit for entry in after.circuits if entry.circuit.key == "aa11")
    assert (circuit.state, circuit.reset_by) == (Closed(), "ada")
    assert "reset       by ada, 2" in call(state, "show", "aa11").stdout
    assert call(state, "reset", "aa22").stdout == "aa22  closed by eve\n"


@pytest.mark.parametrize(
    ("key", "what", "hint"),
    [
        ("zz", "zz: there is no such circuit", "circuits list"),
        ("aa", "aa: several circuits begin so", "aa11, aa22"),
        ("", ": there is no such circuit", "circuits list"),
    ],
)
@pytest.mark.parametrize("verb", ["show", "reset"])
def test_a_key_that_names_none_or_several(verb: str, key: str, what: str, hint: str, state: Path) -> None:
    raised = problem(state, verb, key)
    assert isinstance(raised, UsageProblem)
    assert raised.message == what
    assert hint in raised.hint


def test_a_damaged_state_is_told_with_its_file(state: Path) -> None:
    (state / "documents" / NAME).write_bytes(b"{")
    raised = problem(state, "reset", "aa11")
    assert isinstance(raised, Unreachable)
    assert str(state / "documents" / NAME) in raised.message


def test_a_state_folder_that_is_not_there(tmp_path: Path) -> None:
    assert isinstance(problem(tmp_path / "no", "list"), UsageProblem)


def test_a_name_is_needed(state: Path) -> None:
    runner = CliRunner(env={"GITHUB_ACTOR": None, "USER": None, "USERNAME": None, "LOGNAME": None})
    raised = runner.invoke(command, ["reset", "aa11", "--state", str(state)]).exception
    assert isinstance(raised, UsageProblem)
    assert "--by NAME" in raised.hint
