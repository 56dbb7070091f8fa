"""The commands about the state, with the branch that the workflow keeps."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from box.git_host import GitHost, Turned, Visitor
from click.testing import CliRunner, Result

from remediate.cli import approvals, backups, circuits, incidents
from remediate.errors import UNREACHABLE, RemediateError, Unreachable, UsageProblem
from remediate.ports import Documents
from remediate.safety.circuit import Circuit, Closed, Open
from remediate.state.branch import BranchStore
from remediate.state.circuits import NAME, Circuits, Entry, read_circuits
from remediate.state.shapes import encoded, schema_of

sys.path.insert(0, str(Path(__file__).parent / "state"))

from hosted import REPOSITORY, Hosted

PLAN = "5d0c9f3a1b7e2648"
TOKEN = "ghs_canary"
BOOK = Circuits(
    circuits=(
        Entry(
            scope="branch",
            repository="octo/shop",
            branch="main",
            signature="sig",
            circuit=Circuit(key="aa11", state=Open(since=1_790_000_000.0), seen=1_790_000_000.0),
        ),
    )
)


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    """A repository with a state, a clone's `origin` that names it, and the clone as the folder we are in."""
    with GitHost(tmp_path / "host") as host:
        hosted = Hosted(host, REPOSITORY, tmp_path / "fetched")
        hosted.store().change("made", [NAME], lambda _: {NAME: encoded(BOOK)})
        yield hosted


@pytest.fixture
def clone(hosted: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clone"
    hosted.git("clone", "--quiet", hosted.url, str(folder))
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    for name in ("GITHUB_ACTIONS", "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


COMMANDS = {
    "circuits": circuits.command,
    "approvals": approvals.command,
    "backups": backups.command,
    "incidents": incidents.command,
}


def call(name: str, *words: str, **environment: str) -> Result:
    return CliRunner().invoke(COMMANDS[name], [*words], env={"USER": "eve", **environment})


def problem(name: str, *words: str, **environment: str) -> RemediateError:
    raised = call(name, *words, **environment).exception
    assert isinstance(raised, RemediateError), raised
    return raised


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("remote", ["--remote", "--remote=origin", "--remote={url}"])
def test_the_branch_of_origin_or_of_an_address(remote: str, hosted: Hosted) -> None:
    remote = remote.format(url=hosted.url)
    assert call("circuits", "list", remote).stdout == "aa11  open  branch  octo/shop main sig\n"
    assert "2026-09-21 14:13 UTC" in call("circuits", "show", "aa", remote).stdout
    assert call("circuits", "reset", "aa11", "--by", "ada", remote).stdout == "aa11  closed by ada\n"
    circuit = read_circuits(hosted.content()[NAME]).circuits[0].circuit
    assert (circuit.state, circuit.reset_by) == (Closed(), "ada")


@pytest.mark.usefixtures("clone")
def test_a_circuit_that_goes_while_it_is_reset_is_told(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = BranchStore.read

    def then_gone(self: BranchStore, *names: str, fresh: bool = True) -> Documents:
        found = read(self, *names, fresh=fresh)
        hosted.store().change("gone", [NAME], lambda _: {NAME: encoded(Circuits())})
        return found

    monkeypatch.setattr(BranchStore, "read", then_gone)
    raised = problem("circuits", "reset", "aa11", "--by", "ada", "--remote")
    assert isinstance(raised, UsageProblem)
    assert "there is no such circuit" in raised.message


@pytest.mark.usefixtures("clone")
def test_an_option_after_remote_is_no_address() -> None:
    assert json.loads(call("circuits", "list", "--remote", "--format", "json").stdout)[0]["scope"] == "branch"


@pytest.mark.usefixtures("clone")
def test_approvals_are_given_and_revoked_there(hosted: Hosted) -> None:
    assert call("approvals", "give", PLAN, "--remote").stdout == f"{PLAN}  approved by eve\n"
    assert PLAN in hosted.content()["approvals.json"].decode()
    assert call("approvals", "list", "--remote").stdout.startswith(PLAN)
    assert call("approvals", "revoke", PLAN, "--remote").stdout == f"{PLAN}  revoked\n"
    assert call("approvals", "list", "--remote").stdout == ""


DAMAGED = {
    "circuits.json": [("circuits", "list"), ("circuits", "reset", "aa11", "--by", "ada")],
    "approvals.json": [("approvals", "list"), ("approvals", "give", PLAN), ("approvals", "revoke", PLAN)],
    "incidents.json": [("incidents", "list"), ("incidents", "show", "20150e5d755bf778")],
}
FLAWS = {
    "cut off": lambda schema: b'{"schema": "%s", "circu' % schema,
    "twice": lambda schema: b'{"schema": "%s", "x": 1, "x": 2}' % schema,
    "newer": lambda schema: b'{"schema": "%s9"}' % schema,
    "of another kind": lambda schema: b'{"schema": "%s", "surprise": 1}' % schema,
}


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("flaw", FLAWS)
def test_a_document_that_cannot_be_trusted_is_told_by_every_command(flaw: str, hosted: Hosted) -> None:
    """With exit code 4, its name and the way out; and nothing is changed."""
    hosted.plant({name: FLAWS[flaw](schema_of(name).encode()) for name in DAMAGED})
    before = hosted.tip()
    for name, commands in DAMAGED.items():
        for command in commands:
            told = problem(*command, "--remote")
            assert told.exit_code == UNREACHABLE
            assert name in told.message
            assert told.hint
    assert hosted.tip() == before


def test_the_configuration_names_the_branch(hosted: Hosted, clone: Path) -> None:
    (clone / ".github").mkdir()
    (clone / ".github/remediate.yml").write_text("state-branch: elsewhere\n")
    assert call("circuits", "list", "--remote").stdout == ""
    assert call("approvals", "give", PLAN, "--remote").exit_code == 0
    assert hosted.tip("elsewhere")
    assert "approvals.json" not in hosted.content()


@pytest.mark.usefixtures("clone")
def test_a_bare_folder_beside_is_an_address_too(hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(hosted.path.parent)
    assert call("circuits", "list", f"--remote=./{hosted.path.name}").stdout.startswith("aa11  open")


@pytest.mark.usefixtures("clone")
def test_a_snapshot_becomes_a_branch_of_its_own(hosted: Hosted) -> None:
    tip = hosted.tip()
    name = "20261121-7-1"
    hosted.git("update-ref", f"refs/remediate/snapshots/{name}", tip)
    done = call("backups", "restore", name, "--remote", "--format", "json")
    assert json.loads(done.stdout) == {"id": name, "branch": f"remediate/restored-{name}", "commit": tip}
    assert hosted.tip(f"remediate/restored-{name}") == tip
    gone = problem("backups", "restore", "20200101-1-1", "--remote")
    assert isinstance(gone, UsageProblem)
    assert "no such snapshot" in gone.message


@pytest.mark.usefixtures("clone")
def test_a_branch_that_is_there_is_not_moved_to_a_snapshot(hosted: Hosted) -> None:
    tip = hosted.tip()
    hosted.git("update-ref", "refs/remediate/snapshots/20261121-7-1", tip)
    hosted.store().change("more", [NAME], lambda _: {NAME: encoded(Circuits())})
    hosted.git("update-ref", "refs/heads/remediate/restored-20261121-7-1", hosted.tip())
    refused = problem("backups", "restore", "20261121-7-1", "--remote")
    assert isinstance(refused, Unreachable)
    assert "cannot be made" in refused.message
    assert hosted.tip("remediate/restored-20261121-7-1") != tip


@pytest.mark.usefixtures("clone")
def test_snapshots_are_listed(hosted: Hosted) -> None:
    tip = hosted.tip()
    for name in ("20261101-1-1", "20261121-7-1"):
        hosted.git("update-ref", f"refs/remediate/snapshots/{name}", tip)
    assert call("backups", "list", "--remote").stdout == f"20261121-7-1  {tip}\n20261101-1-1  {tip}\n"
    listed = json.loads(call("backups", "list", "--remote", "--format", "json").stdout)
    assert listed[0] == {"id": "20261121-7-1", "commit": tip}


def test_in_a_job_its_own_token_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: set[str | None] = set()
    wanted = f"Basic {base64.b64encode(f'x-access-token:{TOKEN}'.encode()).decode()}"

    def guard(_: str, authorization: str | None, __: bool) -> Visitor | Turned:
        heard.add(authorization)
        return Visitor() if authorization == wanted else Turned(status=401, words="who are you?")

    monkeypatch.chdir(tmp_path)
    with GitHost(tmp_path / "host", guard=guard) as host, GitHost(tmp_path / "other") as other:
        hosted = Hosted(host, REPOSITORY, tmp_path / "fetched")
        hosted.store(token=TOKEN).change("made", [NAME], lambda _: {NAME: encoded(BOOK)})
        job = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": host.address,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_ACTOR": "ada",
        }
        for name in ("GITHUB_TOKEN", "GH_TOKEN"):
            done = call("circuits", "reset", "aa11", "--remote", **job, **{name: TOKEN})
            assert done.stdout == "aa11  closed by ada\n", done.exception
        assert heard == {wanted}
        # An address that is named is another's: the job's token is not for it.
        seen = Hosted(other, REPOSITORY, tmp_path / "fetched")
        other.guard = guard
        heard.clear()
        raised = problem("circuits", "list", f"--remote={seen.url}", **job, GITHUB_TOKEN=TOKEN)
        assert isinstance(raised, Unreachable)
        assert heard == {None}


def test_what_is_meant_must_be_clear(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("circuits", "approvals", "backups"):
        raised = problem(name, "list", "--remote", "--state", str(tmp_path))
        assert isinstance(raised, UsageProblem)
    assert "has no remote called upstream" in problem("circuits", "list", "--remote", "upstream").message
    monkeypatch.chdir(tmp_path)
    assert "no git repository" in problem("circuits", "list", "--remote").message
    assert isinstance(problem("backups", "list", f"--remote={tmp_path}/none"), Unreachable)
