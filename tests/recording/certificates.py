"""A certificate authority for the misbehaving server, made once with openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

NAMES = "DNS:registry.example,DNS:mirror.example,DNS:api.example,DNS:git.example"


def make_certificates(folder: Path) -> Path:
    if not (folder / "expired.pem").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _make_authority(folder)
        _make_leaf(folder, "registry", NAMES, "350101")
        _make_leaf(folder, "expired", "DNS:expired.example", "250401")
        _make_selfsigned(folder)
    return folder


def _make_authority(folder: Path) -> None:
    subject = ["-subj", "/O=Demo/CN=Demo Root CA"]
    keys = ["-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.crt")]
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", *subject, *keys)


CONFIG = """\
[ca]
default_ca = demo
[demo]
database = {folder}/index.txt
new_certs_dir = {folder}/issued
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = supplied
"""


def _make_leaf(folder: Path, name: str, names: str, end: str) -> None:
    key, request, leaf = (folder / f"{name}.{ending}" for ending in ("key", "csr", "crt"))
    extensions, config = folder / f"{name}.ext", folder / "ca.cnf"
    extensions.write_text(f"subjectAltName={names}\n")
    config.write_text(CONFIG.format(folder=folder))
    (folder / "issued").mkdir(exist_ok=True)
    (folder / "index.txt").touch()
    files = ["-keyout", str(key), "-out", str(request)]
    _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}.example", *files)
    signer = ["-config", str(config), "-cert", str(folder / "ca.crt"), "-keyfile", str(folder / "ca.key")]
    dates = ["-startdate", "240101000000Z", "-enddate", f"{end}000000Z"]
    files = ["-in", str(request), "-out", str(leaf), "-extfile", str(extensions)]
    _openssl("ca", "-batch", "-notext", *signer, *dates, *files)
    (folder / f"{name}.pem").write_text(key.read_text() + leaf.read_text())


def _make_selfsigned(folder: Path) -> None:
    pem = folder / "selfsigned.pem"
    subject = ["-subj", "/CN=selfsigned.example", "-addext", "subjectAltName=DNS:selfsigned.example"]
    keys = ["-keyout", str(folder / "self.key"), "-out", str(folder / "self.crt")]
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", *subject, *keys)
    pem.write_text((folder / "self.key").read_text() + (folder / "self.crt").read_text())


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
