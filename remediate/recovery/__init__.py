"""Carries a plan out: journal, backups, strategies, and the way back."""
