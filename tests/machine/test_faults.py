"""The misbehaving server misbehaves as ordered, for as long as ordered, and ends without a trace."""

from __future__ import annotations

import http.client
import threading
from pathlib import Path

import pytest
from machine.fault_port import FaultPort
from machine.faults import Faults, read_fault
from machine.upstream import from_folder, from_server

BODY = b"all the fonts, and some more of them"


class Tried:
    """How often a command was begun."""

    def __init__(self, number: int = 1) -> None:
        self.number = number

    def __call__(self) -> int:
        return self.number


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "fonts").write_bytes(BODY)
    return tmp_path


def port(site: Path, tried: Tried, *orders: dict[str, object]) -> FaultPort:
    return FaultPort(from_folder(site), Faults(tuple(map(read_fault, orders)), tried))


def get(at: FaultPort, path: str = "/fonts", timeout: float = 60.0) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", at.port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def test_an_answer_stands_in_for_so_many_requests(site: Path) -> None:
    with port(site, Tried(), {"do": "429 Retry-After=7", "times": 2}) as at:
        answers = [get(at) for _ in range(3)]
    assert [status for status, _, _ in answers] == [429, 429, 200]
    assert answers[0][2]["Retry-After"] == "7"
    assert answers[2][1] == BODY


def test_a_fault_stands_for_so_many_tries_and_not_before_the_first(site: Path) -> None:
    tried = Tried(0)
    with port(site, tried, {"do": 503, "path": "/fo*", "tries": 2}) as at:
        seen = []
        for number in (0, 1, 2, 3):
            tried.number = number
            seen.append(get(at)[0])
    assert seen == [200, 503, 503, 200]


def test_a_fault_meets_only_the_requests_it_names(site: Path) -> None:
    with port(site, Tried(), {"do": 503, "path": "/other*"}) as at:
        assert get(at)[0] == 200
        assert get(at, "/other/one")[0] == 503


@pytest.mark.parametrize("verb", ["reset", "part hard=1 after=5"])
def test_a_reset_is_a_reset(verb: str, site: Path) -> None:
    with (
        port(site, Tried(), {"do": verb}) as at,
        pytest.raises((ConnectionResetError, http.client.IncompleteRead)),
    ):
        get(at)


def test_a_part_is_less_than_was_promised(site: Path) -> None:
    with port(site, Tried(), {"do": "part after=5"}) as at, pytest.raises(http.client.IncompleteRead) as cut:
        get(at)
    assert cut.value.partial == BODY[:5]


def test_a_corrupt_body_has_its_length(site: Path) -> None:
    with port(site, Tried(), {"do": "corrupt"}) as at:
        _, body, _ = get(at)
    assert body != BODY
    assert len(body) == len(BODY)


def test_slowness_outlasts_a_client(site: Path) -> None:
    with port(site, Tried(), {"do": "slow seconds=60"}) as at, pytest.raises(TimeoutError):
        get(at, timeout=0.1)


def test_a_port_that_refuses_listens_again(site: Path) -> None:
    tried = Tried()
    with port(site, tried, {"do": "refuse"}) as at:
        _until(lambda: _refused(at))
        tried.number = 2
        _until(lambda: not _refused(at))
        assert get(at)[1] == BODY


def test_it_stands_before_another_server(site: Path) -> None:
    with port(site, Tried(0)) as behind:
        faults = Faults((read_fault({"do": 502, "times": 1}),), Tried())
        with FaultPort(from_server(behind.port), faults) as at:
            assert [get(at)[0] for _ in range(2)] == [502, 200]
            assert faults.requests == ["GET /fonts", "GET /fonts"]


def test_nothing_leaves_the_folder(site: Path) -> None:
    (site.parent / "secret").write_text("x")
    with port(site, Tried()) as at:
        assert get(at, "/../secret")[0] == 404
        assert get(at, "/%2e%2e/secret")[0] == 404


def test_no_thread_and_no_port_stays(site: Path) -> None:
    before = threading.active_count()
    for _ in range(20):
        with port(site, Tried(), {"do": "slow seconds=60", "path": "/slow"}) as at:
            get(at)
    assert _refused(at)
    _until(lambda: threading.active_count() <= before)


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(ValueError, match="unknown fault `explode`"):
        read_fault({"do": "explode"})


def _refused(at: FaultPort) -> bool:
    try:
        get(at)
    except (ConnectionRefusedError, ConnectionResetError):  # the latter while it is being closed
        return True
    return False


def _until(holds: object, patience: int = 6000) -> None:
    assert callable(holds)
    waiting = threading.Event()
    for _ in range(patience):
        if holds():
            return
        waiting.wait(0.01)
    raise AssertionError("it did not come to that")
