"""JUnit reports: what real tools write is counted, and nothing hostile is read."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from remediate.verification.junit import Report, read_report


def read(text: str | bytes) -> Report | None:
    return read_report(io.BytesIO(text.encode() if isinstance(text, str) else text))


def test_what_pytest_writes_is_counted(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_well(): pass\n"
        "def test_badly(): assert False\n"
        "@pytest.mark.skip\ndef test_never(): pass\n"
        "@pytest.fixture\ndef broken(): raise OSError\n"
        "def test_not_set_up(broken): pass\n"
    )
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junit-xml=report.xml")
    subprocess.run(command, cwd=tmp_path, check=False, capture_output=True)
    with (tmp_path / "report.xml").open("rb") as stream:
        report = read_report(stream)
    assert report == Report(
        tests=4,
        skipped=1,
        failures=2,
        failed=frozenset({"test_it.test_badly", "test_it.test_not_set_up"}),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml at all",
        "<testsuite><testcase name='a'>",
        "<html><testcase name='a'/></html>",
        '<!DOCTYPE a [<!ENTITY x "y">]><testsuite><testcase name="&x;"/></testsuite>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuite/>',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_report_says_nothing(text: str | bytes) -> None:
    assert read(text) is None


def test_reports_are_added_and_names_bounded() -> None:
    one = read(
        "<testsuites><testsuite><testcase classname='a' name='b'><error/></testcase></testsuite></testsuites>"
    )
    many = read(
        "<testsuite>"
        + "".join(f"<testcase name='{n}'><failure/></testcase>" for n in range(12_000))
        + "</testsuite>"
    )
    assert one is not None
    assert many is not None
    both = one + many
    assert (both.tests, both.failures, len(both.failed)) == (12_001, 12_001, 10_000)


def test_an_output_that_speaks_of_failures_is_no_failure() -> None:
    report = read(
        "<testsuite><failure/><testcase name='a'><out>&lt;failure/&gt;</out></testcase></testsuite>"
    )
    assert report == Report(tests=1)


def test_a_test_without_a_name_fails_as_any_other() -> None:
    report = read("<testsuite><testcase><failure/></testcase><testcase/></testsuite>")
    assert report == Report(tests=2, failures=1, failed=frozenset({"a test without a name"}))
