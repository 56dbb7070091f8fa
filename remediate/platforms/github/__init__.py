"""GitHub, through PyGithub."""

from remediate.platforms.github.adapter import GitHub, api_at, github_platform
from remediate.platforms.github.calls import Bounds

__all__ = ["Bounds", "GitHub", "api_at", "github_platform"]
