"""How long to wait before a recovery: backoff with full jitter, or as long as the service asks."""

from __future__ import annotations

from remediate.decision.facts import Facts
from remediate.model.policy import Policy

_MOST_DOUBLINGS = 30


def pause(policy: Policy, facts: Facts) -> float:
    """Seconds, never more than the time of a whole recovery.

    Full jitter: anything between nothing and the bound, so that many jobs that failed together do not come
    back together. The bound doubles with each attempt up to `backoff-most`.
    """
    if facts.retry_after is not None:
        return min(max(facts.retry_after, 0.0), policy.recovery_timeout)
    doublings = min(max(facts.attempts, 0), _MOST_DOUBLINGS)
    bound = min(policy.backoff_most, policy.backoff_first * 2.0**doublings, policy.recovery_timeout)
    return bound * facts.random
