"""A GitHub on this machine: its REST interface, git over HTTP, and runs that really run."""

from .github import Box
from .repository import Repository
from .runs import Annotation, Job, Run, Step

__all__ = ["Annotation", "Box", "Job", "Repository", "Run", "Step"]
