"""GitHub, through PyGithub."""

from remediate.platforms.github.adapter import API, GitHub, github_platform
from remediate.platforms.github.calls import Bounds

__all__ = ["API", "Bounds", "GitHub", "github_platform"]
