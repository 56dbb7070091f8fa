"""Rules are looked for where a step may have failed, and nowhere else."""

from __future__ import annotations

import io

import pytest
from made import diagnosed, failed, job, line_of, read, stamped, step, texts
from made_rules import made_catalog, rule

from remediate.diagnosis import stretch as under_test
from remediate.diagnosis.reading import read_log
from remediate.rules.catalog import Catalog

CATALOG = made_catalog(rule("gizmo-broke", r"gizmo broke: \w"))


def seen(log: bytes, form: str | None = None) -> list[str]:
    return [s.text.removeprefix("gizmo broke: ") for s in read(log, CATALOG, form).sightings]


def steps(*lines: str, failing: int | None = None, filler: int = 0) -> bytes:
    """A job of one step for each line, of which one fails."""
    noise = ["quiet"] * filler
    return job(
        *(
            step(f"./{number}", *noise, f"gizmo broke: {line}", code=1 if number == failing else None)
            for number, line in enumerate(lines)
        )
    )


def test_steps_that_went_well_are_not_searched() -> None:
    assert seen(steps("a", "b", "c", "d", "e", "f", failing=5)) == ["d", "e", "f"]


def test_failed_step_is_searched_wherever_it_stands() -> None:
    assert seen(steps("a", "b", "c", "d", "e", "f", "g", failing=1)) == ["b", "e", "f", "g"]


def test_step_with_an_annotated_error_is_searched() -> None:
    tolerated = step("./lint", "gizmo broke: first", "##[error]src/a.c is odd", "gizmo broke: last")
    others = [step(f"./{n}", "quiet") for n in range(5)]
    assert seen(job(tolerated, *others, step("./z", code=2))) == ["first", "last"]


def test_log_that_breaks_off_is_searched_at_its_end() -> None:
    log = stamped(texts(*(step(f"./{n}", f"gizmo broke: {n}") for n in range(9)), cleaned=False))
    assert seen(log) == ["6", "7", "8"]


def test_everything_is_searched_on_demand() -> None:
    log = steps(*"abcdef", failing=5)
    found = read_log(io.BytesIO(log), CATALOG, everything=True)
    assert [s.text[-1] for s in found.sightings] == [*"abcdef"]


@pytest.mark.parametrize("form", ["plain", "jenkins", "gitlab", "gh-cli"])
def test_formats_that_do_not_mark_every_failure_are_searched_whole(form: str) -> None:
    assert len(seen(steps(*"abcdef", failing=5), form)) == 6


def test_what_is_longer_than_the_backlog_is_searched_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "_MOST", 3000)
    log = job(
        step("./long", "gizmo broke: above", *["quiet"] * 400, "gizmo broke: below"),
        *(step(f"./{n}", "quiet") for n in range(5)),
        step("./z", "gizmo broke: z", code=1),
    )
    monkeypatch.setattr("remediate.diagnosis.reading.read_chunks", _small_chunks)
    # The end of the long step fits into the backlog: when the step has gone well, it goes.
    assert seen(log) == ["above", "z"]


def _small_chunks(stream: io.BytesIO) -> object:
    from remediate.logs.chunks import read_chunks  # noqa: PLC0415 - the one that was replaced

    return read_chunks(stream, size=1024)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("colour", ["", "\x1b[31m"])
def test_every_shown_line_is_found_where_its_offset_says(catalog: Catalog, newline: str, colour: str) -> None:
    lines = texts(
        step("./first", "one"),
        step(
            "npm ci", "two", f"{colour}npm error code ECONNRESET", f"{colour}npm error errno", "five", code=1
        ),
    )
    log = stamped(lines, newline=newline)
    shown = diagnosed(log, catalog).evidence
    assert {e.role for e in shown} >= {"decisive", "consequence", "context"}
    for evidence in shown:
        assert log[: evidence.offset].count(b"\n") == evidence.line - 1
        line = log[evidence.offset :].split(b"\n")[0]
        assert line.startswith(b"2024-05-01T10:00:0")
        assert evidence.text.encode() in line.replace(b"\x1b[31m", b"").replace(b"##[error]", b"")


def test_last_words_are_found_where_their_offsets_say(catalog: Catalog) -> None:
    log = failed("one", "two is missing", "three", command="npm test")
    shown = diagnosed(log, catalog).evidence
    assert line_of(log, "two is missing") in {e.line for e in shown}
    assert all(log[e.offset :].split(b"\n")[0].endswith(e.text.encode()) for e in shown)
