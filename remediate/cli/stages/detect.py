"""`remediate detect`: the second stage."""

from __future__ import annotations

import click

from remediate.cli.stages.job import goes_on, job, tell
from remediate.model.stage import Agenda
from remediate.stages.detect import detect


@click.command("detect")
@goes_on
def command(source: str | None, target: str | None, repository: str | None) -> None:
    """Name the root cause of each failed run, from annotations and logs."""
    with job(repository) as at:
        agenda = at.read(source, Agenda)
        head = agenda.head
        findings = detect(agenda, at.doors(head.settings.policy, head.owner))
        if not findings.findings:
            tell("nothing new to diagnose")
        for finding in findings.findings:
            diagnosis = finding.case.diagnosis
            what = f"{diagnosis.cause} ({diagnosis.confidence:.2f})" if diagnosis else finding.case.reason
            tell(f"run {finding.case.key}: {what}")
        at.write(findings, target, head, "detect", len(findings.findings))
