"""Servers of one's own: their certificates, and addresses and tokens that cannot be right."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from box.clock import BoxClock
from running import remediate
from served import serving

from remediate.errors import Unreachable, UsageProblem
from remediate.platforms.github import GitHub, github_platform
from remediate.platforms.github.downloads import Downloads, Fetched, Missed
from remediate.stages.world import here_in

FACTS = b'{"full_name": "octo/shop", "default_branch": "main"}'


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that only its owner trusts, with its key."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    file = tmp_path_factory.mktemp("tls") / "own.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=own"
    subject = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(file), "-out", f"{file}.crt"]
    subprocess.run(["openssl", *words.split(), *subject], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


def adapter(address: str, token: str = "t", certificates: str = "") -> GitHub:
    return github_platform(
        address, "octo/shop", token, clock=BoxClock(), random=lambda: 0.5, certificates=certificates
    )


def test_a_certificate_of_one_s_own_is_trusted_where_it_is_named(certificate: Path, tmp_path: Path) -> None:
    with serving(FACTS, {"Content-Type": "application/json"}, certificate=certificate) as address:
        api = address.removesuffix("/log")
        with pytest.raises(Unreachable) as raised:
            adapter(api).facts()
        assert "SSL_CERT_FILE" in raised.value.hint
        assert adapter(api, certificates=str(certificate)).facts().name == "octo/shop"
        target = tmp_path / "log"
        assert isinstance(Downloads("127.0.0.1").fetch(address, target), Missed)
        got = Downloads("127.0.0.1", certificates=str(certificate)).fetch(address, target)
        assert got == Fetched(path=target)


def test_doctor_trusts_it_too(certificate: Path, tmp_path: Path) -> None:
    with serving(FACTS, {"Content-Type": "application/json"}, certificate=certificate) as address:
        server = address.removesuffix("/log")
        given = {"GITHUB_REPOSITORY": "octo/shop", "GITHUB_SERVER_URL": server, "GITHUB_API_URL": server}
        plain = remediate("doctor", cwd=tmp_path, GITHUB_TOKEN="ghs_x", **given)
        assert (plain.code, "SSL_CERT_FILE" in plain.out) == (4, True)
        named = remediate(
            "doctor", cwd=tmp_path, GITHUB_TOKEN="ghs_x", SSL_CERT_FILE=str(certificate), **given
        )
        assert "octo/shop can be seen" in named.out


@pytest.mark.parametrize(
    "address", ["https://hub.example:abc/api/v3", "https://hub.example:99999", "https://[::1", "hub.example"]
)
def test_an_address_that_cannot_be_one_is_named(address: str) -> None:
    with pytest.raises(UsageProblem) as raised:
        adapter(address)
    assert address in raised.value.message
    assert "GITHUB_API_URL" in raised.value.hint


@pytest.mark.parametrize(
    ("server", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://github.com/", "https://api.github.com"),
        ("https://octo.ghe.com", "https://api.octo.ghe.com"),
        ("https://hub.example:8443/", "https://hub.example:8443/api/v3"),
    ],
)
def test_each_server_s_api_is_found_off_a_runner_too(server: str, api: str) -> None:
    here = here_in({"GITHUB_REPOSITORY": "octo/shop", "GITHUB_TOKEN": "t", "GITHUB_SERVER_URL": server})
    assert here.api == api


@pytest.mark.parametrize("token", ["ghs_x\n", " ghs_x", "ghs_x\u201d", "ghs_\u00e4", "ghs_x\0"])
def test_a_token_that_cannot_be_one_is_told_and_not_shown(token: str) -> None:
    with pytest.raises(UsageProblem) as raised:
        adapter("http://127.0.0.1:9", token)
    assert "token" in raised.value.message
    assert "ghs_" not in raised.value.message + raised.value.hint
