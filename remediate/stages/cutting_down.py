"""Cuts the evidence of findings until they can be passed on; what proves least goes first, a case never."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from remediate.logs.cutting import cut
from remediate.model.diagnosis import Diagnosis
from remediate.model.stage import Finding, Findings, JobFinding
from remediate.stages.passing_on import MOST_PACKED, packed

_Cut = Callable[[Diagnosis], Diagnosis]
# Beyond so many times the size it is no use to cut the half of them.
_FAR = 2
_ROLES = ("decisive", "supporting", "consequence", "context")


def fit(findings: Findings, most: int = MOST_PACKED) -> Findings:
    """The findings as they are, or with as little taken from them as it needs.

    Each cut meets the longest half of the findings first, and the other half only if that was not enough.
    """
    size = _size(findings)
    for level in range(len(_LEVELS)):
        for share in (0.5, 1.0):
            if size <= most:
                return findings
            if share < 1 and size > _FAR * most:
                continue
            findings = _cut_to(findings, level, share)
            size = _size(findings)
    return findings


def _size(findings: Findings) -> int:
    return len(packed(msgspec.json.encode(findings)))


def _cut_to(findings: Findings, level: int, share: float) -> Findings:
    sizes = sorted((len(msgspec.json.encode(one)) for one in findings.findings), reverse=True)
    least = sizes[min(len(sizes) - 1, int(len(sizes) * share))] if sizes and share < 1 else 0
    cuts = _LEVELS[level]
    return msgspec.structs.replace(
        findings,
        findings=tuple(
            _shortened(one, cuts, alone=level == len(_LEVELS) - 1)
            if len(msgspec.json.encode(one)) >= least
            else one
            for one in findings.findings
        ),
    )


def _shortened(finding: Finding, cuts: _Cut, *, alone: bool) -> Finding:
    """`alone` leaves of the jobs only what is missing of their logs: the case holds what decides."""
    diagnosis = finding.case.diagnosis
    case = msgspec.structs.replace(finding.case, diagnosis=cuts(diagnosis) if diagnosis else None)
    jobs = tuple(_shortened_job(one, cuts) for one in finding.jobs)
    return msgspec.structs.replace(finding, case=case, jobs=() if alone and diagnosis else jobs)


def _shortened_job(one: JobFinding, cuts: _Cut) -> JobFinding:
    job = msgspec.structs.replace(one.job, steps=(), labels=one.job.labels[:5])
    return msgspec.structs.replace(one, job=job, diagnosis=cuts(one.diagnosis))


def _keeping(most: int, longest: int, *, others: int = 0) -> _Cut:
    """Leaves so many lines of evidence and so many alternatives, none longer than that."""

    def cuts(diagnosis: Diagnosis) -> Diagnosis:
        best = sorted(diagnosis.evidence, key=lambda one: _ROLES.index(one.role))[:most]
        kept = sorted(best, key=lambda one: one.line)
        return msgspec.structs.replace(
            diagnosis,
            evidence=tuple(msgspec.structs.replace(one, text=cut(one.text, longest)) for one in kept),
            alternatives=tuple(
                msgspec.structs.replace(one, text=cut(one.text, longest))
                for one in diagnosis.alternatives[:others]
            ),
        )

    return cuts


_LEVELS: tuple[_Cut, ...] = (
    _keeping(12, 400, others=2),
    _keeping(6, 200),
    _keeping(3, 120),
    _keeping(1, 80),
    _keeping(1, 40),
    _keeping(1, 40),
)
