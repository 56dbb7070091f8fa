"""Looks at the original failure again."""
