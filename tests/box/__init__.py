"""A GitHub on this machine: its REST interface, git over HTTP, and real runs, for tests and the demonstration."""

from .github import Box
from .repository import Repository
from .runs import Annotation, Job, Run, Step

__all__ = ["Annotation", "Box", "Job", "Repository", "Run", "Step"]
