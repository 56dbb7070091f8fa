"""Values of a YAML file know their lines."""

from __future__ import annotations

import pytest

from remediate.errors import ConfigProblem
from remediate.rules.place import compose

TEXT = "a: 1\nb:\n  - x\n  - y\nc: ~\nd: true\n"


def test_values_know_their_lines() -> None:
    root = compose(TEXT, "f.yaml")
    found = {key: (str(place), value) for key, place, value in root.items()}
    assert [place for place, _ in found.values()] == ["f.yaml:1", "f.yaml:2", "f.yaml:5", "f.yaml:6"]
    assert found["a"][1].text() == "1"
    assert found["a"][1].texts() == ("1",)
    assert found["b"][1].texts() == ("x", "y")
    assert [str(entry) for entry in found["b"][1].entries()] == ["f.yaml:3", "f.yaml:4"]
    assert found["c"][1].is_null()
    assert found["d"][1].flag()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yaml: the file is empty"),
        ("a: [1\n", "f.yaml:2: not YAML"),
        ("a: 1\na: 2\n", "f.yaml:2: `a` is given twice"),
        ("- 1\n", "f.yaml:1: a mapping"),
        ("a: \0\n", "f.yaml:1: not YAML"),
        (b"a: 1\nb: \xff\n", "f.yaml:2: not YAML"),
        ("a: *b\n", "f.yaml:1: not YAML"),
    ],
)
def test_faults_name_their_line(text: str | bytes, message: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        list(compose(text, "f.yaml").items())
    assert caught.value.message.startswith(message)


def test_flag_is_true_or_false_alone() -> None:
    place = next(value for _, _, value in compose("a: yes\n", "f.yaml").items())
    with pytest.raises(ConfigProblem, match="`true` or `false` is wanted here, not `yes`"):
        place.flag()
