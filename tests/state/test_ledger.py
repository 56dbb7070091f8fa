"""What recoveries must remember, from the first bid to the history."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from fakes.fake_clock import FakeClock

from remediate.errors import UsageProblem
from remediate.logs.redaction import Redactor
from remediate.model.plan import Plan, Step
from remediate.model.policy import CircuitPolicy, Policy
from remediate.model.record import OutcomeName, Record
from remediate.model.subject import Subject
from remediate.safety.circuit import Held, Open, Permit
from remediate.safety.moments import HOUR
from remediate.safety.rates import Exceeded
from remediate.state import approvals, attempts, circuits, history
from remediate.state.bid import Bid
from remediate.state.folder import FolderStore
from remediate.state.ledger import Exhausted, Ledger


class Desk:
    """A ledger over a real folder, with a clock that the test holds."""

    def __init__(self, folder: Path, **policy: object) -> None:
        self.store = FolderStore(folder)
        self.clock = FakeClock(1_790_000_000.0)
        self.policy = Policy(**policy)  # type: ignore[arg-type]
        self.ledger = Ledger(self.store, self.clock, self.policy, Redactor(["hunter22"]))
        self.bids = 0

    def bid(self, branch: str = "main", signature: str = "sig", **subject: str) -> Bid:
        self.bids += 1
        whole = Subject(repository="o/r", branch=branch, **subject)
        return Bid(subject=whole, signature=signature, owner=f"o{self.bids}")

    def end(self, bid: Bid, succeeded: bool) -> None:
        outcome: OutcomeName = "recovered" if succeeded else "rolled-back"
        line = history.line_of(bid, outcome, self.clock.now())
        self.ledger.end(bid, msgspec.structs.replace(line, changed=True))

    def fail(self, times: int, **which: str) -> None:
        for _ in range(times):
            bid = self.bid(**which)
            assert self.ledger.begin(bid) == Permit()
            self.end(bid, succeeded=False)
            self.clock.advance(2 * HOUR)

    @property
    def book(self) -> circuits.Circuits:
        return circuits.read_circuits(self.store.read(circuits.NAME)[circuits.NAME])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "documents", max_attempts=100)


def test_looking_changes_nothing(desk: Desk) -> None:
    standing = desk.ledger.look(desk.bid())
    assert (standing.attempts, standing.circuit_holds, standing.rate_holds) == (0, "", "")
    assert not desk.store.folder.exists()


def test_three_failures_open_the_branchs_circuit_and_a_probe_closes_it(desk: Desk) -> None:
    desk.fail(3)
    held = desk.ledger.begin(desk.bid())
    assert isinstance(held, Held)
    assert desk.ledger.look(desk.bid()).circuit_holds == held.reason
    (key,) = (entry.circuit.key for entry in desk.book.circuits if isinstance(entry.circuit.state, Open))
    assert key in held.hint
    assert desk.ledger.begin(desk.bid(branch="other")) == Permit()
    desk.clock.advance(24 * HOUR)
    probe = desk.bid()
    assert desk.ledger.begin(probe) == Permit(probe=True, seconds=HOUR)
    assert isinstance(desk.ledger.begin(desk.bid()), Held)
    desk.end(probe, succeeded=True)
    assert desk.ledger.begin(desk.bid()) == Permit()


def test_five_failures_of_any_kind_open_the_repositorys_circuit(desk: Desk) -> None:
    for number in range(5):
        desk.fail(1, signature=f"s{number}")
        desk.clock.advance(-2 * HOUR)
    held = desk.ledger.begin(desk.bid(signature="new"))
    assert isinstance(held, Held)
    (entry,) = (entry for entry in desk.book.circuits if isinstance(entry.circuit.state, Open))
    assert entry.scope == "repository"


def test_a_failure_on_three_branches_at_once_is_one_incident(desk: Desk) -> None:
    assert desk.ledger.begin(desk.bid(branch="a")) == Permit()
    desk.ledger.sight(desk.bid(branch="b"))
    held = desk.ledger.begin(desk.bid(branch="c"))
    assert isinstance(held, Held)
    (entry,) = (entry for entry in desk.book.circuits if isinstance(entry.circuit.state, Open))
    assert (entry.scope, entry.signature) == ("signature", "sig")
    assert desk.ledger.begin(desk.bid(branch="c", signature="another")) == Permit()


def test_what_is_healed_or_long_ago_is_no_incident(desk: Desk) -> None:
    first = desk.bid(branch="a")
    desk.ledger.begin(first)
    desk.end(first, succeeded=True)
    desk.ledger.begin(desk.bid(branch="b"))
    assert desk.ledger.begin(desk.bid(branch="c")) == Permit()
    desk.clock.advance(HOUR + 1)
    assert desk.ledger.begin(desk.bid(branch="d")) == Permit()


def test_a_reset_closes_and_forgets_what_would_open_it_again(desk: Desk) -> None:
    for branch in "abc":
        desk.ledger.sight(desk.bid(branch=branch))
    (entry,) = desk.book.circuits
    closed = circuits.close(desk.book, entry.circuit.key, "ada", desk.clock.now())
    assert closed.sightings == ()
    assert closed.circuits[0].circuit.reset_by == "ada"


def test_a_circuit_that_nobody_came_back_to_is_forgotten_in_the_end(desk: Desk) -> None:
    desk.fail(3)
    desk.clock.advance(24 * HOUR + circuits.KEPT - 3 * HOUR)
    desk.ledger.sight(desk.bid(branch="other", signature="another"))
    assert any(isinstance(entry.circuit.state, Open) for entry in desk.book.circuits)
    desk.clock.advance(2 * HOUR)
    desk.ledger.sight(desk.bid(branch="third", signature="another"))
    assert desk.book.circuits == ()


def test_no_circuit_is_forgotten_while_it_holds(tmp_path: Path) -> None:
    year = CircuitPolicy(failure_threshold=3, open_for=366 * 24 * HOUR, success_threshold=1)
    desk = Desk(tmp_path / "documents", max_attempts=100, circuit=year)
    desk.fail(3)
    desk.clock.advance(360 * 24 * HOUR)
    assert isinstance(desk.ledger.begin(desk.bid()), Held)
    desk.clock.advance(6 * 24 * HOUR)
    assert desk.ledger.begin(desk.bid(), lasts=100 * 24 * HOUR) == Permit(probe=True, seconds=8_640_000)
    desk.clock.advance(99 * 24 * HOUR)
    assert isinstance(desk.ledger.begin(desk.bid()), Held)


def test_attempts_are_counted_when_they_begin_and_end_with_a_success(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "documents", max_attempts=2)
    first, second = desk.bid(), desk.bid()
    desk.ledger.begin(first)
    desk.ledger.begin(second)
    assert desk.ledger.look(desk.bid()).attempts == 2
    assert isinstance(desk.ledger.begin(desk.bid()), Exhausted)
    assert desk.ledger.look(desk.bid(commit="another")).attempts == 0
    desk.end(second, succeeded=True)
    assert desk.ledger.look(desk.bid()).attempts == 0


def test_attempts_of_yesterday_do_not_count(desk: Desk) -> None:
    desk.ledger.begin(desk.bid())
    desk.clock.advance(27 * HOUR)
    assert desk.ledger.look(desk.bid()).attempts == 0


def test_rates_hold(desk: Desk) -> None:
    for _ in range(3):
        desk.ledger.begin(desk.bid())
    verdict = desk.ledger.begin(desk.bid())
    assert isinstance(verdict, Exceeded)
    assert desk.ledger.look(desk.bid()).rate_holds == verdict.reason


def test_the_same_bid_begins_and_ends_once(desk: Desk) -> None:
    bid = desk.bid()
    assert isinstance(desk.ledger.begin(bid), Permit)
    assert isinstance(desk.ledger.begin(bid), Permit)
    for _ in range(2):
        desk.end(bid, succeeded=False)
    standing = desk.ledger.look(desk.bid())
    assert (standing.attempts, standing.successes) == (1, (False,))


def test_what_is_withdrawn_never_was(desk: Desk) -> None:
    bid = desk.bid()
    desk.ledger.begin(bid)
    desk.ledger.withdraw(bid)
    standing = desk.ledger.look(desk.bid())
    assert (standing.attempts, standing.rate_holds) == (0, "")


def test_who_was_refused_may_ask_again_later(desk: Desk) -> None:
    for _ in range(3):
        desk.ledger.begin(desk.bid())
    late = desk.bid()
    assert isinstance(desk.ledger.begin(late), Exceeded)
    desk.clock.advance(HOUR + 1)
    assert desk.ledger.begin(late) == Permit()
    assert desk.ledger.look(desk.bid()).attempts == 4


def test_what_is_withdrawn_may_begin_and_be_withdrawn_again(desk: Desk) -> None:
    bid = desk.bid()
    for _ in range(2):
        assert desk.ledger.begin(bid) == Permit()
        desk.ledger.withdraw(bid)
        assert desk.ledger.look(desk.bid()).attempts == 0


def test_what_has_begun_goes_on_in_another_process_though_a_circuit_opened(desk: Desk) -> None:
    bid = desk.bid()
    desk.ledger.begin(bid)
    desk.fail(3, signature="another", branch="b")
    for branch in "cde":
        desk.ledger.sight(desk.bid(branch=branch))
    assert desk.ledger.look(bid).circuit_holds
    other = Ledger(desk.store, desk.clock, desk.policy)
    assert isinstance(other.begin(bid), Permit)
    assert desk.ledger.look(desk.bid()).attempts == 1


def test_recent_ends_are_told(desk: Desk) -> None:
    for succeeded in (True, False):
        bid = desk.bid()
        desk.ledger.begin(bid)
        desk.end(bid, succeeded)
    standing = desk.ledger.look(desk.bid())
    assert standing.successes == (True, False)
    assert standing.changes == (desk.clock.now(),) * 2


def test_history_keeps_no_secret_and_nothing_that_acts(desk: Desk) -> None:
    bid = desk.bid(branch="\x1b[31mred")
    line = history.line_of(bid, "refused", desk.clock.now())
    record = msgspec.structs.replace(line, gate="mode", reason="password hunter22\nand \x1b]0;x")
    desk.ledger.note(bid, record)
    desk.ledger.note(bid, record)
    name = history.name_of(desk.clock.now())
    data = desk.store.read(name)[name]
    assert name == "history/2026-09.jsonl"
    assert data
    assert b"hunter22" not in data
    assert b"\\u001b" not in data
    (read,) = history.read_history(name, data)
    assert (read.outcome, read.gate, read.branch) == ("refused", "mode", "\\x1b[31mred")


PLAN = Plan(
    subject=Subject(commit="c0ffee", run="7"),
    cause="lockfile",
    rule="r",
    signature="sig",
    confidence=0.9,
    tree="t",
    path=(),
    groups=((Step(strategy="lockfile-repair"),),),
)


def test_a_recovery_that_healed_nothing_is_no_success() -> None:
    bid = Bid(subject=PLAN.subject, signature="sig", owner="o")
    record = history.line_of(bid, "unhealed", 1.0, of=PLAN, plan=PLAN)
    assert (record.outcome, record.succeeded) == ("unhealed", False)
    assert (record.cause, record.rule, record.confidence) == ("lockfile", "r", 0.9)
    assert record.strategies == ("lockfile-repair",)
    assert history.line_of(bid, "recovered", 1.0, of=PLAN, plan=PLAN).succeeded


def test_an_approval_is_of_one_plan(desk: Desk) -> None:
    given = approvals.give(approvals.Approvals(), PLAN.hash, " ada ", 1.0)
    found = approvals.approval_of(given, PLAN)
    assert found
    assert (found.approver, found.commit, found.run) == ("ada", "c0ffee", "7")
    other = msgspec.structs.replace(PLAN, subject=Subject(commit="decaf", run="7"))
    assert approvals.approval_of(given, other) is None
    assert approvals.approval_of(approvals.revoke(given, PLAN.hash), PLAN) is None
    desk.store.change("a", [approvals.NAME], lambda _: {approvals.NAME: msgspec.json.encode(given)})
    assert desk.ledger.look(desk.bid(), PLAN).approval == found


def test_approvals_are_kept_as_long_as_any_configuration_lets_them_hold() -> None:
    fields = msgspec.inspect.type_info(Policy).fields  # type: ignore[attr-defined]
    (longest,) = (field.type.type.le for field in fields if field.name == "approval_lasts")
    assert longest <= approvals.KEPT
    given = approvals.give(approvals.Approvals(), PLAN.hash, "ada", 0.0)
    given = approvals.give(given, "b" * 16, "ada", longest - 1)
    assert approvals.approval_of(given, PLAN)
    for number in range(approvals.MOST + 5):
        given = approvals.give(given, f"{number:016x}", "ada", longest)
    assert len(given.approvals) == approvals.MOST
    late = approvals.give(given, "c" * 16, "ada", 2 * longest + 3 * HOUR)
    assert [one.plan for one in late.approvals] == ["c" * 16]


@pytest.mark.parametrize(("plan", "by"), [("xyz", "ada"), (PLAN.hash, " "), (PLAN.hash.upper() + "A", "ada")])
def test_an_approval_needs_a_hash_and_a_name(plan: str, by: str) -> None:
    with pytest.raises(UsageProblem):
        approvals.give(approvals.Approvals(), plan, by, 1.0)


@pytest.mark.parametrize("signature", ["../../x", "", "a b", "x" * 300, "\udcff"])
def test_any_signature_has_a_name(signature: str, desk: Desk) -> None:
    assert attempts.name_of(signature) != attempts.name_of(signature + "!")
    if signature.isprintable():
        assert desk.ledger.begin(desk.bid(signature=signature)) == Permit()


def test_a_record_is_one_line() -> None:
    line = history.appended(None, Record(at=1.0, owner="o", outcome="refused", reason="a\nb"), Redactor())
    assert line.count(b"\n") == 1
