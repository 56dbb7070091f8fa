"""What people are told: the summary, annotations, comments and issues; hostile text in all of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from markdown_it import MarkdownIt

sys.path.insert(0, str(Path(__file__).resolve().parent / "notify"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "incidents"))

from desk_doors import doors
from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub
from made_cases import (
    NOON,
    SIGNATURE,
    alternative,
    case,
    diagnosis,
    escalated,
    healed,
    job_finding,
    plan,
    policy,
    refused,
    run,
    verdicts,
)
from test_ticket import HOSTILE, assert_inert, drawn

from remediate.cli.stages.telling import tell_all
from remediate.errors import DONE, UNREACHABLE
from remediate.model.case import Case, Deed
from remediate.model.outcome import Done, Failed
from remediate.model.plan import Refusal
from remediate.model.stage import Course, Tally, Verdict, Verdicts
from remediate.notify.pull_comment import MARK
from remediate.notify.told import Told
from remediate.stages.collect import collect
from remediate.stages.notify import notify, remember
from remediate.state.incidents import read_incidents


class Desk:
    """Collect and notify over one state and one GitHub."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(NOON + 60)
        self.github = FakeGitHub(self.clock)
        self.folder = folder
        self.number = 0

    def told(self, told: Verdicts) -> Told:
        self.number += 1
        at = doors(self.folder, self.clock, self.github, owner=f"run-{self.number}-1")
        tally = collect(told, at)
        # As it goes from one job to the next.
        return notify(msgspec.json.decode(msgspec.json.encode(tally), type=Tally), at)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_summary_tells_the_most_important_first(desk: Desk) -> None:
    ignored = case(5, standing="ignored", phase="closed", diagnosis=None, reason="it was cancelled")
    text = desk.told(verdicts(healed(1), refused(2), escalated(3), ignored)).summary
    assert text.startswith(
        "## Remediate: 4 failed runs: 1 for a person, 1 left to its author, 1 healed, 1 ignored\n"
    )
    heads = re.findall(r"(?m)^### `(.*?)`.*, (.*)$", text)
    assert heads == [
        ("network", "for a person"),
        ("test", "left to its author"),
        ("network", "healed"),
    ]
    assert "| ignored | it was cancelled |" in text
    assert "### Figures" in text


def test_a_real_defect_is_a_good_summary(desk: Desk) -> None:
    found = diagnosis("test", alternatives=(alternative("AssertionError: 1 == 2"),))
    text = desk.told(verdicts(refused(1, diagnosis=found))).summary
    for words in (
        "### `test`: ci on main, left to its author",
        "**What failed:** pytest reports failed tests, 97% sure.",
        "[run 1](https://github.example/octo/shop/actions/runs/1), job build, step npm ci, "
        "rule `pytest-summary-failed`, severity medium.",
        "  12 │ GET the package\n▸ 14 │ connection reset by peer",
        "`test` is a defect of the code or its set-up. To run it again would hide it, and a machine must not "
        "touch it.",
        "**What happens next:** Mend the test.",
        "`test`, 40%, line 3 (alternative): AssertionError: 1 == 2",
    ):
        assert words in text, words


def test_a_healing_tells_what_was_done_and_seen(desk: Desk) -> None:
    one = healed(1)
    seen = Verdict(case=one, verdict="healed", seen=("attempt 2 passed, the signature is gone",))
    text = desk.told(verdicts(one, seen=(seen,))).summary
    assert "- `rerun`: attempt 2 was started" in text
    assert "- seen: attempt 2 passed, the signature is gone" in text
    assert "**What happens next:** Nothing: it is gone." in text
    (picture,) = re.findall(r"```mermaid\n(flowchart.*?)\n```", text, re.DOTALL)
    assert picture.split("\n")[1:5] == [
        '    n0(["network"])',
        '    n1{{"tried#58; no"}}',
        '    n2["again"]',
        '    n3["rerun done"]',
    ]


def test_a_partial_rollback_says_what_remains(desk: Desk) -> None:
    done = Done(strategy="cache-purge", summary="the cache was deleted")
    deed = Deed(
        step=0,
        strategy="cache-purge",
        begun=NOON,
        result=done,
        undone=Failed(strategy="cache-purge", reason="it cannot be put back"),
    )
    one = escalated(1, deeds=(deed,), gate="")
    seen = Verdict(case=one, verdict="rollback-failed", remains=("the cache of main is gone",))
    text = desk.told(verdicts(healed(2), one, seen=(seen,))).summary
    assert "- `cache-purge` could **not** be undone: it cannot be put back" in text
    assert "- **remains**: the cache of main is gone" in text
    assert re.findall(r"(?m)^### `network`.*", text)[0].endswith("for a person")


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (case(1, phase="waiting", due=NOON + 900), "It is looked at again from 2026-09-21 14:28 UTC on"),
        (case(1, phase="proving", due=NOON + 900), "It is looked at again from 2026-09-21 14:28 UTC on"),
        (healed(1, phase="watching", due=NOON + 900), "It is looked at once more at 2026-09-21 14:28 UTC"),
        (
            case(1, phase="approval", gate="approval", due=NOON + 900, plan=plan(run(1))),
            f"comments `/remediate approve {plan(run(1)).hash}`",
        ),
        (
            escalated(1, phase="waiting", gate="circuit", due=NOON + 900),
            "The machine looks again from 2026-09-21 14:28 UTC on. "
            f"`/remediate reset {SIGNATURE}`, commented by someone with write access, lets it try.",
        ),
    ],
)
def test_what_happens_next(desk: Desk, one: Case, words: str) -> None:
    assert words in desk.told(verdicts(one)).summary


def test_a_refusal_shows_its_gate_its_plan_and_the_way_out(desk: Desk) -> None:
    one = refused(1, "network", gate="rerun-hazard", reason="it would publish again", plan=plan(run(1)))
    course = Course(
        case=one,
        refusal=Refusal(gate="rerun-hazard", reason="it would publish again", hint="Re-run it by hand."),
    )
    text = desk.told(verdicts(one, courses=(course,))).summary
    assert "**What was done:** Nothing (`rerun-hazard`): it would publish again" in text
    assert "The plan would be: `rerun`." in text
    assert "Wait until the registry answers again. Re-run it by hand." in text


def test_a_missing_log_and_other_failed_jobs_are_named(desk: Desk) -> None:
    one = case(1, phase="waiting")
    told = verdicts(one)
    gap = job_finding(one, gap="expired", gap_reason="it is older than 90 days")
    finding = msgspec.structs.replace(told.recoveries.findings.findings[0], jobs=(gap, job_finding(one)))
    findings = msgspec.structs.replace(told.recoveries.findings, findings=(finding,))
    told = msgspec.structs.replace(
        told, recoveries=msgspec.structs.replace(told.recoveries, findings=findings)
    )
    assert "- build: `network` its log is expired: it is older than 90 days" in desk.told(told).summary


def test_one_comment_on_the_pull_request_rewritten_in_place(desk: Desk) -> None:
    desk.told(verdicts(case(1, phase="proving", pull=7, plan=plan(run(1))), refused(2, pull=7), refused(3)))
    (comment,) = desk.github.said
    assert comment.number == 7
    assert comment.body.startswith(f"{MARK}\n**Remediate:** 2 failed runs")
    told = desk.told(verdicts(opened=(healed(1, pull=7),)))
    assert told.comments == (7,)
    (comment,) = desk.github.said
    assert "1 failed run: 1 healed" in comment.body


def test_a_forks_pull_request_gets_words_and_no_secret(desk: Desk) -> None:
    evil = "s3cr3t-value @octocat fixes #1 <!-- remediate:pull --> ![x](https://evil.example/p.png)"
    found = diagnosis(title=evil, hint=evil)
    of = {"branch": evil, "home": "eve/shop", "name": evil, "title": evil}
    one = refused(1, "network", pull=7, trusted=False, gate="trust", reason=evil, diagnosis=found, of=of)
    desk.told(verdicts(one))
    (comment,) = desk.github.said
    assert "The code comes from a fork: nothing of it is touched." in comment.body
    assert "s3cr3t-value" not in comment.body
    inside, links, html = drawn(comment.body)
    assert [one.strip() for one in html] == [MARK]
    assert set(links) == {"https://github.example/octo/shop/actions/runs/1"}
    assert not re.search(r"@octocat|#1", " ".join(inside))


@pytest.mark.parametrize("behind", [0, 61], ids=["clocks-agree", "the-later-clock-is-behind"])
def test_an_escalation_is_an_issue_and_a_healing_closes_it(desk: Desk, behind: float) -> None:
    told = desk.told(verdicts(escalated(1)))
    assert told.tickets == {SIGNATURE: 1}
    assert f"/remediate reset {SIGNATURE}" in desk.github.issues[0].body
    desk.clock.advance(900 - behind)
    later = healed(2, found=NOON + 900, of={"updated": NOON + 800})
    seen = Verdict(case=later, verdict="healed", seen=("attempt 2 passed",))
    desk.told(verdicts(later, seen=(seen,), at=NOON + 900))
    assert desk.github.issues[0].state == "closed"
    assert "attempt 2 passed" in desk.github.said[-1].body
    desk.clock.advance(900)
    of = {"updated": NOON + 1700}
    desk.told(verdicts(escalated(3, found=NOON + 1800, of=of), at=NOON + 1800))
    assert (len(desk.github.issues), desk.github.issues[0].state) == (1, "open")


def test_who_may_write_the_state_keeps_the_issues_number(desk: Desk) -> None:
    told = desk.told(verdicts(escalated(1)))
    at = doors(desk.folder, desk.clock, desk.github)
    remember(told, at)
    remember(told, at)
    (one,) = read_incidents(at.store.read("incidents.json")["incidents.json"]).incidents
    assert one.ticket == 1
    desk.told(verdicts(escalated(2)))
    (one,) = read_incidents(at.store.read("incidents.json")["incidents.json"]).incidents
    assert one.ticket == 1


def test_an_outage_of_fifty_runs_is_one_issue_and_few_calls(desk: Desk) -> None:
    cases = [escalated(number, of={"branch": f"topic-{number}"}) for number in range(50)]
    told = desk.told(verdicts(*cases))
    assert len(desk.github.issues) == 1
    assert "50 times" in desk.github.issues[0].body
    assert len(desk.github.calls) <= 4
    (note,) = told.annotations
    assert note.startswith(
        "::error title=Remediate%2C ci%3A for a person::Run 0 on topic-0 and 49 more: network: "
    )
    assert len(re.findall(r"\| \[run \d+\]", told.summary)) == 50
    assert re.findall(r"(?m)^### (?!Fig|Inc).*", told.summary) == [
        "### `network`: ci on topic-0 and 49 more runs, for a person"
    ]
    assert told.summary.count("connection reset by peer") == 1
    assert re.search(r"\*\*The same in:\*\* \[run 1\].*\[run 10\]\(.*\) and 39 more runs\.", told.summary)


def test_what_differs_is_told_of_each_and_the_lines_once(desk: Desk) -> None:
    cases = (
        escalated(1),
        case(2, phase="proving", due=NOON + 900),
        refused(3),
        refused(4, of={"branch": "b"}),
    )
    text = desk.told(verdicts(*cases)).summary
    assert re.findall(r"(?m)^### (?!Fig|Inc).*", text) == [
        "### `network`: ci on main, for a person",
        "### `test`: ci on main and 1 more run, left to its author",
        "### `network`: ci on main, awaits its proof",
    ]
    above = "**Why:** the same failure as in [run 1](https://github.example/octo/shop/actions/runs/1), above."
    assert text.count(above) == 1 + 1, "the cases of these tests all have one signature"


def test_of_what_calls_a_person_the_worst_comes_first(desk: Desk) -> None:
    grades = ("low", "critical", "info", "high", "medium")
    cases = [
        escalated(number, diagnosis=diagnosis(signature=f"{number:016x}", severity=grade))
        for number, grade in enumerate(grades)
    ]
    told = desk.told(verdicts(*cases))
    runs = [re.search(r"Run (\d)", line)[1] for line in told.annotations]  # type: ignore[index]
    assert runs == ["1", "3", "4", "0", "2"]
    assert re.findall(r"(?m)^\| \[run (\d)\]", told.summary) == runs


def test_of_many_incidents_the_rest_is_named_by_a_number(desk: Desk) -> None:
    cases = [escalated(n, diagnosis=diagnosis(signature=f"{n:016x}")) for n in range(25)]
    text = desk.told(verdicts(*cases)).summary
    assert len(re.findall(r"(?m)^\| `0{14}[0-9a-f]{2}` \|", text)) == 20
    assert "and 5 more: `remediate incidents list --remote` names all" in text


def test_of_five_hundred_failed_runs_each_is_named_with_its_reason(desk: Desk) -> None:
    cases = [escalated(n, of={"branch": f"topic-{n}"}, reason=f"because of {n}") for n in range(500)]
    text = desk.told(verdicts(*cases)).summary
    assert len(re.findall(r"\| because of \d+ \|", text)) == 500
    assert len(text.encode()) < 1_048_576


def test_what_could_not_be_told_stands_at_the_top_and_keeps_the_limit(desk: Desk) -> None:
    desk.github.unreachable = {"put_comment": "&" * 300, "open_ticket": "&" * 300}
    long = "\U0001f600 `x` " * 400
    cases = [
        escalated(
            number, diagnosis=diagnosis(title=long, hint=long, signature=f"{number:016x}"), pull=number + 1
        )
        for number in range(50)
    ]
    told = desk.told(verdicts(*cases))
    assert len(told.problems) >= 30
    assert told.summary.split("\n")[2].startswith("- not told: ")
    assert f"- and {len(told.problems) - 20} more, in the log of this job" in told.summary
    assert len(told.summary.encode()) < 1_048_576


def test_a_dry_run_writes_nothing_and_says_what_it_would(desk: Desk) -> None:
    course = Course(case=escalated(1, pull=7), lines=("[DRY-RUN] rerun: attempt 2 would be started",))
    told = desk.told(verdicts(escalated(1, pull=7), courses=(course,), dry_run=True))
    assert desk.github.effects == []
    assert told.lines == (
        "[DRY-RUN] an issue would be opened: network: the connection was reset",
        "[DRY-RUN] there would be a comment on 7",
    )
    assert "This is a dry run: nothing was changed" in told.summary
    assert "[DRY-RUN] rerun: attempt 2 would be started" in told.summary
    assert (told.tickets, told.comments, told.exit_code) == ({}, (), DONE)


@pytest.mark.parametrize("call", ["tickets", "open_ticket", "put_comment"])
def test_what_cannot_be_told_does_not_stop_the_rest_and_fails_the_job(desk: Desk, call: str) -> None:
    desk.github.unreachable = {call: "Resource not accessible by integration"}
    told = desk.told(verdicts(escalated(1), refused(2, pull=7)))
    assert told.exit_code == UNREACHABLE
    assert len(told.problems) == 1
    assert "not told: " in told.summary
    assert told.annotations[0].startswith("::error title=Remediate could not tell::")
    assert len(desk.github.issues) == (call == "put_comment")
    assert len(desk.github.said) == (call != "put_comment")


def test_a_stage_that_failed_is_named_below_the_headline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    tell_all(Told(summary="## Remediate: 1 failed run\n\n### it\n"), ("recover",))
    assert page.read_text() == (
        "## Remediate: 1 failed run\n\n- the stage `recover` failed: its log says why\n\n### it\n"
    )
    assert capsys.readouterr().err == "::error title=Remediate::the stage recover failed: its log says why\n"


def test_annotations_keep_their_limits(desk: Desk) -> None:
    many = [
        make(n, diagnosis=diagnosis(signature=f"{n:016x}"))
        for make, first in ((escalated, 0), (refused, 100), (healed, 200))
        for n in range(first, first + 30)
    ]
    told = desk.told(verdicts(*many))
    levels = [line.split(" ")[0] for line in told.annotations]
    assert {level: levels.count(level) for level in levels} == {
        "::error": 10,
        "::warning": 10,
        "::notice": 10,
    }
    assert told.annotations[9] == "::error title=Remediate::21 more stand in the summary"


@pytest.mark.parametrize(
    "words", [*HOSTILE, "::error::x", "a\n::set-output name=x::y", "##[error]x", "100% %0A::x::", "a,b:c::"]
)
def test_no_text_acts_anywhere(desk: Desk, words: str) -> None:
    found = diagnosis(title=words, hint=words, alternatives=(alternative(words),), job=words)
    evidence = tuple(msgspec.structs.replace(one, text=words) for one in found.evidence)
    found = msgspec.structs.replace(found, evidence=evidence)
    evil: dict[str, Any] = {"diagnosis": found, "reason": words, "pull": 7}
    of = {"branch": words, "name": words, "title": words, "conclusion": words}
    lines = Course(case=case(4), lines=(f"[DRY-RUN] {words}",))
    done = Done(strategy="rerun", summary=words)
    failed = Failed(strategy="rerun", reason=words, evidence=words)
    deed = Deed(step=0, strategy="rerun", begun=NOON, result=done, undone=failed)
    cases = (
        escalated(1, of=of, **evil),
        refused(2, of=of, **evil),
        healed(3, of={**of, "branch": f"{words} 2"}, **evil, deeds=(deed,)),
        case(5, of=of, standing="ignored", phase="closed", reason=words, pull=7),
    )
    told = desk.told(verdicts(*cases, courses=(lines,), notes=(words,)))
    for line in told.annotations:
        assert "\n" not in line
        assert "\r" not in line
        assert re.match(r"::(error|warning|notice) title=[^:,\n]*::", line)
    for text in (told.summary, *(one.body for one in (*desk.github.issues, *desk.github.said))):
        inside, links, html = drawn(text)
        assert all(link.startswith("https://github.example/octo/shop/actions/runs/") for link in links)
        assert all(re.fullmatch(r"<!-- remediate:[0-9a-z-]+ -->\s*", one) for one in html)
        acts = r"@[A-Za-z0-9]|#\d|https?://|\bwww\.|\b[0-9a-f]{7,}\b"
        assert not [word for one in inside for word in re.findall(acts, one)]
    assert len(desk.github.issues) == 1
    assert_inert(desk.github.issues[0].body, f"<!-- remediate:{SIGNATURE} -->")


def test_the_largest_summary_fits_and_is_never_dropped(desk: Desk) -> None:
    long = "\U0001f600" * 390 + " `x`"
    found = diagnosis(title=long, hint=long, alternatives=(alternative(long),) * 9)
    evidence = tuple(
        msgspec.structs.replace(found.evidence[0], line=number, text=long) for number in range(15)
    )
    found = msgspec.structs.replace(found, evidence=evidence)
    of = {"branch": long, "name": long}
    cases = [
        escalated(
            number,
            diagnosis=msgspec.structs.replace(found, signature=f"{number:016x}"),
            reason=long,
            of=of,
            pull=number % 3,
        )
        for number in range(45)
    ]
    told = desk.told(verdicts(*cases, notes=(long,) * 20))
    assert 10_000 < len(told.summary.encode()) < 1024 * 1024
    assert "left out or shortened" in told.summary
    assert told.summary.startswith("## Remediate: 45 failed runs")
    for comment in desk.github.said:
        assert len(comment.body.encode("utf-16-le")) // 2 < 65_536
    fences = [token for token in MarkdownIt().parse(told.summary) if token.type == "fence"]
    assert all(token.content.count("\n") < 60 for token in fences), "no block runs on"


def test_a_summary_of_nothing(desk: Desk) -> None:
    told = desk.told(verdicts(settings=policy(mode="suggest", kill_switch=True)))
    assert told.summary.startswith("## Remediate: no failed runs\n")
    assert "The mode is `suggest`: nothing is recovered." in told.summary
    assert "The kill switch is on" in told.summary
    assert desk.github.calls == []


def test_the_same_documents_tell_the_same(tmp_path: Path) -> None:
    told = [
        Desk(tmp_path / name).told(verdicts(escalated(1), refused(2, pull=7), healed(3))) for name in "ab"
    ]
    assert told[0] == told[1]
