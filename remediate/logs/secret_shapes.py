"""The shape of a secret, as data: what announces one, and the pattern that spans it.

Python's `re` backtracks, so a pattern here keeps to three rules, held by a test: a run without a limit is
followed by nothing that could still fail, or by something optional; a repeated group begins with a character
that its body cannot hold; and what may precede a secret is bounded. None crosses a line.
"""

from __future__ import annotations

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of secret. Nothing is compiled before one of its anchors stands in a text.

    The pattern's groups are the secret. Without groups, the whole match is, with the word that it is glued
    to; with a group `proof`, the whole match is if that took part. With `within`, the pattern is looked for
    inside each match of that. `needs` must stand in the text too. In `any_case` shapes, case does not count,
    and anchors are in lower case.
    """

    kind: str
    anchors: tuple[str, ...]
    pattern: str
    needs: str = ""
    within: str = ""
    any_case: bool = False
