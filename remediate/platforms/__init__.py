"""Adapters of CI platforms: each implements the ports `Platform`, `Forge` and `Tracker`."""
