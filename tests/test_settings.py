"""The configuration is found, read and refused where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from config_validation import valid
from hypothesis import given
from hypothesis import strategies as st
from running import ROOT

from remediate.errors import ConfigProblem
from remediate.model.cause import CAUSES
from remediate.model.keys import keys, leaves
from remediate.model.policy import (
    AnomalyPolicy,
    BackupPolicy,
    CircuitPolicy,
    Environment,
    HealthPolicy,
    Mirror,
    OwnCommand,
    OwnRequest,
    Policy,
    RatePolicy,
)
from remediate.rules.spot import root_of
from remediate.system.cache import cache_folder
from remediate.system.policy_file import policy_of
from remediate.system.settings import NAME, Settings, read_policy, read_settings

SCHEMA = json.loads((ROOT / "docs" / "config.schema.json").read_text("utf-8"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github").mkdir()
    (tmp_path / "src" / "deep").mkdir(parents=True)
    return tmp_path


def test_defaults_hold_where_there_is_none(repository: Path, tmp_path: Path) -> None:
    assert read_settings(None, repository) == Settings()
    assert read_settings(None, Path(tmp_path.anchor)) == Settings()


def test_file_of_the_repository_is_found_from_below(repository: Path) -> None:
    (repository / NAME).write_text("rules: ci/mine.yaml\nredact-env: [A, B]\n")
    settings = read_settings(None, repository / "src" / "deep")
    assert [rule.path for rule in settings.rules] == [repository / "ci" / "mine.yaml"]
    assert settings.rules[0].named_at == f"{repository / NAME}:1:8"
    assert settings.redact_env == ("A", "B")


def test_file_named_is_the_root_of_its_paths(repository: Path) -> None:
    (repository / "other.yml").write_text("rules: [mine.yaml]\n")
    settings = read_settings(str(repository / "other.yml"), repository)
    assert [rule.path for rule in settings.rules] == [repository / "mine.yaml"]
    (repository / NAME).write_text("rules: [mine.yaml]\n")
    settings = read_settings(str(repository / NAME), repository)
    assert [rule.path for rule in settings.rules] == [repository / "mine.yaml"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n# nothing\n", "rules:\nredact-env: ~\n"])
def test_nothing_said_is_the_default(repository: Path, text: str) -> None:
    (repository / NAME).write_text(text)
    settings = read_settings(None, repository)
    assert (settings.rules, settings.redact_env) == ((), ())


def test_unknown_key_is_refused_with_the_nearest(repository: Path) -> None:
    (repository / NAME).write_text("\nredact_env: [A]\n")
    with pytest.raises(ConfigProblem) as caught:
        read_settings(None, repository)
    assert caught.value.message == f"{repository / NAME}:2:1: unknown key `redact_env`"
    assert caught.value.hint == "Did you mean `redact-env`?"


def test_secrets_are_those_that_are_set() -> None:
    settings = Settings(redact_env=("A", "B", "C"))
    assert settings.secrets({"A": "one", "B": ""}) == ["one"]


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    for key in keys(Policy, Policy()):
        assert key.meaning
        assert key.kind
        assert f"| `{key.name}` |" in page


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"HOME": "/home/a"}, "/home/a/.cache/remediate"),
        ("linux", {"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}, "/c/remediate"),
        ("darwin", {"HOME": "/home/a"}, "/home/a/Library/Caches/remediate"),
        ("linux", {}, None),
        ("linux", {"XDG_CACHE_HOME": "relative"}, None),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/remediate"),
    ],
)
def test_cache_is_where_the_system_has_it(
    platform: str, environment: dict[str, str], folder: str | None
) -> None:
    assert cache_folder(environment, platform) == folder


def policy(text: str, **environment: str) -> Policy:
    root = root_of(text, "r.yml") if text else None
    return policy_of(root, environment)[0]


def test_what_is_given_goes_into_the_policy() -> None:
    found = policy(
        """
        mode: suggest
        confidence-threshold: 0.9
        recovery-timeout: 2m
        only: network
        circuit: {open-for: 12h}
        health: {cpu: [0.5, 0.6, 0.7]}
        environments:
          production: {approval: false}
          qa: {max-downtime: 90, notify: ann}
        mirrors:
          - {kind: npm, address: https://npm.example}
        commands:
          fix: {run: [make, fix], verify: make}
        requests:
          ping: {url: https://host.example/x, headers: {X-A: b}}
        """
    )
    assert (found.mode, found.confidence_threshold, found.recovery_timeout) == ("suggest", 0.9, 120.0)
    assert found.only == ("network",)
    assert found.circuit == CircuitPolicy(failure_threshold=3, open_for=43_200.0, success_threshold=1)
    assert found.health == HealthPolicy(cpu=(0.5, 0.6, 0.7))
    assert found.environments == {
        **Policy().environments,
        "production": Environment(max_downtime=300.0, min_availability=0.99, approval=False),
        "qa": Environment(max_downtime=90.0, notify=("ann",)),
    }
    assert found.mirrors == (Mirror(kind="npm", address="https://npm.example"),)
    assert found.commands == {"fix": OwnCommand(run=("make", "fix"), verify=("make",))}
    assert found.requests == {"ping": OwnRequest(url="https://host.example/x", headers={"X-A": "b"})}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("24h", 86_400), ("5m", 300), ("30s", 30), ("7d", 604_800), ("90", 90), ("1.5h", 5_400), ("'2 m'", 120)],
)
def test_times_are_written_as_people_do(written: str, seconds: float) -> None:
    assert policy(f"approval-lasts: {written}").approval_lasts == seconds


# What the file says, what is said of it, the way out; and whether the JSON Schema can see it.
REFUSED: dict[str, tuple[str, str, bool]] = {
    "max-attempt: 2": ("1:1: unknown key `max-attempt`", "Did you mean `max-attempts`?", True),
    "circuit: {open: 2h}": ("1:11: unknown key `open`", "`open-for`", True),
    "environments:\n  qa: {approvl: true}": ("2:8: unknown key `approvl`", "`approval`", True),
    "mirrors: [{kind: npm}]": ("1:11: `address` is missing", "kind, address", True),
    "mirrors: [{kind: nmp, address: https://a.example}]": ("1:18: unknown value `nmp`", "`npm`", True),
    "mirrors: [{kind: npm, address: a.example}]": ("1:32: an address with https://", "", True),
    "mirrors: {kind: npm, adress: https://a.example}": ("1:22: unknown key `adress`", "`address`", True),
    "commands: {fix: {run: make}}": ("1:17: `verify` is missing", "run, verify", True),
    "commands: {fix: {run: [], verify: make}}": ("1:23: at least 1 is wanted", "", True),
    "requests: {a: {url: 'ftp://a.example'}}": ("1:21: an address with https://", "", True),
    "requests: {a: {url: 'https://a.example', method: FETCH}}": (
        "1:50: unknown value `FETCH`",
        "PATCH",
        True,
    ),
    "mode: observed": ("1:7: unknown value `observed`", "`observe`", True),
    "kill-switch: yes": ("1:14: `true` or `false` is wanted here, not `yes`", "", False),
    "max-attempts: 0": ("1:15: `0` is too little", "Allowed: 1 to 20.", True),
    "max-attempts: 21": ("1:15: `21` is too much", "Allowed: 1 to 20.", True),
    "max-attempts: 2.5": ("1:15: a whole number is wanted here, not `2.5`", "Allowed: 1 to 20.", True),
    "max-attempts: many": ("1:15: a whole number is wanted", "", True),
    "max-attempts: [1, 2]": ("1:15: a single value is wanted", "", True),
    "confidence-threshold: 85": ("1:23: `85` is too much", "Allowed: 0 to 1.", True),
    "confidence-threshold: .nan": ("1:23: a number is wanted here, not `.nan`", "", False),
    "confidence-threshold: -0.1": ("1:23: `-0.1` is too little", "Allowed: 0 to 1.", True),
    "recovery-timeout: 5 minutes": ("1:19: a time such as `24h`, `5m`, `30s`", "Allowed: 1s to 1d.", True),
    "recovery-timeout: 2d": ("1:19: `2d` is too much", "Allowed: 1s to 1d.", False),
    "recovery-timeout: 0": ("1:19: `0` is too little", "Allowed: 1s to 1d.", True),
    "only: [netwerk]": ("1:8: unknown cause `netwerk`", "`network`", True),
    "only: {network: true}": ("1:7: a single value is wanted", "", True),
    "health: {cpu: [0.9, 0.95]}": ("1:15: 3 numbers, 0 to 1, rising are wanted here, not 2", "", True),
    "health: {cpu: [0.9, 0.8, 0.95]}": ("1:15: each number must be at least", "rising", False),
    "health: {cpu: [0.9, 0.95, 99]}": ("1:27: `99` is too much", "Allowed: 0 to 1.", True),
    "health: 0.9": ("1:9: a mapping", "", True),
    "environment: moon": ("r.yml:1:14: there is no environment `moon`", "production", False),
    "backoff-first: 2m": ("r.yml:1:16: `backoff-first` is longer than `backoff-most`", "", False),
    "mode: heal\nmode: observe": ("2: `mode` is given twice", "", False),
    "[mode]": ("1:1: a mapping", "", True),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_wrong_is_refused_with_its_place(text: str) -> None:
    message, hint, seen_by_schema = REFUSED[text]
    with pytest.raises(ConfigProblem) as caught:
        policy(text)
    assert caught.value.message.startswith("r.yml:")
    assert message in caught.value.message
    assert hint in caught.value.hint
    if seen_by_schema:
        assert not valid(yaml.safe_load(text), SCHEMA)


def test_files_of_other_places_stay_named(repository: Path) -> None:
    (repository / NAME).write_text("trees: ci/tree.yaml\nrules: ci/none.yaml\n")
    (repository / "ci").mkdir()
    (repository / "ci" / "tree.yaml").write_text("title: x\n")
    configured = read_policy(None, repository / "src", {})
    assert configured.tree_texts() == ((str(repository / "ci" / "tree.yaml"), b"title: x\n"),)
    (repository / "ci" / "tree.yaml").unlink()
    with pytest.raises(ConfigProblem) as caught:
        configured.tree_texts()
    assert caught.value.hint == f"It is named by {repository / NAME}:1:8."


def test_origins_name_every_value(repository: Path) -> None:
    (repository / NAME).write_text("mode: suggest\nenvironments:\n  qa: {approval: true}\nmax-attempts: 2\n")
    configured = read_policy(None, repository, {"REMEDIATE_MAX_ATTEMPTS": "5", "REMEDIATE_STATE": ""})
    file = str(repository / NAME)
    assert configured.file == file
    assert set(configured.origins) == {leaf.key for leaf in leaves(configured.policy)}
    told = {key: origin for key, origin in configured.origins.items() if origin != "default"}
    assert told == {
        "mode": f"{file}:1:7",
        "environments.qa.approval": f"{file}:3:18",
        "max-attempts": "REMEDIATE_MAX_ATTEMPTS",
    }
    assert configured.policy.max_attempts == 5


def test_defaults_are_all_defaults(tmp_path: Path) -> None:
    configured = read_policy(None, tmp_path.anchor, {})
    assert configured.policy == Policy()
    assert set(configured.origins.values()) == {"default"}
    assert configured.trees == ()


def test_environment_stands_above_the_file() -> None:
    found = policy("mode: heal\nstate: a", REMEDIATE_MODE="observe", REMEDIATE_STATE="b")
    assert (found.mode, found.state) == ("observe", "b")


@pytest.mark.parametrize(
    ("file", "variable", "on"),
    [
        ("false", "", False),
        ("false", "0", False),
        ("false", "No", False),
        ("false", "1", True),
        ("false", "true", True),
        ("false", "maybe", True),
        ("true", "false", True),
        ("true", "", True),
    ],
)
def test_kill_switch_is_on_when_either_says_so(file: str, variable: str, on: bool) -> None:
    assert policy(f"kill-switch: {file}", REMEDIATE_KILL_SWITCH=variable).kill_switch is on


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"REMEDIATE_MODE": "heel"}, "REMEDIATE_MODE: unknown value `heel`"),
        ({"REMEDIATE_MAX_ATTEMPTS": "0"}, "REMEDIATE_MAX_ATTEMPTS: `0` is too little"),
        ({"REMEDIATE_MAX_ATTEMPTS": "x"}, "REMEDIATE_MAX_ATTEMPTS: a whole number is wanted"),
    ],
)
def test_variable_that_is_wrong_is_named(variables: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        policy("", **variables)
    assert message in caught.value.message


shares = st.floats(0, 1)
grades = st.tuples(shares, shares, shares).map(lambda three: tuple(sorted(three)))
counts = st.integers(1, 1_000_000)
amounts = st.integers(0, 1_000_000_000)
spans = st.floats(1, 86_400)
# What YAML itself cannot hold is no matter of ours.
texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc"]), max_size=8)
lists = st.lists(texts, max_size=3).map(tuple)
programs = st.lists(texts, min_size=1, max_size=3).map(tuple)
causes = st.lists(st.sampled_from(sorted(CAUSES)), max_size=3).map(tuple)
addresses = texts.map(lambda text: f"https://host.example/{text}")
circuits = st.builds(CircuitPolicy, failure_threshold=counts, open_for=spans, success_threshold=counts)
environments = st.builds(
    Environment, max_downtime=spans, min_availability=shares, approval=st.booleans(), notify=lists
)
policies = st.builds(
    Policy,
    rules=lists,
    redact_env=lists,
    mode=st.sampled_from(["observe", "suggest", "heal"]),
    kill_switch=st.booleans(),
    confidence_threshold=shares,
    max_attempts=st.integers(1, 20),
    recovery_timeout=spans,
    only=causes,
    never=causes,
    circuit=circuits,
    repository_circuit=circuits,
    wide_circuit_branches=st.integers(2, 1000),
    rates=st.builds(RatePolicy, per_minute=counts, per_signature_and_hour=counts),
    anomaly=st.builds(
        AnomalyPolicy,
        changed_characters=amounts,
        changed_files=amounts,
        changes_in_window=amounts,
        window=spans,
    ),
    health=st.builds(HealthPolicy, cpu=grades, memory=grades, disk=grades, error_rate=grades),
    backups=st.builds(BackupPolicy, keep_for=spans, keep_most=counts),
    environment=st.sampled_from(["production", "staging", "development"]),
    # The presets are always there, so that they have to be in what is written.
    environments=st.dictionaries(texts, environments, max_size=2).map(
        lambda more: {**Policy().environments, **more}
    ),
    approval_lasts=spans,
    backoff_first=st.floats(0, 50),
    backoff_most=st.floats(50, 80),
    mirrors=st.lists(
        st.builds(
            Mirror, kind=st.sampled_from(["npm", "pypi", "go", "maven", "docker", "apt"]), address=addresses
        ),
        max_size=2,
    ).map(tuple),
    free_disk=lists,
    commands=st.dictionaries(
        texts,
        st.builds(OwnCommand, run=programs, verify=programs, undo=lists, touches=lists, timeout=spans),
        max_size=2,
    ),
    requests=st.dictionaries(
        texts,
        st.builds(
            OwnRequest,
            url=addresses,
            method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
            headers=st.dictionaries(texts, texts, max_size=2),
            body=texts,
            private_address=st.booleans(),
            timeout=spans,
        ),
        max_size=2,
    ),
    trees=lists,
    state=texts,
)


@given(policies)
def test_any_policy_comes_back_from_yaml(made: Policy) -> None:
    document: Any = msgspec.json.decode(msgspec.json.encode(made))
    assert valid(document, SCHEMA)
    text = yaml.safe_dump(document, allow_unicode=True)
    assert policy(text) == made


def test_every_key_is_in_the_schema_with_its_meaning() -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(Policy)}
    assert set(SCHEMA["properties"]) == fields
    assert all(entry["description"] for entry in SCHEMA["properties"].values())
    assert valid(None, SCHEMA)
    assert valid(dict.fromkeys(fields), SCHEMA)
