"""What people and GitHub's runner are told of a run: true, short, and deaf to what a log says."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from markdown_it import MarkdownIt

from remediate.cli.witness import Witness
from remediate.logs.redaction import Redactor
from remediate.model.diagnosis import Diagnosis, Evidence
from remediate.model.outcome import Done, Ending, Recovered, RollbackFailed, RolledBack
from remediate.model.outcome import Failed as StepFailed
from remediate.model.plan import Escalation, Refusal
from remediate.model.run import Run, Try
from remediate.notify.job import annotation, outputs
from remediate.notify.run_summary import summary
from remediate.notify.timeline import timeline

DELIMITER = "remediate_0123456789abcdef"
HOSTILE = (
    "::add-mask::e",
    "\n::error::owned",
    "%0A::set-env name=X::y",
    "```\n# heading",
    "`code` **bold** ~~~",
    "<img src=x onerror=alert(1)> <script>",
    "@everyone #1 GH-2 octocat@github.example",
    "[link](https://evil.example) ![i](x) https://evil.example",
    "| a | b |\n|---|---|",
    "\x1b[31mred\x1b]0;title\x07 \u202egnp.exe \u200b",
    "\r\n##[error]Process completed",
    "remediate_0123\n" * 3,
    ":tada: $x$ $$y$$",
    "click A href \"javascript:alert(1)\"; %%{init: {'theme':'x'}}%%",
)


def diagnosis(text: str = "reset") -> Diagnosis:
    return Diagnosis(
        source=text, format="github", cause="network", type="network", severity="low", confidence=0.934,
        transient=True, signature="s", rule="r", title=text, recovery="retry-command", hint=text, step=None,
        evidence=(Evidence(line=1, offset=0, text=text, role="decisive"),),
    )  # fmt: skip


def run(text: str = "reset", *, code: int = 0, ending: Ending | None = None, command: str = "npm") -> Run:
    healed = Recovered(results=(Done(strategy="retry-command", summary=text),))
    first = Try(
        number=1, started=100.0, seconds=3.25, code=1, diagnosis=diagnosis(text), ending=healed, waited=1.5
    )
    last = Try(
        number=2, started=104.75, seconds=2.0, code=code, diagnosis=diagnosis(text) if code else None,
        ending=ending, note=text if code and not ending else "",
    )  # fmt: skip
    return Run(
        name=f"{command} {text}",
        command=(command, text),
        code=code,
        outcome="failed" if code else "healed",
        tries=(first, last),
    )


def same(text: str) -> str:
    return text


def test_the_time_line_is_to_scale() -> None:
    assert timeline(run(), same).splitlines() == [
        "```mermaid",
        "gantt",
        "  title npm reset",
        "  dateFormat x",
        "  axisFormat %M:%S",
        "  section Try 1",
        "  network, 3.2 s, exit 1 :crit, 0, 3250",
        "  waited 1.5 s :active, 3250, 4750",
        "  section Try 2",
        "  passed, 2.0 s :done, 4750, 6750",
        "```",
    ]


def test_a_healed_command_is_one_warning() -> None:
    assert (
        annotation(run(), same)
        == "::warning title=Remediate::healed: network (93%25): reset; passed after 2 tries"
    )


def test_a_command_that_passed_at_once_is_not_worth_a_word() -> None:
    one = Try(number=1, started=0.0, seconds=1.0, code=0)
    assert annotation(Run(name="x", command=("x",), code=0, outcome="passed", tries=(one,)), same) == ""


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Refusal(gate="circuit", reason="it is open"), "not healed (circuit): it is open"),
        (Escalation(reason="twice"), "a person has to look: twice"),
        (RolledBack(failure=StepFailed(strategy="s", reason="no")), "s failed and was undone: no"),
        (
            RollbackFailed(failure=StepFailed(strategy="s", reason="no"), undone=(), remains=("a", "b")),
            "s failed, and not all was undone: a, b",
        ),
    ],
)
def test_why_it_was_not_healed(ending: Ending, words: str) -> None:
    assert annotation(run(code=5, ending=ending), same).endswith(words)


def test_outputs_for_later_steps() -> None:
    entries = re.findall(rf"(\w+)<<{DELIMITER}\n(.*)\n{DELIMITER}\n", outputs(run(), DELIMITER))
    assert dict(entries) == {"attempts": "2", "cause": "network", "outcome": "healed", "recovered": "true"}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("code", [0, 1])
def test_an_annotation_is_one_command_whatever_a_log_says(text: str, code: int) -> None:
    said = annotation(run(text, code=code), same)
    assert len(said.splitlines()) == 1
    assert re.match(r"::(warning|error) title=Remediate::\w", said)
    assert not re.search(r"[\x00-\x1f\x7f\u202e]", said)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("code", [0, 1])
def test_a_summary_is_plain_text_whatever_a_log_says(text: str, code: int) -> None:
    """Read as GitHub reads it: one heading, one picture, one table, the lines in a block, nothing else."""
    said = summary(run(text, code=code), same)
    tokens = MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(said)
    kinds = [token.type for token in tokens if token.nesting >= 0]
    assert kinds.count("heading_open") == 1
    assert kinds.count("table_open") == 1
    assert kinds.count("fence") == 2
    assert [token.info for token in tokens if token.type == "fence"] == ["mermaid", "text"]
    assert "html_block" not in kinds
    inline = {child.type for token in tokens for child in token.children or ()}
    assert inline <= {"text", "text_special", "softbreak", "html_entity"}
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", said)
    outside = re.sub(r"(?s)```.*?\n```", "", said)
    assert not re.search(r"(?<!&#8203;)@\w|https?://|(?<!\\)<\w", outside)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_picture_holds_nothing_but_our_words(text: str) -> None:
    lines = timeline(run(text, code=1, command=text), same).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "```"
    title = lines[2].removeprefix("  title")
    assert re.fullmatch(r"[A-Za-z0-9 ./_=+-]*", title)
    assert len(title) <= 61


@pytest.mark.parametrize("text", HOSTILE)
def test_outputs_hold_four_entries_whatever_a_log_says(text: str) -> None:
    assert outputs(run(text, code=1), DELIMITER).count("\n") == 12


def test_many_tries_make_no_endless_summary() -> None:
    one = run("x" * 5000, code=1).tries[1]
    tries = tuple(msgspec.structs.replace(one, number=n, started=float(n)) for n in range(1, 1000))
    said = summary(Run(name="x" * 9999, command=("x" * 9999,), code=1, outcome="failed", tries=tries), same)
    assert len(said) < 64 * 1024


SECRETS = ("s3cr3t-value", 'pa"ss\\w0rd-x', "line\nof-a-secret")


@pytest.mark.parametrize(
    "words",
    [*SECRETS, 'password="s3cr3t-value" and token=\\', "-----BEGIN RSA PRIVATE KEY-----\ns3cr3t-value"],
)
def test_no_secret_leaves_by_a_summary_or_a_report(words: str, tmp_path: Path) -> None:
    failed = StepFailed(strategy="retry-command", reason=words, evidence=words)
    one = run(words, code=1, ending=RolledBack(failure=failed, undone=()), command=words)
    report, page = tmp_path / "report.json", tmp_path / "summary.md"
    witness = Witness(Redactor(SECRETS), quiet=True, report=str(report))
    witness.whole(one, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)})
    for place in (report, page):
        text = place.read_text()
        assert "retry-command" in text
        assert not re.search(r"s3cr3t-value|w0rd-x|of-a-secret", text)
    assert msgspec.json.decode(report.read_bytes(), type=Run).code == 1


@pytest.mark.parametrize("name", ["", "\u65e5\u672c", "@@@"])
def test_a_picture_has_a_title_whatever_the_command_is_called(name: str) -> None:
    one = msgspec.structs.replace(run(), name=name)
    assert "  title the command\n" in timeline(one, same)
