"""What `remediate run` heals with: the healer of this folder, and a person's word for what asks for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from remediate.cli.formats.text import shown
from remediate.cli.running import Request
from remediate.cli.state import user_of
from remediate.cli.terminal import say, style
from remediate.logs.redaction import Redactor
from remediate.model.plan import Plan
from remediate.model.subject import Subject
from remediate.stages.at_hand.healing import Healer, Word
from remediate.stages.at_hand.practice import Errand, healer_for
from remediate.system.settings import Configured


def healer_of(request: Request, configured: Configured, redactor: Redactor) -> Healer:
    """The healer of the folder that the command runs in."""
    watched = sys.stdin.isatty() and sys.stderr.isatty() and not request.quiet
    giver = user_of(os.environ) or f"user {os.getuid()} of this machine"
    word = Word(given=request.approve, giver=giver)
    if watched:
        word = Word(given=request.approve, giver=giver, ask=lambda plan, why: _ask(plan, why, giver))
    errand = Errand(
        root=Path.cwd(), environment=os.environ, redactor=redactor, dry_run=request.dry_run, word=word
    )
    return healer_for(configured, errand)


def finish_earlier(healer: Healer) -> tuple[str, ...]:
    """Ends what a run that was killed left in this folder, and says so."""
    return tuple(
        f"an earlier recovery (plan {closed.plan.hash}) was not finished; it is now: "
        f"{type(closed.outcome).__name__}"
        for closed in healer.finish(Subject())
    )


def _ask(plan: Plan, why: str, giver: str) -> str:
    """Asks whoever sits at the terminal; anything but a clear yes is a no."""
    steps = ", ".join(step.strategy for step in plan.steps)
    say(style("remediate: ", bold=True) + shown(f"plan {plan.hash} wants to: {steps}"), err=True)
    say(shown(f"  it needs your word: {why}"), err=True)
    sys.stderr.write("  do it? [y/N] ")
    sys.stderr.flush()
    try:
        answer = sys.stdin.readline()
    except (OSError, ValueError):
        return ""
    return giver if answer.strip().lower() in ("y", "yes") else ""
