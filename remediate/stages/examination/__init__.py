"""Looks what token, settings and state branch allow: `remediate doctor`."""
