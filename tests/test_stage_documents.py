"""What goes from stage to stage: packed, unpacked under a cap, laid aside, written as outputs."""

from __future__ import annotations

import base64
import io
import lzma
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.cli.documents import read_document, write_document, write_outputs
from remediate.cli.stages.notify import stages_failed
from remediate.errors import Unreachable, UsageProblem
from remediate.stages import passing_on
from remediate.stages.passing_on import fetched, fits, laid_aside, most_that_fit, packed, unpacked
from remediate.state.folder import FolderStore

DOCUMENT = b'{"schema": "remediate/verdicts/1", "verdicts": []}'


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "state")


def none() -> FolderStore:
    raise AssertionError("nobody needs the store here")


def outputs(file: Path) -> dict[str, str]:
    """What the runner reads from the file."""
    found: dict[str, str] = {}
    lines = iter(file.read_text().split("\n"))
    for line in lines:
        name, mark, delimiter = line.partition("<<")
        if mark:
            found[name] = "\n".join(iter(lambda: next(lines), delimiter))
    return found


@given(st.binary(max_size=4000).map(bytes.strip).filter(lambda data: not data.startswith(b"remediate+")))
def test_what_is_packed_comes_back(document: bytes) -> None:
    assert unpacked(packed(document)) == document
    assert unpacked(document) == document


def test_nothing_of_a_text_is_left_in_what_is_packed() -> None:
    secret = "hunter2-hunter2-hunter2"
    text = packed(b'{"note": "' + secret.encode() + b'"}')
    for at in range(3):  # as the runner masks it: whole, and in base64 wherever it may stand
        encoded = base64.b64encode(b"\0" * at + secret.encode()).decode()
        assert encoded[at * 2 : -4] not in text
    assert secret not in text
    assert text.isascii()
    assert "\n" not in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("remediate+xz:not base64!", "cannot be unpacked"),
        ("remediate+xz:" + base64.b64encode(b"no xz at all").decode(), "cannot be unpacked"),
        ("remediate+xz:" + base64.b64encode(zlib.compress(b"{}")).decode(), "cut off|cannot be unpacked"),
        (packed(b'{"a": 1}' * 999)[:-40], "cut off|cannot be unpacked"),
        ("remediate+xz:é", "cannot be unpacked"),
        ("remediate+xz:", "cut off"),
    ],
)
def test_what_is_broken_is_named(text: str, says: str) -> None:
    with pytest.raises(UsageProblem, match=says):
        unpacked(text)


def test_bomb_does_not_go_off() -> None:
    bomb = lzma.compress(b"\0" * (passing_on.MOST_BYTES + 2), preset=6)
    assert len(bomb) < 100_000
    with pytest.raises(UsageProblem, match="larger than any"):
        unpacked("remediate+xz:" + base64.b64encode(bomb).decode())


def test_other_memory_is_refused() -> None:
    greedy = lzma.compress(b"{}", filters=[{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 30}])
    with pytest.raises(UsageProblem, match="cannot be unpacked"):
        unpacked("remediate+xz:" + base64.b64encode(greedy).decode())


def test_as_many_as_fit() -> None:
    def build(count: int) -> bytes:
        return bytes(
            byte for number in range(count) for byte in zlib.crc32(b"%d" % number).to_bytes(4, "big")
        )

    count = most_that_fit(500, build, most=1200)
    assert len(packed(build(count))) <= 1200 < len(packed(build(count + 1)))
    assert most_that_fit(500, build) == 500
    assert most_that_fit(3, build, most=10) == 1
    assert most_that_fit(0, build, most=10) == 0


def test_document_laid_aside_is_found_again(store: FolderStore) -> None:
    reference = laid_aside(DOCUMENT, "run-7-1", "verify", store)
    assert store.names("documents/") == ("documents/run-7-1/verify.json",)
    assert fetched(reference, lambda: store) == DOCUMENT


def test_document_laid_aside_that_was_changed_is_not_believed(store: FolderStore) -> None:
    name = "documents/run-7-1/verify.json"
    reference = laid_aside(DOCUMENT, "run-7-1", "verify", store)
    store.change("tamper", [name], lambda _: {name: DOCUMENT.replace(b"[]", b"[1]")})
    with pytest.raises(Unreachable, match="was changed since"):
        fetched(reference, lambda: store)
    store.change("remove", [name], lambda _: {name: None})
    with pytest.raises(Unreachable, match="is gone since"):
        fetched(reference, lambda: store)


def test_document_laid_aside_on_another_branch(store: FolderStore) -> None:
    def shelf(branch: str = "") -> FolderStore:
        assert branch == "ci/state"
        return store

    reference = laid_aside(DOCUMENT, "run-7-1", "verify", store, "ci/state")
    assert fetched(reference, shelf) == DOCUMENT


@pytest.mark.parametrize("name", ["circuits.json", "documents/../circuits.json", "documents/a/b/c.json"])
def test_reference_leads_to_documents_alone(name: str) -> None:
    reference = {"schema": "remediate/reference/1", "name": name, "digest": "0"}
    with pytest.raises(UsageProblem, match="names no document"):
        fetched(msgspec.json.encode(reference), none)


def test_documents_of_old_runs_are_removed(store: FolderStore) -> None:
    for run in (9, 10, 11, 100, *range(101, 110)):
        laid_aside(DOCUMENT, f"run-{run}-1", "recover", store)
    kept = [f"documents/run-{run}-1/recover.json" for run in range(101, 110)]
    assert sorted(store.names("documents/")) == sorted(kept)


def test_document_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "agenda.json").write_bytes(b'{"schema": "remediate/agenda/1"}\n')
    assert read_document(str(tmp_path / "agenda.json"), {}, none) == b'{"schema": "remediate/agenda/1"}'
    with pytest.raises(UsageProblem, match="No such file"):
        read_document(str(tmp_path / "none.json"), {}, none)


def test_document_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed(b"{}").encode())))
    assert read_document("-", {"REMEDIATE_DOCUMENT": "other"}, none) == b"{}"


def test_document_that_was_dropped_on_the_way() -> None:
    with pytest.raises(UsageProblem, match="there is no document") as told:
        read_document(None, {"REMEDIATE_DOCUMENT": "  "}, none)
    assert "masked" in told.value.hint


def test_document_on_the_branch_is_fetched(store: FolderStore) -> None:
    reference = laid_aside(DOCUMENT, "run-7-1", "verify", store)
    assert read_document(None, {"REMEDIATE_DOCUMENT": packed(reference)}, lambda: store) == DOCUMENT


def job(tmp_path: Path) -> dict[str, str]:
    return {"GITHUB_OUTPUT": str(tmp_path / "outputs")}


def passed(environment: Mapping[str, str]) -> str:
    return outputs(Path(environment["GITHUB_OUTPUT"]))["document"]


def test_document_goes_from_job_to_job(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    hostile = b'{"title": "x\\n::error::y", "schema": "remediate_0<<EOF"}'
    write_document(hostile, None, job(tmp_path), owner="run-7-1", stage="detect")
    text = passed(job(tmp_path))
    assert read_document(None, {"REMEDIATE_DOCUMENT": text}, none) == hostile
    assert capfdbinary.readouterr().out == b""


def test_document_goes_to_a_file_and_not_to_the_job(tmp_path: Path) -> None:
    write_document(b"{}", str(tmp_path / "it.json"), job(tmp_path), owner="run-7-1", stage="detect")
    assert (tmp_path / "it.json").read_bytes() == b"{}"
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(("target", "environment"), [(None, {}), ("-", {"GITHUB_OUTPUT": "nowhere"})])
def test_document_is_printed(
    target: str | None, environment: dict[str, str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    write_document(b"{}", target, environment, owner="run-7-1", stage="detect")
    assert capfdbinary.readouterr().out == b"{}\n"


def large() -> bytes:
    numbers = (zlib.crc32(b"%d" % number) for number in range(60_000))
    document = msgspec.json.encode({"schema": "remediate/verdicts/1", "numbers": tuple(numbers)})
    assert not fits(packed(document))
    return document


def test_large_document_goes_by_the_branch(tmp_path: Path, store: FolderStore) -> None:
    document = large()
    write_document(document, None, job(tmp_path), owner="run-7-1", stage="verify", store=lambda: store)
    text = passed(job(tmp_path))
    assert len(text) < 1000
    assert read_document(None, {"REMEDIATE_DOCUMENT": text}, lambda: store) == document


def test_large_document_of_a_stage_that_may_not_write(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="too large to be passed on"):
        write_document(large(), None, job(tmp_path), owner="run-7-1", stage="detect")


def test_large_document_of_the_last_stage_fails_nothing(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """All has been done and told by then, and nobody reads on."""
    write_document(large(), None, job(tmp_path), owner="run-7-1", stage="notify", last=True)
    assert not (tmp_path / "outputs").exists()
    assert b"--output" in capfdbinary.readouterr().err


def test_outputs_cannot_be_broken_out_of(tmp_path: Path) -> None:
    write_outputs({"count": "3", "name": "a\nEOF\ncount=9"}, job(tmp_path))
    assert outputs(tmp_path / "outputs") == {"count": "3", "name": "a\nEOF\ncount=9"}
    write_outputs({"count": "3"}, {})


def test_largest_packed_text_fits_into_the_environment() -> None:
    """`execve` takes 128 KiB a variable, its name and the NUL at its end included."""
    assert len("REMEDIATE_DOCUMENT=") + passing_on.MOST_PACKED + 1 < 128 * 1024


@pytest.mark.parametrize(
    ("results", "failed"),
    [
        ("", ()),
        ("initialize=success detect=failure recover=skipped", ("detect",)),
        ("recover=cancelled verify=timed_out", ("recover", "verify")),
        ("collect-metrics=a-word-of-tomorrow", ("collect-metrics",)),
    ],
)
def test_stages_that_did_not_end_well(results: str, failed: tuple[str, ...]) -> None:
    assert stages_failed(results) == failed


@pytest.mark.parametrize("results", ["detect", "detect=", "=failure", "detect=`x`", "de\u2028tect=failure"])
def test_what_is_no_result_is_refused(results: str) -> None:
    with pytest.raises(UsageProblem, match="no stage with its result"):
        stages_failed(results)
