"""What redaction costs: the first evidence lines of a process, a long log, and texts made to be slow."""

from __future__ import annotations

import subprocess
import sys
import time

from remediate.logs.redaction import Redactor

FIRST = """
import sys, time
import msgspec, re
start = time.perf_counter()
from remediate.logs.redaction import Redactor
loaded = time.perf_counter()
redactor = Redactor()
for line in sys.stdin.read().split("\\n"):
    redactor.redact(line)
print(f"{(loaded - start) * 1e3:.1f} {(time.perf_counter() - loaded) * 1e3:.1f}")
"""

EVIDENCE = """\
2026-01-01T00:00:00.0000000Z ##[group]Run npm ci
npm error code EUSAGE
npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.
npm error Missing: left-pad@1.3.0 from lock file
npm error A complete log of this run can be found in: /home/runner/.npm/_logs/2026-debug-0.log
##[error]Process completed with exit code 1.
FAILED tests/test_app.py::test_login - AssertionError: assert 401 == 200
E       assert 401 == 200
src/app.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'.
fatal: unable to access 'https://git.example/app/app.git/': Could not resolve host: git.example
SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON
Error: Input required and not supplied: token
  with: node-version: 20, cache: npm, token: ***
Cache not found for input keys: Linux-node-3f786850e387550fdab836ed7e6dc881de23001b
sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==
    at Object.<anonymous> (/home/runner/work/app/app/test/login.test.js:12:5)
curl: (6) Could not resolve host: api.example
make: *** [Makefile:12: test] Error 2
ERROR: could not find a version that satisfies the requirement foo==1.2.3
Tests: 3 failed, 120 passed, 123 total"""

# Beginnings of secrets that never come to their end, over and over.
SLOW = (
    "eyJ",
    "0meyJ",
    "-",
    "password",
    "password=",
    'password="\\',
    "://a:b",
    "a:b@://",
    "authorization: basic ",
    "cookie: a=",
    "curl -u ",
    "login a password ",
    "-----BEGIN PRIVATE KEY-----",
    "MTIzNDU2Nzg5MDEyMzQ1Njc4.",
    "AzFu",
    "%3a%2f%2fa%3a",
    "\x1b[0m",
    "A",
)
SIZE = 1_000_000


def seconds(text: str) -> float:
    redactor = Redactor()
    start = time.process_time()
    redactor.redact(text)
    return time.process_time() - start


def main() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", FIRST], input=EVIDENCE, capture_output=True, text=True, check=True
        )
        for _ in range(9)
    ]
    loading, first = sorted(tuple(map(float, run.stdout.split())) for run in runs)[4]
    print(f"import beside re and msgspec: {loading} ms; first 20 evidence lines: {first} ms (median of 9)")
    log = (EVIDENCE + "\n") * (4 * SIZE // len(EVIDENCE))
    print(f"a long log: {len(log) / 1e6 / seconds(log):.1f} MB/s")
    for seed in SLOW:
        small, large = (seconds((seed * (size // len(seed) + 1))[:size]) for size in (SIZE // 4, SIZE))
        print(f"{seed!r:32} 1 MB in {large:5.2f} s, {large / max(small, 1e-3):4.1f} times a quarter of it")


if __name__ == "__main__":
    main()
