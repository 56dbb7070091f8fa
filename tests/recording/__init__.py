"""Machinery that makes real tools really fail and keeps what they print; see docs/recording.md."""
