"""A log is read once, in flat memory, and every sighting names its place in the original."""

from __future__ import annotations

import functools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import failed, line_of, read, stamped, step, texts
from made_rules import made_catalog, rule

from remediate.diagnosis import reading as under_test
from remediate.diagnosis.sighting import Sighting
from remediate.logs.chunks import read_chunks

CATALOG = made_catalog(
    rule("gizmo-broke", r"gizmo broke: \w"),
    rule("gizmo-says", r"^gizmo says no"),
    rule("gizmo-fine", r"gizmo is odd", unless=(r"but harmless",)),
)
BROKE, SAYS, ODD = range(3)


def in_chunks(size: int) -> pytest.MonkeyPatch:
    patch = pytest.MonkeyPatch()
    patch.setattr(under_test, "read_chunks", functools.partial(read_chunks, size=size))
    return patch


def original(log: bytes, sighting: Sighting) -> bytes:
    """The line of the log that begins where the sighting says."""
    return log[sighting.offset :].split(b"\n", 1)[0]


_LINES = st.sampled_from(
    [
        b"gizmo broke: a",
        b"\x1b[31mgizmo\x1b[0m broke: \x1b[1mred\x1b[0m",
        b"gizmo\0 broke: \0nul",
        b"gizmo broke: z\xff\xfe\x9b bytes",
        b"plain",
        b"",
        b"\x1b[2K\x1b[32mcolour alone\x1b[0m",
        b"50%\r100%\rdone",
        b"\xc3\xa4\xc3\xb6 \xe2\x9c\x96 not ascii",
    ]
)


@settings(max_examples=150)
@given(
    lines=st.lists(st.tuples(_LINES, st.sampled_from([b"\n", b"\r\n", b"\r\r\n"])), max_size=60),
    size=st.sampled_from([64, 96, 200, 1000, 1 << 19]),
    ended=st.booleans(),
)
def test_lines_and_offsets_are_the_originals(
    lines: list[tuple[bytes, bytes]], size: int, ended: bool
) -> None:
    log = b"".join(text + end for text, end in lines)
    log = log if ended else log.rstrip(b"\r\n")
    patch = in_chunks(size)
    try:
        found = read(log, CATALOG, "plain")
    finally:
        patch.undo()
    rows = log.split(b"\n")
    starts = [sum(len(row) + 1 for row in rows[:n]) for n in range(len(rows))]
    broke = [n for n, row in enumerate(rows, 1) if b" broke: " in row]
    kept = broke if len(broke) <= 20 else broke[:6] + broke[-14:]
    assert [(s.line, s.offset) for s in found.sightings] == [(n, starts[n - 1]) for n in kept]
    assert found.counts.get(BROKE, 0) == len(broke)
    assert found.lines == log.count(b"\n") + (not log.endswith(b"\n") and bool(log))
    assert found.size == len(log)


def test_text_has_neither_stamp_nor_colour() -> None:
    log = stamped(["one", "\x1b[31mgizmo broke: \x1b[1mred\x1b[0m", "two"], newline="\r\n")
    (seen,) = read(log, CATALOG).sightings
    assert (seen.line, seen.text) == (2, "gizmo broke: red")
    assert b"gizmo broke" not in log[: seen.offset]
    assert original(log, seen).startswith(b"2024-05-01T10:00:00.1370000Z \x1b[31mgizmo")


def test_level_is_what_the_ci_system_said() -> None:
    found = read(stamped(["##[error]gizmo broke: a", "##[warning]gizmo broke: b", "gizmo broke: c"]), CATALOG)
    assert [s.level for s in found.sightings] == ["error", "warning", ""]


@pytest.mark.parametrize(
    "prefix", ["web_1  | ", "#12 3.412 ", "#9 ", "shop/api:build: ", "[10:00:07] "], ids=str.strip
)
def test_rules_look_below_the_prefix_of_another_program(prefix: str) -> None:
    found = read(stamped([f"{prefix}gizmo says no"]), CATALOG)
    assert [(s.rule, s.text) for s in found.sightings] == [(SAYS, f"{prefix}gizmo says no")]


def test_prose_is_no_prefix() -> None:
    assert read(stamped(["the log reads: gizmo says no"]), CATALOG).sightings == ()


def test_unless_forbids_on_the_same_line_alone() -> None:
    found = read(b"gizmo is odd but harmless\ngizmo is odd\nbut harmless\n", CATALOG)
    assert [s.line for s in found.sightings] == [2]


def test_sightings_are_bounded_and_keep_the_first_and_last() -> None:
    count = 200_000
    log = b"".join(b"gizmo broke: %d\n" % n for n in range(1, count + 1))
    found = read(log, CATALOG)
    lines = [s.line for s in found.sightings]
    assert lines == [*range(1, 7), *range(count - 13, count + 1)]
    assert all(s.text == f"gizmo broke: {s.line}" for s in found.sightings)
    assert found.lines == count


def test_offsets_of_a_flood_are_found_in_one_pass() -> None:
    # Looked for from the chunk's beginning for every line, this took fifty times as long.
    def seconds(newline: bytes) -> float:
        log = b"".join(b"gizmo broke: %d%s" % (n, newline) for n in range(30_000))
        begun = time.process_time()
        read(log, CATALOG)
        return time.process_time() - begun

    assert seconds(b"\r\n") < 6 * seconds(b"\n") + 0.2


def test_flood_of_one_rule_hides_no_other() -> None:
    log = b"gizmo broke: x\n" * 3000 + b"gizmo says no\n" + b"gizmo broke: x\n" * 3000
    assert [s.line for s in read(log, CATALOG).sightings if s.rule == SAYS] == [3001]


@pytest.mark.parametrize("at", [0, 1_500_000, 512 * 1024 - 6, 512 * 1024, 3_000_000 - 20])
def test_match_in_an_overlong_line_is_found_once(at: int) -> None:
    line = b"x" * at + b" gizmo broke: y " + b"x" * (3_000_000 - at)
    log = b"before\n" + line + b"\nafter\ngizmo says no\n"
    found = read(log, CATALOG)
    inside, below = [s for s in found.sightings if s.rule == BROKE], found.sightings[-1]
    assert {s.line for s in inside} == {2}
    assert 1 <= len(inside) <= 2  # two pieces share what stands at their cut
    assert all(7 <= s.offset <= 7 + at + 1 and at - s.offset <= 8192 + 4096 for s in inside)
    assert (below.line, original(log, below)) == (4, b"gizmo says no")
    assert found.lines == 4


def test_what_is_kept_of_a_line_is_bounded() -> None:
    (seen,) = read(b"gizmo broke: y" + b"x" * 2_000_000 + b"\n", CATALOG).sightings
    assert len(seen.text) <= 4096
    assert len(seen.around.raw) <= 16384


def key(log: list[str]) -> tuple[tuple[int, int], ...]:
    return read("\n".join(log).encode(), CATALOG).keys


BEGIN, END = "-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----"


def test_lines_of_private_keys_are_known() -> None:
    assert key(["a", BEGIN, "b", "c", END, "d", BEGIN, "e", END]) == ((2, 5), (7, 9))


def test_key_without_an_end_hides_a_stretch() -> None:
    ((begin, end),) = key(["a", BEGIN, *"b" * 1000])
    assert begin == 2
    assert 100 < end < 500


def test_key_on_one_line_hides_nothing_below() -> None:
    assert key(["a", rf"key: {BEGIN}\nabc\n{END}", "b"]) == ()


def test_certificate_is_no_key() -> None:
    assert key(["-----BEGIN CERTIFICATE-----", "b", "-----END CERTIFICATE-----"]) == ()


@pytest.mark.parametrize("log", [b"", b"\n", b" \t\r\n\0\n", b"\x1b[0m\n"])
def test_log_without_text_is_blank(log: bytes) -> None:
    assert read(log, CATALOG).blank


def test_one_letter_is_not_blank() -> None:
    assert not read(b"\n\nx\n", CATALOG).blank


def test_text_above_each_error_of_the_ci_system_is_kept() -> None:
    log = failed("one", "two", command="./gizmo")
    found = read(log, CATALOG)
    number = line_of(log, "Process completed")
    assert found.outline.final_error is not None
    assert found.outline.final_error[0] == number
    assert found.above[number].raw.endswith(b"Z two")
    assert log[found.final_offset :].startswith(log.split(b"\n")[number - 1])


def test_steps_are_known_across_chunks() -> None:
    lines = texts(step("./first", *["quiet"] * 40), step("./second", *["noise"] * 40, code=3))
    patch = in_chunks(256)
    try:
        outline = read(stamped(lines), CATALOG).outline
    finally:
        patch.undo()
    last = outline.steps[-1]
    (second,) = [s for s in outline.steps if s.failed]
    assert (second.name, second.exit_code, second.first_line) == (
        "./second",
        3,
        lines.index("##[group]Run ./second") + 1,
    )
    assert last.last_line == len(lines)


def test_groups_of_a_tool_do_not_hide_its_step() -> None:
    chatter = [text for n in range(400) for text in (f"##[group]module {n}", "built", "##[endgroup]")]
    lines = texts(step("./first", *chatter), step("./second", *chatter, code=3))
    (second,) = [s for s in read(stamped(lines), CATALOG).outline.steps if s.failed]
    assert (second.name, second.first_line) == ("./second", lines.index("##[group]Run ./second") + 1)
