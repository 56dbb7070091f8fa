"""Tells people what was found and done."""
