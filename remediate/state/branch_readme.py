"""What a state branch holds besides documents: the mark that makes it ours, and a page for who finds it."""

from __future__ import annotations

import msgspec

from remediate.state.shapes import schema_of

MARK = ".state.json"
README = "README.md"


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A branch without it is not ours, and is left alone."""

    schema: str = schema_of(MARK)


PAGE = """\
# The state of Remediate

This branch is written by [Remediate](https://github.com/remediate/remediate), which heals failed CI jobs of
this repository. It holds what must be remembered from one run to the next, as JSON documents. It shares no
commit with the code, and is never merged.

| document | holds |
| --- | --- |
| `circuits.json` | which failures are not healed for now, because healing them went wrong |
| `attempts/…` | what was tried for a failure, and how it ended |
| `approvals.json` | who approved which plan |
| `recent.json` | what began and ended of late |
| `cases/…` | the failed runs that were found, and what became of each |
| `incidents.json` | which failures a person has to look at |
| `history/YYYY-MM.jsonl` | every recovery and refusal, a line each; full parts are `YYYY-MM.001.jsonl` … |
| `metrics.json`, `badge.json`, `tallied.json` | the figures, and what is in them already |
| `rules.json` | how often each rule and each strategy was right |
| `documents/…` | what one job passes to the next where it is large; the newest few |
| `.applied.json` | the ids of the last changes, so that none is made twice |

Look with `remediate circuits list --remote`. Please do not edit by hand while Remediate works. Deleting the
branch forgets everything: the next run begins anew.
"""
