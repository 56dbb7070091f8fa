"""Runs a command in our place: what it prints goes through as it comes, and is kept for a diagnosis."""

from __future__ import annotations

from remediate.system.passing.passage import Passage, pass_through
from remediate.system.passing.spool import Spool

__all__ = ["Passage", "Spool", "pass_through"]
