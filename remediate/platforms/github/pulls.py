"""Pull requests: found, opened once, closed."""

from __future__ import annotations

from remediate.model.actions import Pull
from remediate.platforms.github.desk import Part
from remediate.platforms.github.forge_shapes import PullShape
from remediate.platforms.github.refusals import refusal, unpermitted, words_of
from remediate.platforms.github.shapes import parsed
from remediate.platforms.github.wire import Reply

_READ = "pull-requests: read"
_WRITE = "pull-requests: write"


class Pulls(Part):
    """What `Forge` says of pull requests."""

    def pull(self, number: int) -> Pull | None:
        """A pull request."""
        path = f"{self._root}/pulls/{number}"
        reply = self._calls.get(path, needs=_READ, accept=(404,), fresh=True)
        return None if reply.status == 404 else parsed(reply, PullShape, path).model()

    def pulls_of(self, branch: str, home: str = "") -> tuple[Pull, ...]:
        """The pull requests from this branch of this repository, or of the one that is named."""
        home = home or self._desk.name
        path = f"{self._root}/pulls"
        query = {"head": f"{home.partition('/')[0]}:{branch}", "state": "all"}
        pages = self._calls.pages(path, query, needs=_READ, most=3, fresh=True)
        found = (one.model() for reply in pages for one in parsed(reply, list[PullShape], path))
        return tuple(
            one for one in found if one.head == branch and one.head_repository.lower() == home.lower()
        )

    def open_pull(self, *, head: str, base: str, title: str, body: str) -> Pull | str:
        """The pull request from head to base, an open one where there is one; or why it cannot be opened."""
        known = self._open(head, base)
        if known:
            return known
        path = f"{self._root}/pulls"
        answer = self._calls.bring_about(
            "POST",
            path,
            {"head": head, "base": base, "title": title, "body": body},
            look=lambda: self._open(head, base),
            needs=_WRITE,
            accept=(403, 422),
        )
        if not isinstance(answer, Reply):
            return answer
        if answer.status == 201:
            return parsed(answer, PullShape, path).model()
        if unpermitted(answer):
            raise refusal(answer, f"POST {path}", _WRITE)
        return self._open(head, base) or _why(answer)

    def close_pull(self, number: int) -> None:
        """Closes it without merging."""
        now = self.pull(number)
        if now is None or now.state == "closed":
            return
        self._calls.bring_about(
            "PATCH",
            f"{self._root}/pulls/{number}",
            {"state": "closed"},
            look=lambda: self._closed(number),
            needs=_WRITE,
        )

    def _closed(self, number: int) -> bool | None:
        now = self.pull(number)
        return True if now is None or now.state == "closed" else None

    def _open(self, head: str, base: str) -> Pull | None:
        found = (one for one in self.pulls_of(head) if one.state == "open" and one.base == base)
        return next(found, None)


def _why(answer: Reply) -> str:
    words = words_of(answer)
    if "not permitted to create" in words:
        return (
            f"{words} Switch it on in the repository's settings, Actions, General, "
            '"Allow GitHub Actions to create and approve pull requests", or give an App\'s token.'
        )
    return words
