"""Lockfiles with parts cut out, doubled or overwritten, as a crash, a bad merge or an enemy leaves them."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = (
    b"<<<<<<< HEAD\n",
    b"=======\n",
    b">>>>>>> topic\n",
    b"\x00",
    b"\xff\xfe",
    b"[" * 3000,
    b'"',
    b"'''",
    b"1" * 5000,
    b"9999-99-99T99:99:99Z",
    b"\npackage = 1\n",
    b"\n[[package]]\nname = 3\n",
    b"\n[metadata]\nfiles = []\n",
    b"\\\n",
    b" --hash=sha256:",
    b" @ http://[::1",
    b"\r",
)


@st.composite
def mutilated(draw: st.DrawFn, whole: bytes) -> bytes:
    """The text after up to four wounds."""
    text = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 200)))
        text = text[:start] + draw(st.sampled_from((b"", *HOSTILE)) | st.binary(max_size=20)) + text[end:]
    return text
