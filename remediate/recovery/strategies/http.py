"""`http`: a request of the user's own, sent once, with its own check and its own undo."""

from __future__ import annotations

from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.policy import OwnRequest
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.ports import Unanswered
from remediate.recovery.strategies.telling import address_shown, ending
from remediate.recovery.strategy import Site

_NAME = "http"


class UserRequest:
    """The argument `name` says which of `requests` it is. Redirects are not followed."""

    name = _NAME

    def __init__(self) -> None:
        self._answered: set[str] = set()

    def preview(self, step: Step, site: Site) -> Offer:
        own = _own(step, site)
        if own is None:
            return Unfit(strategy=_NAME, reason=_missing(step))
        return Preview(
            strategy=_NAME,
            target=address_shown(own.url),
            changes=(Change(verb="request", what=f"{own.method} {address_shown(own.url)}", detail="once"),),
            seconds=own.timeout,
            risk="none" if own.method == "GET" else "medium",
            affected=(address_shown(own.url),),
            reversible=bool(own.undo) or own.method == "GET",
        )

    def apply(self, step: Step, site: Site) -> StepResult:
        own = _own(step, site)
        if own is None:
            return Failed(strategy=_NAME, reason=_missing(step))
        result = _send(own.method, own.url, own, site, body=own.body.encode())
        if isinstance(result, Done):
            self._answered.add(step.arguments["name"])
        return result

    def verify(self, step: Step, site: Site) -> StepResult:
        """By its own address. Without one the answer was the proof, which a later process has not seen."""
        own = _own(step, site)
        if own is None:
            return Failed(strategy=_NAME, reason=_missing(step))
        if own.verify:
            return _send("GET", own.verify, own, site)
        if step.arguments["name"] in self._answered:
            return Done(strategy=_NAME, summary="its answer was a success; it names no address to look at")
        return Failed(
            strategy=_NAME, reason="whether it was answered is not known, and it is never sent twice"
        )

    def undo(self, step: Step, site: Site) -> StepResult:
        own = _own(step, site)
        if own is None:
            return Failed(strategy=_NAME, reason=_missing(step))
        if own.undo:
            return _send("POST", own.undo, own, site)
        if own.method == "GET":
            return Done(strategy=_NAME, summary="there was nothing to undo: it only read")
        shown = f"{own.method} {address_shown(own.url)}"
        return Failed(strategy=_NAME, reason=f"{shown} may have had its effect, and has no undo")


def _own(step: Step, site: Site) -> OwnRequest | None:
    return site.policy.requests.get(step.arguments.get("name", ""))


def _missing(step: Step) -> str:
    return f"the configuration has no request `{step.arguments.get('name', '')}` under `requests`"


def _send(method: str, address: str, own: OwnRequest, site: Site, *, body: bytes = b"") -> StepResult:
    shown = f"{method} {address_shown(address)}"
    answer = site.web.request(method, address, headers=own.headers, body=body, timeout=own.timeout)
    if isinstance(answer, Unanswered):
        return Failed(strategy=_NAME, reason=f"{shown}: no answer: {answer.reason}")
    if not 200 <= answer.status < 300:
        reason = f"{shown}: answered {answer.status}"
        return Failed(strategy=_NAME, reason=reason, evidence=ending(answer.body, site))
    return Done(strategy=_NAME, summary=f"{shown}: answered {answer.status}")
