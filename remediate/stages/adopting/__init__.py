"""Writes our workflow into a repository: `remediate init`."""
