"""The engines: equal results, no line missed, floods bounded, databases that do not fit passed over."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediate.diagnosis.knowledge import tabulate_all
from remediate.model.rule import Pack
from remediate.rules.packs import shipped_packs
from remediate.rules.scanner import UNSOUND, Scanner, available_engine, patterns_digest

pytest.importorskip("re2")
hyperscan = pytest.importorskip("hyperscan")
if available_engine() != "hyperscan":
    pytest.skip("by nature: no sound version of Hyperscan here", allow_module_level=True)

from remediate.rules import database  # noqa: E402
from remediate.rules.native import FLOOD, FLOOD_BLOCK, FLOOD_MOST  # noqa: E402

TABLE = tabulate_all()
PATTERNS_OF_ALL = (*TABLE.marks, *TABLE.patterns)
# What stands before a content in a log: what each format writes there, and what other tools do.
PREFIXES = (
    b"",
    b"2024-01-01T00:00:00.0000000Z ",
    b"2024-01-01T00:00:00.0000000Z ##[error]",
    b"\xef\xbb\xbf2024-01-01T00:00:00.0000000Z ",
    b"build\tRun make\t2024-01-01T00:00:00.0000000Z ",
    b"2024-01-01T00:00:00.000000Z 00O ",
    b"2024-01-01T00:00:00.000000Z 01E+",
    b"[2024-01-01T00:00:00.000Z] ",
    b"00:00:00.123  ",
    b"[task 2024-01-01T00:00:00.000Z] 00:00:00     INFO -  ",
    b"[10:11:12]W:\t [Step 1/2] ",
    b"_bk;t=1700000000000\x07",
    b"  12\t",
    b"web_1  | ",
    b"#12 3.456 ",
    b"pkg:build: ",
    b" 99% done\r",
)
ENDS = (b"\n", b" \t\n", b"\r\r\n", b"")
PATTERNS = (
    r"error: could not",
    r"^FAIL +\S",
    r"exit code [1-9]\d*$",
    r"(?i)no space LEFT on device",
    r"(?:✖|×) [1-9]\d* problems?",
    r"\bwarn\b.*retry",
    r"(?:^|\s)lock(?:file|ed)(?:$|:)",
    r"'[^']+' was not found",
)
ASIDES = (r"warn", r"^ok$")


@pytest.fixture(scope="module")
def native() -> Scanner:
    return Scanner.build(PATTERNS_OF_ALL, TABLE.asides, engine="hyperscan")


@pytest.fixture(scope="module")
def fallback() -> Scanner:
    return Scanner.build(PATTERNS_OF_ALL, TABLE.asides, engine="re2")


@pytest.fixture(scope="module")
def few() -> tuple[Scanner, Scanner]:
    return Scanner.build(PATTERNS, ASIDES, engine="hyperscan"), Scanner.build(PATTERNS, ASIDES, engine="re2")


def pack_lines(packs: tuple[Pack, ...]) -> list[bytes]:
    groups = (
        lines for pack in packs for kind in (pack.examples, pack.near_misses) for lines in kind.values()
    )
    return [line.rstrip().encode() for lines in groups for line in lines]


def by_line(text: bytes, found: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Candidates as (pattern, line): the engines end a match at different places of its line."""
    return {(index, text.count(b"\n", 0, end)) for index, end in found}


def test_both_engines_confirm_the_same_of_all_packs_lines(native: Scanner, fallback: Scanner) -> None:
    for line in pack_lines(shipped_packs()):
        assert native.confirm(line) == fallback.confirm(line), line


def test_every_confirmed_line_is_found_behind_every_prefix(native: Scanner) -> None:
    scanned = len(PATTERNS_OF_ALL)
    for number, content in enumerate(pack_lines(shipped_packs())):
        wanted = {index for index in native.confirm(content) if index < scanned}
        for prefix in PREFIXES:
            raw = b"before\n" + prefix + content + ENDS[number % len(ENDS)]
            assert wanted <= {index for index, _ in native.scan(raw)}, (prefix, content)


def test_both_engines_find_the_same_lines_of_a_chunk(native: Scanner, fallback: Scanner) -> None:
    lines = pack_lines(shipped_packs())
    text = b"\n".join(PREFIXES[n % len(PREFIXES)] + line for n, line in enumerate(lines))
    for start in range(0, len(text), 30_000):
        part = text[start : start + 30_000]
        assert by_line(part, native.scan(part)) == by_line(part, fallback.scan(part))


FRAGMENTS = (
    *(b"error: could not", b"FAIL ", b"exit code 1", b"No space left on device", "✖ 2 problems".encode()),
    *(b"warn", b"retry", b"lockfile", b"lock", b"'x' was not found", b"'", b" ", b"\t", b"\r", b"\xff", b"0"),
)
words = st.sampled_from(FRAGMENTS)
texts = st.lists(st.one_of(words, st.binary(max_size=4)), max_size=12).map(b"".join)


@settings(max_examples=400)
@given(content=texts)
def test_both_engines_confirm_the_same_of_any_line(few: tuple[Scanner, Scanner], content: bytes) -> None:
    content = content.replace(b"\n", b"")
    assert few[0].confirm(content) == few[1].confirm(content)


@settings(max_examples=300)
@given(lines=st.lists(texts, max_size=5))
def test_both_engines_find_the_same_in_any_text(few: tuple[Scanner, Scanner], lines: list[bytes]) -> None:
    text = b"\n".join(lines)
    assert by_line(text, few[0].scan(text)) == by_line(text, few[1].scan(text))


@settings(max_examples=300)
@given(content=texts, prefix=st.sampled_from(PREFIXES), end=st.sampled_from(ENDS))
def test_no_confirmed_line_is_missed(
    few: tuple[Scanner, Scanner], content: bytes, prefix: bytes, end: bytes
) -> None:
    content = content.replace(b"\n", b"").rstrip()
    wanted = {index for index in few[0].confirm(content) if index < len(PATTERNS)}
    assert wanted <= {index for index, _ in few[0].scan(b"x\n" + prefix + content + end)}


def test_asides_follow_the_patterns_and_are_not_scanned_for(few: tuple[Scanner, Scanner]) -> None:
    for scanner in few:
        assert scanner.confirm(b"warn: will retry") == (5, 8)
        assert scanner.confirm(b"ok") == (9,)
        assert scanner.scan(b"ok\nwarn\n") == []


def test_ends_are_in_the_matching_line(few: tuple[Scanner, Scanner]) -> None:
    text = b"calm\nerror: could not\ncalm\n  exit code 17  \n"
    for scanner in few:
        found = dict(scanner.scan(text))
        assert text.count(b"\n", 0, found[0]) == 1
        assert text.count(b"\n", 0, found[2]) == 3


def test_nothing_to_match_and_nothing_to_read() -> None:
    for engine in ("hyperscan", "re2"):
        scanner = Scanner.build((), (), engine=engine)
        assert scanner.scan(b"error") == []
        assert scanner.confirm(b"error") == ()
        assert Scanner.build(PATTERNS, engine=engine).scan(b"") == []


def test_matches_beside_bytes_that_are_no_text(few: tuple[Scanner, Scanner]) -> None:
    text = b"\xff\xfe\x80" * 1000 + b"error: could not\x00\xff\n\x81\x82 exit code 1\xa0\n"
    for scanner in few:
        assert by_line(text, scanner.scan(text)) == {(0, 0)}


def test_a_flood_is_bounded_and_hides_no_other_pattern(few: tuple[Scanner, Scanner]) -> None:
    flood = b"error: could not do it, error: could not do it\n" * 12_000
    text = flood + b"exit code 1\n" + flood
    found = few[0].scan(text)
    assert len(found) <= FLOOD + len(text) / FLOOD_BLOCK * len(PATTERNS)
    assert (2, flood.count(b"\n")) in by_line(text, found)
    last = len(text) - found[-1][1]
    assert last < 2 * FLOOD_BLOCK
    assert found == sorted(found, key=lambda pair: pair[1])


def test_a_line_of_many_matches_is_bounded(few: tuple[Scanner, Scanner]) -> None:
    text = b"'x' was not found" * 60_000 + b"\nexit code 1\n"
    found = few[0].scan(text)
    assert len(found) <= FLOOD + FLOOD_MOST + len(PATTERNS)
    assert (2, 1) in by_line(text, found)


def test_threads_share_a_scanner(few: tuple[Scanner, Scanner]) -> None:
    text = b"calm line\n" * 20_000 + b"exit code 1\n"
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(few[0].scan, [text] * 40):
            assert by_line(text, found) == {(2, 20_000)}
        assert set(pool.map(few[0].confirm, [b"exit code %d" % n for n in range(1, 200)])) == {(2,)}


def test_a_packed_scanner_is_opened_and_not_built(tmp_path: Path) -> None:
    packed = database.build(PATTERNS, ASIDES)
    shipped = tmp_path / "patterns.bin"
    shipped.write_bytes(packed)
    for source in (packed, shipped):
        scanner = Scanner.ready(PATTERNS, ASIDES, shipped=source, cache=tmp_path / "cache")
        assert scanner.confirm(b"exit code 1") == (2,)
    assert not (tmp_path / "cache").exists()
    assert Scanner.load(packed).confirm(b"exit code 1") == (2,)


def test_what_was_built_is_kept_and_opened_the_next_time(tmp_path: Path) -> None:
    Scanner.ready(PATTERNS, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    stamp = kept.stat().st_mtime_ns
    Scanner.ready(PATTERNS, cache=tmp_path)
    Scanner.ready(PATTERNS[:3], cache=tmp_path)
    assert kept.stat().st_mtime_ns == stamp
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("place", [5, 40, 200, -1])
def test_a_damaged_cache_is_built_again(tmp_path: Path, place: int) -> None:
    Scanner.ready(PATTERNS, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    good = kept.read_bytes()
    for bad in (good[:place], good[:place] + bytes([good[place] ^ 255]) + good[place:][1:], b"", b"x" * 9000):
        kept.write_bytes(bad)
        assert Scanner.ready(PATTERNS, cache=tmp_path).confirm(b"exit code 1") == (2,)
        assert kept.read_bytes() == good


def test_a_database_of_other_patterns_is_foreign() -> None:
    packed = database.build(PATTERNS)
    for asides, patterns in (((), PATTERNS[:-1]), (ASIDES, PATTERNS)):
        key = database.fingerprint(patterns_digest(patterns, asides))
        with pytest.raises(database.ForeignError):
            database.unpack(BytesIO(packed), key)


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert Scanner.ready(PATTERNS, cache=tmp_path / "file" / "cache").confirm(b"exit code 1") == (2,)


def test_wheels_that_lose_matches_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for version, engine in (("0.7.21", "hyperscan"), ("0.7.22", "re2"), ("0.9.1", "re2"), ("unknown", "re2")):
        available_engine.cache_clear()
        monkeypatch.setattr(hyperscan, "__version__", version)
        assert available_engine() == engine
    available_engine.cache_clear()
    assert UNSOUND == (0, 7, 22)


def test_the_engine_here_loses_no_match() -> None:
    # Each of these is found alone; Vectorscan 5.4.12 loses the second when they are compiled together.
    scanner = Scanner.build((r'^ +\d+\) "(?:before|after) (?:all|each)" hook', r"^ +[1-9]\d* fail$"))
    line = b"job\tstep\t2024-01-01T00:00:00.0000000Z  1 fail\n"
    assert [index for index, _ in scanner.scan(line)] == [1]


def test_time_is_linear_in_a_line_made_to_be_slow(few: tuple[Scanner, Scanner]) -> None:
    def seconds(size: int) -> float:
        text = b"warn " * size + b"'" * size
        start = time.process_time()
        few[0].scan(text)
        return time.process_time() - start

    assert seconds(80_000) < 30 * max(seconds(20_000), 0.001)
