"""No secret of a log stands in its diagnosis, wherever in the log it stood and wherever it was cut."""

from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import COMPILE_ERROR, REFUSED, diagnosed, failed, job, read, step

from remediate.diagnosis.diagnose import Knowledge, conclude
from remediate.diagnosis.ranking import load_fit
from remediate.diagnosis.veil import HIDDEN_KEY, veiled
from remediate.logs.redaction import Redactor
from remediate.model.diagnosis import Diagnosis, Evidence
from remediate.rules.catalog import Catalog

# Parts, so that no scanner takes this file for a leak.
TOKEN = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
BEGIN, END = "-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----"
_BODY = base64.b64encode(bytes(range(256)) * 4).decode()
KEY = [_BODY[at : at + 64] for at in range(0, 640, 64)]

PLACES = {
    "decisive line": failed(f"{REFUSED} {TOKEN}"),
    "line before": failed(f"using {TOKEN}", REFUSED),
    "line after": failed(REFUSED, f"used {TOKEN}"),
    "command": failed(REFUSED, command=f"./fetch --token={TOKEN}"),
    "alternative": failed(f"{COMPILE_ERROR} {TOKEN}", *["x"] * 20, REFUSED),
    "final error": job(step("./fetch", "zork", error=f"Unhandled grue {TOKEN}")),
    "last words": failed(f"Error: no {TOKEN} here", command="pytest"),
    "log without marks": f"one {TOKEN}\n{REFUSED} {TOKEN}\n".encode(),
}


def written(found: Diagnosis) -> str:
    return msgspec.json.encode(found).decode()


@pytest.mark.parametrize("place", PLACES)
def test_token_is_in_no_part_of_the_document(place: str, catalog: Catalog) -> None:
    bare = conclude(read(PLACES[place], catalog), Knowledge(catalog, load_fit()), source="x")
    assert TOKEN in written(bare), "the place is not shown at all, so the test would prove nothing"
    shown = written(diagnosed(PLACES[place], catalog))
    assert TOKEN not in shown
    assert TOKEN[4:] not in shown
    assert "redacted" in shown or "***" in shown


@pytest.mark.parametrize("place", PLACES)
def test_value_of_the_user_is_in_no_part_of_the_document(place: str, catalog: Catalog) -> None:
    log = PLACES[place].replace(TOKEN.encode(), b"open-sesame-42")
    assert "open-sesame-42" not in written(diagnosed(log, catalog, "open-sesame-42"))


@settings(max_examples=60)
@given(pad=st.integers(440, 700), above=st.booleans())
def test_token_at_a_cut_is_not_shown_in_part(pad: int, above: bool, catalog: Catalog) -> None:
    line = f"{'p' * pad} {TOKEN}"
    log = failed(line, REFUSED) if above else failed(f"{REFUSED} {line}")
    shown = written(diagnosed(log, catalog))
    assert TOKEN[:12] not in shown


def test_final_error_is_cut_after_the_secrets_are_out(catalog: Catalog) -> None:
    for pad in range(540, 600, 5):
        shown = written(diagnosed(job(step("./fetch", error=f"{'p' * pad} {TOKEN}")), catalog))
        assert TOKEN[:12] not in shown


def test_long_lines_are_cut(catalog: Catalog) -> None:
    found = diagnosed(failed(REFUSED + " x" * 3000, "y " * 3000), catalog)
    assert all(len(one.text) <= 600 for one in found.evidence)
    assert found.evidence[0].text.startswith(REFUSED)


@pytest.mark.parametrize("at", range(0, 11, 2))
def test_private_key_around_the_evidence_is_hidden(at: int, catalog: Catalog) -> None:
    log = failed(BEGIN, *KEY[:at], REFUSED, *KEY[at:], END)
    shown = written(diagnosed(log, catalog))
    assert not [row for row in KEY if row in shown]


def test_private_key_far_above_is_no_reason_to_hide(catalog: Catalog) -> None:
    found = diagnosed(failed(BEGIN, *KEY, END, *["x"] * 5, REFUSED), catalog)
    assert found.evidence[0].text == REFUSED


def test_key_on_one_line_hides_itself_alone(catalog: Catalog) -> None:
    body = "\\n".join(KEY)
    found = diagnosed(failed(f'KEY="{BEGIN}\\n{body}\\n{END}"', "x", REFUSED), catalog)
    assert found.evidence[0].text == REFUSED
    assert not [row for row in KEY if row in written(found)]


class Swallowing:
    """A redactor that takes the end of a line with a secret."""

    def redact(self, text: str) -> str:
        return text.replace("secret\n", "")


def diagnosis(*evidence: Evidence) -> Diagnosis:
    return Diagnosis(
        source="a token", format="plain", cause="test", type=None, severity="low", confidence=0.5,
        transient=False, signature=None, rule=None, title="", evidence=evidence, step=None, recovery=None,
        hint=None, job="a token",
    )  # fmt: skip


def line(number: int, text: str) -> Evidence:
    return Evidence(line=number, offset=-1, text=text, role="context")


def test_lines_that_melt_into_each_other_all_hide() -> None:
    found = veiled(diagnosis(line(1, "a secret"), line(2, "b"), line(9, "far")), Swallowing())
    assert [e.text for e in found.evidence] == ["***", "***", "far"]


def test_lines_of_keys_are_hidden_whatever_they_look_like() -> None:
    shown = veiled(diagnosis(line(4, "a"), line(5, "b"), line(6, "c"), line(7, "d")), Redactor(), [(4, 7)])
    assert [e.text for e in shown.evidence] == ["a", HIDDEN_KEY, HIDDEN_KEY, "d"]


def test_names_are_redacted_too() -> None:
    found = veiled(diagnosis(), Redactor(["a token"]))
    assert (found.source, found.job) == ("***", "***")
