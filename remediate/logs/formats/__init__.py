"""Every log format, by name: one file and one line here for each."""

from __future__ import annotations

from remediate.logs.formats.azure import AZURE
from remediate.logs.formats.buildkite import BUILDKITE
from remediate.logs.formats.circleci import CIRCLECI
from remediate.logs.formats.content import Content, Level, visible
from remediate.logs.formats.format import Event, Format, Kind, Sign
from remediate.logs.formats.github import GH_CLI, GITHUB, WEB
from remediate.logs.formats.gitlab import GITLAB
from remediate.logs.formats.jenkins import JENKINS
from remediate.logs.formats.plain import PLAIN
from remediate.logs.formats.taskcluster import TASKCLUSTER
from remediate.logs.formats.teamcity import TEAMCITY
from remediate.logs.formats.travis import TRAVIS

FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        GH_CLI,
        GITHUB,
        AZURE,
        GITLAB,
        JENKINS,
        TRAVIS,
        TASKCLUSTER,
        BUILDKITE,
        CIRCLECI,
        TEAMCITY,
        WEB,
        PLAIN,
    )
}

__all__ = ["FORMATS", "Content", "Event", "Format", "Kind", "Level", "Sign", "visible"]
