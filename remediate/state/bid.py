"""A recovery that wants to begin: of what, for which failure, and under which name."""

from __future__ import annotations

import msgspec

from remediate.model.subject import Subject


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` is another for each recovery that is tried, and the same when that one is taken up again."""

    subject: Subject
    signature: str
    owner: str
