"""Remediate reads failed CI jobs and says what went wrong, how sure it is, and which lines prove it."""

__version__ = "0.1.0"
