"""Secrets to hide, put together from pieces: what they begin with, where they stand, what is around."""

from __future__ import annotations

import itertools
import random
import string

from hypothesis import settings
from hypothesis import strategies as st

from remediate.logs.redaction import Redactor

# A busy machine is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

WORD = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + "234567"
HEX = "0123456789abcdef"
BASE64 = f"{WORD}+/"

# What a token begins with, of what the rest is made, how long that is. Put together here, for a scanner of
# this repository would take whole ones for real.
GLUED = (
    *((f"gh{kind}_", WORD, 36) for kind in "opsur"),
    ("github_pat_", WORD, 82),
    *(
        (f"gl{kind}-", WORD, 20)
        for kind in ("pat", "ptt", "dt", "rt", "rtr", "cbt", "ft", "imt", "agent", "soat", "oas")
    ),
    *((f"xox{kind}-", WORD, 40) for kind in "abeoprs"),
    ("https://hooks.slack.com/services/", f"{WORD}/", 44),
    ("xapp-1-", WORD, 60),
    ("AKIA", UPPER, 16),
    ("ASIA", UPPER, 16),
    ("AIza", f"{WORD}-_", 35),
    ("ya29.", WORD, 60),
    ("GOCSPX-", WORD, 28),
    ("npm_", WORD, 36),
    ("pypi-AgEIcHlwaS5vcmc", WORD, 90),
    ("rubygems_", HEX, 48),
    ("dckr_pat_", WORD, 27),
    ("sk_live_", WORD, 24),
    ("rk_test_", WORD, 24),
    ("whsec_", WORD, 32),
    ("sk-ant-api03-", WORD, 93),
    ("sk-proj-", WORD, 40),
    ("dapi", HEX, 32),
    ("dop_v1_", HEX, 64),
    ("HRKU-", WORD, 60),
    ("hvs.", WORD, 90),
    ("abcdefghijklmn.atlasv1.", WORD, 67),
    ("ATATT3", WORD, 180),
    ("lin_api_", WORD, 40),
    ("dp.st.dev.", WORD, 43),
    ("pscale_tkn_", WORD, 43),
    ("AGE-SECRET-KEY-1", UPPER, 58),
    ("glsa_", WORD, 41),
    ("123456789:AA", WORD, 33),
    ("eyJhbGciOiJIUzI1NiJ9.eyJz", WORD, 40),
    ("SG." + "q" * 22 + ".", WORD, 43),
    ("tskey-auth-", WORD, 32),
    ("shpat_", HEX, 32),
    ("sntrys_", WORD, 60),
    ("abc8Q~", WORD, 34),
)
ALONE = (
    ("hf_", string.ascii_letters, 34),
    ("sk-", WORD, 48),
    ("SK", HEX, 32),
    ("gsk_", WORD, 52),
    ("key-", HEX, 32),
)

# Where a secret is known by its place. The second of each pair: of what it may be made.
PLACES = (
    ("https://bob:{}@git.example/a.git", WORD),
    ("postgres://app:{}@db.example:5432/x?y=z", WORD),
    ("redis://:{}@cache.example", WORD),
    ("fatal: unable to access 'https://{}@git.example/a/': 403", WORD),
    ("https://{}:x-oauth-basic@git.example/", WORD),
    ("https%3A%2F%2Fbob%3A{}%40git.example", WORD),
    ("> Authorization: Basic {}", BASE64),
    ("Authorization: Bearer {}", WORD),
    ("authorization: token {}", WORD),
    ("Proxy-Authorization: Basic {}", WORD),
    ("{{'Authorization': 'Bearer {}', 'Accept': '*/*'}}", WORD),
    ("send: b'GET / HTTP/1.1\\r\\nAuthorization: Basic {}\\r\\nHost: a\\r\\n'", WORD),
    ("git -c http.https://git.example/.extraheader='AUTHORIZATION: basic {}' fetch", WORD),
    ("http.extraheader=AUTHORIZATION: basic {}", WORD),
    ('curl -H "Authorization: Bearer {}" https://a.example', WORD),
    ("authorization: AWS4-HMAC-SHA256 Credential=x/{}, Signature=1", WORD),
    ("X-Api-Key: {}1", WORD),
    ("PRIVATE-TOKEN: {}1", WORD),
    ('"x-vault-token": "{}1"', WORD),
    ("Cookie: a=1; session={}; b=2", WORD),
    ("< set-cookie: sid={}; Path=/; HttpOnly", WORD),
    ("curl -sS -u bob:{} https://a.example", WORD),
    ("password={}", WORD),
    ("Server=db;Uid=sa;Pwd={};Encrypt=yes", WORD),
    ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={}==;EndpointSuffix=x", BASE64),
    ("Endpoint=sb://a/;SharedAccessKeyName=k;SharedAccessKey={}=", BASE64),
    ("https://a.blob.example/c?sv=2020&sig={}%3D&se=1", WORD),
    ("tool --password {} --verbose", WORD),
    ("tool --token={}", WORD),
    ("tool --api-key '{}'", WORD),
    ("docker login -u bob -p {} registry.example", WORD),
    ("sshpass -p {} ssh host", WORD),
    ("keytool -storepass {} -list", WORD),
    ("//registry.example/:_authToken={}", WORD),
    ("//registry.example/:_password={}", WORD),
    ("_auth={}", BASE64),
    ("PGPASSWORD={} psql", WORD),
    ("export AWS_SECRET_ACCESS_KEY={}", BASE64),
    ("aws_secret_access_key = {}", BASE64),
    ('"SecretAccessKey": "{}",', BASE64),
    ("client_secret: {}1a", WORD),
    ('{{"password": "{}"}}', WORD),
    ('{{\\"password\\": \\"{}\\"}}', WORD),
    ("{{'api_key': '{}'}}", WORD),
    (':password=>"{}"', WORD),
    ("MYSQL_PWD={}", WORD),
    ("machine a.example login bob password {}", WORD),
    ("\x1b[33mpassword\x1b[0m=\x1b[1m{}\x1b[0m", WORD),
    ("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVk{}", WORD),
)
LOG = st.text(st.sampled_from(" \t:=-_.,;/\\\"'()[]{}<>@%&#*$\x1b" + WORD + "äé日\ufffd"), max_size=30)
LINES = st.lists(LOG, max_size=4).map("\n".join)


def body(seed: int, alphabet: str, length: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


def leaks(secret: str, output: str, size: int = 10) -> bool:
    """Whether any piece of the secret is left."""
    pieces = {secret[i : i + size] for i in range(max(len(secret) - size, 0) + 1)}
    return any(piece in output for piece in pieces)


def streamed(redactor: Redactor, data: bytes, cuts: list[int]) -> bytes:
    stream = redactor.stream()
    borders = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [stream.feed(data[a:b]) for a, b in itertools.pairwise(borders)]
    return b"".join((*pieces, stream.flush()))


SEEDS = st.integers(0, 2**32)
CUTS = st.lists(st.integers(0, 10_000), max_size=6)


def key(kind: str = "RSA PRIVATE KEY", width: int = 64, seed: int = 7) -> tuple[list[str], list[str]]:
    coded = body(seed, BASE64, width * 8 + 21) + "="
    lines = [coded[i : i + width] for i in range(0, len(coded), width)]
    return [f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"], lines
