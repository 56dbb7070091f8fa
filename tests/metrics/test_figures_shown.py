"""The figures in each form that somebody reads: Prometheus, a badge, a picture, text, Markdown, a schema."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from remediate.metrics.badge import badge
from remediate.metrics.bars import Text, as_markdown, as_text, bar, sparkline
from remediate.metrics.counting import Detected, Ended, counted
from remediate.metrics.drawing import as_svg
from remediate.metrics.figures import Metrics, Now, Precision
from remediate.metrics.prometheus import as_prometheus
from remediate.metrics.schema import as_text as schema_text
from remediate.metrics.targets import targets, worded

ROOT = Path(__file__).resolve().parents[2]
NOON = 1_790_000_000.0


def made(days: int = 10) -> Metrics:
    metrics = Metrics()
    for number in range(days):
        at = NOON + number * 86400.0
        metrics = counted(metrics, Detected(key=f"{number}", at=at, cause="network", rule="reset", lag=200))
        metrics = counted(
            metrics,
            Ended(
                key=f"{number}",
                at=at,
                standing="healed" if number % 3 else "escalated",
                outcome="recovered" if number % 3 else "unhealed",
                strategies=("rerun",),
                lasted=300,
                after=1500,
            ),
        )
    metrics = msgspec.structs.replace(
        metrics,
        rules={
            "reset": Precision(right=9, wrong=1, lower=0.6),
            'a"b\\c': Precision(right=0, wrong=6, lower=0, demoted="x"),
        },
        now=Now(open_circuits=1, open_incidents=2, escalated_incidents=1, open_cases=4),
    )
    return msgspec.structs.replace(metrics, targets=targets(metrics))


@pytest.mark.parametrize("metrics", [Metrics(), made()], ids=["empty", "full"])
def test_the_schema_takes_the_document_and_nothing_else(metrics: Metrics) -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    document = json.loads(msgspec.json.encode(metrics))
    assert list(validator.iter_errors(document)) == []
    assert list(validator.iter_errors({**document, "more": 1}))
    assert list(validator.iter_errors({**document, "escalations": -1}))
    assert list(validator.iter_errors({key: value for key, value in document.items() if key != "cases"}))


def test_the_published_schema_is_that_of_the_code() -> None:
    published = ROOT / "metrics" / "metrics.schema.json"
    assert published.read_bytes() == schema_text(), "remediate metrics schema > metrics/metrics.schema.json"


def test_this_projects_own_metrics_fit_the_schema() -> None:
    own = json.loads((ROOT / "metrics" / "metrics.json").read_bytes())
    jsonschema.validate(own, json.loads(schema_text()), jsonschema.Draft202012Validator)


def families(metrics: Metrics) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(as_prometheus(metrics)):
        assert family.documentation, family.name
        assert family.name not in found, "each name once"
        found[family.name] = {
            f"{sample.name}{sorted(sample.labels.items())}": sample.value for sample in family.samples
        }
    return found


def test_prometheus_reads_every_figure() -> None:
    found = families(made())
    assert found["remediate_cases"]["remediate_cases_total[('standing', 'healed')]"] == 6
    assert found["remediate_open_circuits"]["remediate_open_circuits[]"] == 1
    assert found["remediate_rule_demoted"] == {
        "remediate_rule_demoted[('rule', 'reset')]": 0,
        "remediate_rule_demoted[('rule', 'a\"b\\\\c')]": 1,
    }
    seconds = found["remediate_recovery_seconds"]
    assert seconds["remediate_recovery_seconds_bucket[('le', '900')]"] == 0
    assert seconds["remediate_recovery_seconds_bucket[('le', '3600')]"] == 6
    assert seconds["remediate_recovery_seconds_bucket[('le', '+Inf')]"] == 6
    assert seconds["remediate_recovery_seconds_count[]"] == 6


@given(st.text(max_size=30))
def test_no_name_breaks_a_line_of_prometheus(name: str) -> None:
    metrics = Metrics(cases={name: 3})
    (sample,) = (
        sample
        for family in text_string_to_metric_families(as_prometheus(metrics))
        for sample in family.samples
        if family.name == "remediate_cases"
    )
    assert (sample.labels, sample.value) == ({"standing": name}, 3)


@pytest.mark.parametrize("metrics", [Metrics(), made()], ids=["empty", "full"])
def test_the_badge_has_only_what_its_reader_knows(metrics: Metrics) -> None:
    document = json.loads(msgspec.json.encode(badge(metrics)))
    assert set(document) == {"schemaVersion", "label", "message", "color", "cacheSeconds"}
    assert document["schemaVersion"] == 1


def test_the_badge_says_first_what_waits_for_a_person() -> None:
    metrics = made()
    assert badge(metrics).message == "6 · 1 for a person"
    calm = msgspec.structs.replace(metrics, now=Now())
    assert badge(calm).message == "6 of 10"
    assert badge(Metrics()).message == "nothing yet"


@pytest.mark.parametrize("metrics", [Metrics(), made(1), made(2), made(60)], ids=["empty", "1", "2", "60"])
def test_the_picture_needs_nothing_else_and_says_itself_in_words(metrics: Metrics) -> None:
    root = ElementTree.fromstring(as_svg(metrics))
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "rect", "text", "line", "g"}
    assert not any(
        "href" in name or name.startswith("on") for element in root.iter() for name in element.attrib
    )
    assert root.attrib["role"] == "img"
    assert {root[0].attrib["id"], root[1].attrib["id"]} == set(root.attrib["aria-labelledby"].split())
    assert root[1].text
    style = next(element.text or "" for element in root.iter() if element.tag.endswith("style"))
    assert "prefers-color-scheme:dark" in style
    assert "url(" not in style
    assert "@import" not in style


def test_every_bar_of_the_picture_lies_within_it() -> None:
    root = ElementTree.fromstring(as_svg(made(60)))
    bars = [element for element in root.iter() if element.attrib.get("rx") == "1"]
    assert len(bars) >= 35
    for one in bars:
        x, y, width, height = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 44 <= x <= x + width <= 744.1
        assert 95.9 <= y <= y + height <= 266.1


@pytest.mark.parametrize("metrics", [Metrics(), made()], ids=["empty", "full"])
def test_text_is_lines_of_printable_characters(metrics: Metrics) -> None:
    lines = list(as_text(metrics, Text()))
    assert all(line == "" or line.isprintable() for line in lines)
    if metrics.updated:
        assert lines[0] == "10 failed attempts ended, 6 of them healed"
        assert any(line.startswith("  rerun") and line.endswith("6 of 10") for line in lines)
        assert any("it only suggests" in line for line in lines)
    else:
        assert lines == ["Nothing was counted yet."]


@pytest.mark.parametrize("width", [30, 40, 80, 200])
def test_no_picture_wraps(width: int) -> None:
    lines = list(as_text(made(60), Text(width)))
    drawn = [line for line in lines if re.search("[█░▁▂▃▄▅▆▇]", line)]
    assert len(drawn) >= 8
    assert max(map(len, drawn)) <= width
    (trend,) = (line for line in lines if line.startswith("day by day"))
    first, last = re.findall(r"\d{4}-\d\d-\d\d", trend)
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    spark = next(line for line in lines if line.startswith("  detected")).split()[1]
    assert days == len(spark), "the title names the days that are drawn"
    assert any("recoveries-that-heal" in line and "66.7% of 60" in line for line in lines)


def test_bars_and_sparklines_show_what_is_there() -> None:
    assert bar(0, 0) == "░" * 24
    assert bar(1, 1000, 10) == "█" + "░" * 9, "what is there is never nothing"
    assert bar(10, 10, 10) == "█" * 10
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([0, 1, 100]) == "▁▂█"


def test_markdown_holds_the_targets_and_a_picture_of_many_days_alone() -> None:
    text = as_markdown(made())
    assert "| recoveries after which the failure was gone | 90% | 60.0% of 10 | **missed** |" in text
    (picture,) = re.findall(r"```mermaid\n(.*?)\n```", text, re.DOTALL)
    axis, *_ = re.findall(r"x-axis \[(.*)\]", picture)
    values = re.findall(r"(?:bar|line) \[(.*)\]", picture)
    assert {len(value.split(",")) for value in (axis, *values)} == {10}
    assert "mermaid" not in as_markdown(made(1))


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (90, "1.5 min"), (3600, "1 h"), (200_000, "2.31 d")]
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert worded(seconds) == words


def test_targets_say_nothing_before_anything_was_measured() -> None:
    assert {target.met for target in targets(Metrics())} == {None}
    met = {target.name: target.met for target in made().targets}
    assert met == {
        "time-to-detect": True,
        "time-to-recover": True,
        "known-causes": True,
        "recoveries-that-heal": False,
        "rollbacks-complete": None,
        "worth-it": True,
    }
