"""No secret of a known shape leaves the redactor, whatever stands around it; ordinary lines do."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from redaction_cases import (
    ALONE,
    CUTS,
    GLUED,
    LINES,
    LOG,
    PLACES,
    SEEDS,
    WORD,
    body,
    key,
    leaks,
    streamed,
)

from remediate.logs.redaction import Redactor
from remediate.logs.secret_names import NAMED
from remediate.logs.secret_tokens import TOKENS


@given(st.sampled_from(GLUED), SEEDS, LINES, LINES, CUTS)
def test_a_token_never_leaves_whatever_it_is_glued_to(
    shape: tuple[str, str, int], seed: int, before: str, after: str, cuts: list[int]
) -> None:
    secret = body(seed, *shape[1:])
    text = before + shape[0] + secret + after
    assert not leaks(secret, Redactor().redact(text))
    assert not leaks(secret, streamed(Redactor(), text.encode(), cuts).decode())


@given(
    st.sampled_from(ALONE),
    SEEDS,
    LOG,
    LOG,
    st.sampled_from(["", " ", '"', "=", "\x1b[0m", "\\n", "%3D", "/"]),
)
def test_a_token_with_a_short_prefix_never_leaves_as_a_word(
    shape: tuple[str, str, int], seed: int, before: str, after: str, mark: str
) -> None:
    assume(mark or not (before[-1:].isascii() and before[-1:].isalnum()))
    assume(not re.match(r"[A-Za-z0-9]", after))
    secret = body(seed, *shape[1:])
    assert not leaks(secret, Redactor().redact(before + mark + shape[0] + secret + after))


@pytest.mark.parametrize(("template", "alphabet"), PLACES)
@given(seed=SEEDS, before=LOG, cuts=CUTS)
@settings(max_examples=25)
def test_a_secret_never_leaves_its_place(
    template: str, alphabet: str, seed: int, before: str, cuts: list[int]
) -> None:
    secret = body(seed, alphabet, 40)
    text = f"{before} {template.format(secret)}\nnext"
    assume(re.search(r"[\"'`\\=:,\x1b<>&|;@()\[\]{}%$]\s*$", before) is None)
    assert not leaks(secret, Redactor().redact(text))
    assert not leaks(secret, streamed(Redactor(), text.encode(), cuts).decode())


@pytest.mark.parametrize(("template", "alphabet"), PLACES)
def test_the_rest_of_the_line_stays(template: str, alphabet: str) -> None:
    secret = body(1, alphabet, 40)
    head, tail = template.format("\0").split("\0")
    redacted = Redactor().redact(f"2026 {head}{secret}{tail} and so on\nnext")
    assert (
        re.match(re.escape(f"2026 {head}").replace("=1;", "=[^;]+;"), redacted)
        or "LS0t" in head
        or "AWS4" in head
    )
    assert redacted.endswith("and so on\nnext") or "AWS4" in template


@pytest.mark.parametrize("prefix", ["", "2026-01-01T00:00:00.0000000Z ", "web_1  | ", "    "])
@pytest.mark.parametrize(
    "kind", ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]
)
@given(cuts=CUTS, seed=SEEDS)
@settings(max_examples=20)
def test_a_private_key_leaves_its_frame_alone(prefix: str, kind: str, cuts: list[int], seed: int) -> None:
    lines, secrets = key(kind, 70 if "SSH" in kind else 64, seed)
    text = "\n".join(prefix + line for line in ["before", *lines, "after all this"])
    for output in (Redactor().redact(text), streamed(Redactor(), text.encode(), cuts).decode()):
        assert not any(secret in output for secret in secrets)
        assert output.split("\n")[0] == f"{prefix}before"
        assert output.endswith(f"{lines[-1]}\n{prefix}after all this")


@pytest.mark.parametrize("joint", ["\\n", "\\\\n", " ", "\\r\\n"])
def test_a_private_key_on_one_line_is_hidden(joint: str) -> None:
    lines, secrets = key()
    redacted = Redactor().redact(f'"private_key": "{joint.join(lines)}{joint}", "client": "x"')
    assert not any(secret in redacted for secret in secrets)
    assert redacted.endswith('"client": "x"')


def test_a_cut_key_is_hidden_without_its_begin_and_without_its_end() -> None:
    lines, secrets = key()
    for part in (lines[:-3], lines[3:5], lines[2:3]):
        assert not any(secret in Redactor().redact("\n".join(part)) for secret in secrets)
    text = "expected -----BEGIN PRIVATE KEY-----\nbut found\nnothing\nof\nthe\nkind"
    assert Redactor().redact(text) == text


@given(LINES, st.sampled_from(GLUED), SEEDS, st.sampled_from(PLACES), LINES)
def test_hiding_twice_changes_nothing(
    before: str, shape: tuple[str, str, int], seed: int, place: tuple[str, str], after: str
) -> None:
    text = f"{before}{shape[0]}{body(seed, *shape[1:])}{place[0].format(body(seed, WORD, 30))}{after}"
    once = Redactor([body(seed, WORD, 12)]).redact(text)
    assert Redactor([body(seed, WORD, 12)]).redact(once) == once


ORDINARY = """\
2026-01-01T00:00:00.0000000Z ##[error]Process completed with exit code 1.
HEAD is now at 3f786850e387550fdab836ed7e6dc881de23001b Merge 89e6c98d92887913cadf06b2adb97f26cde4849b
sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
npm error sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==
Cache restored from key: Linux-pypi-modules-1a184bde04a16a515eeccd5e9f373265f026270d180ef4f6777e951dbbb
id 123e4567-e89b-12d3-a456-426614174000 on /home/runner/work/app/app/src/main/java/com/example/App.java:12:5
SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON
error: expected one of `)`, `,`, found token: `}`
remote: Invalid username or password.
fatal: Authentication failed for 'https://git.example/app/app.git/'
Error: Input required and not supplied: token
  token: ***
  ssh-key: ***
GITHUB_TOKEN: ***
https://x-access-token:***@git.example/app/app
password: required
raise ValueError("password must not be empty")
client = Client(token=os.environ["TOKEN"], password=None, secret=get_secret())
Error: The `--password` option is required; use --token to log in, or --token-file FILE
docker run -p 8080:80 -u 1000:1000 app
http://localhost:8080/a@b https://cdn.example:443/npm/foo@1.2.3 git@git.example:a/b.git ssh://git@git.example/a
task-0123456789abcdef0123456789abcdef disk-0123456789abcdef0123456789abcdef0123456789abcdef
tokens: 1234, max_tokens=4096, token_type: bearer, secret_name=app, PWD=/home/runner/work OLDPWD=/home/runner
Collecting tiktoken==0.9.0
[B105:hardcoded_password_string]
Tests: 3 passed, 1 failed; author=bob; keyboard: us; monkey=1; key = value
Authorization: failed
"""


@pytest.mark.parametrize("line", ORDINARY.splitlines())
def test_an_ordinary_line_stays(line: str) -> None:
    assert Redactor().redact(line) == line


def test_every_pattern_compiles_and_can_be_announced() -> None:
    for shape in (*TOKENS, *NAMED):
        re.compile(shape.pattern, re.ASCII)
        re.compile(shape.within, re.ASCII)
        assert shape.anchors
        assert not shape.any_case or all(anchor == anchor.lower() for anchor in shape.anchors)
        assert shape.needs == shape.needs.lower()


def test_no_pattern_looks_beyond_its_line() -> None:
    for shape in (*TOKENS, *NAMED):
        for match in re.finditer(r"(?<!\\)\[\^((?:[^\]\\]|\\.)*)\]", shape.pattern + shape.within):
            assert re.search(r"\\s|\\n|\\r", match[1]) or match[0] in {"[^/:]"}, (shape.kind, match[0])
