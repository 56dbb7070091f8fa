"""Lockfiles and the tools that keep them, one file for each tool; `registry` knows them all."""
