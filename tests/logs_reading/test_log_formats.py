from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import SAMPLES, sample

from remediate.logs.chunks import cleaned
from remediate.logs.detection import detect_format
from remediate.logs.formats import FORMATS

STAMP = b"2024-05-01T12:00:00.1234567Z "


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_known_by_its_words(name: str) -> None:
    form, data = sample(name)
    assert detect_format(data).name == form
    assert detect_format(cleaned(data)).name == form
    assert detect_format(data.replace(b"\n", b"\r\n")).name == form
    assert detect_format(b"", data).name == form


def test_every_format_has_a_sample() -> None:
    assert {sample(name)[0] for name in SAMPLES} == set(FORMATS)


@given(st.binary(max_size=300))
def test_any_line_has_a_content(line: bytes) -> None:
    for form in FORMATS.values():
        content = form.content(line)
        assert len(content.text) <= len(line)
        assert isinstance(content.inner, bytes)
    assert detect_format(line) in FORMATS.values()


@pytest.mark.parametrize(
    ("form", "line", "text", "level"),
    [
        (
            "github",
            STAMP + b"##[error]Process completed with exit code 1.",
            b"Process completed with exit code 1.",
            "error",
        ),
        ("github", b"\xef\xbb\xbf" + STAMP + b"text  ", b"text", ""),
        ("github", STAMP + b"[command]/usr/bin/git version", b"/usr/bin/git version", "command"),
        ("github", STAMP.rstrip(), b"", ""),
        ("github", b"##[warning]old", b"old", "warning"),
        ("github", STAMP + b" 10%\r 20%\r done", b" done", ""),
        ("github-web", b"Error: Input required", b"Error: Input required", "error"),
        ("github-web", b"Wed, 01 May 2024 12:00:00 GMT npm ci", b"npm ci", ""),
        ("gitlab", b"section_end:1:a\rsection_start:2:b[collapsed=true]\r$ make", b"$ make", ""),
        ("gitlab", b"2024-05-22T12:43:46.962646Z 01O text", b"text", ""),
        ("gitlab", b"2024-05-22T12:43:46.962646Z 01E+more", b"more", ""),
        ("gitlab", b"ERROR: Job failed: exit code 1", b"ERROR: Job failed: exit code 1", "error"),
        ("jenkins", b"[2024-05-01T12:00:00.123Z] + make", b"+ make", "command"),
        ("jenkins", b"12:00:01  text", b"text", ""),
        ("jenkins", b"[Pipeline] sh", b"sh", ""),
        ("azure", STAMP + b"##[section]Starting: Build", b"Starting: Build", "section"),
        ("travis", b"travis_fold:end:a\rtravis_time:start:1\r$ make", b"$ make", "command"),
        ("buildkite", b"\x1b_bk;t=1700000000000\x07+++ :npm: Test", b":npm: Test", "group"),
        (
            "taskcluster",
            b"[task 2025-02-13T21:56:32.709Z] 21:56:32    ERROR - TEST | a",
            b"TEST | a",
            "error",
        ),
        ("taskcluster", b"[taskcluster:error] Task aborted", b"Task aborted", "error"),
        ("teamcity", b"[12:00:02]W:\t [Step 1/2] warning: old", b"warning: old", "warning"),
        ("circleci", b"$ npm test", b"$ npm test", "command"),
        ("plain", b"\xef\xbb\xbffirst", b"first", ""),
    ],
)
def test_a_line_is_peeled(form: str, line: bytes, text: bytes, level: str) -> None:
    content = FORMATS[form].content(line)
    assert (content.text, content.level) == (text, level)


def test_gh_names_job_and_step_on_each_line() -> None:
    content = FORMATS["gh-cli"].content("test (3.12)\tRun pytest\t\ufeff".encode() + STAMP + b"##[error]x")
    assert (content.job, content.step, content.text, content.level) == (
        "test (3.12)",
        "Run pytest",
        b"x",
        "error",
    )


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        (b"web-1  | could not connect", b"could not connect"),
        (b"postgres_1 | FATAL: no", b"FATAL: no"),
        (b"#12 3.456 npm error code E404", b"npm error code E404"),
        (b"@shop/cart:build: error TS2345", b"error TS2345"),
        (b"  Error: fatal: not found", b"fatal: not found"),
        (b"npm error code E404", b""),
    ],
)
def test_one_more_prefix_can_be_taken_off(text: bytes, inner: bytes) -> None:
    assert FORMATS["plain"].content(text).inner == inner
