"""One request to GitHub's API through PyGithub, never repeated, never redirected, never logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from remediate.errors import Unreachable, UsageProblem

if TYPE_CHECKING:
    from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester

API_VERSION = "2022-11-28"
_JSON = "application/vnd.github+json"
_AGENT = "remediate"
_PER_PAGE = 100


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What GitHub answered; names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Doubtful(msgspec.Struct, frozen=True, kw_only=True):
    """The request may have reached GitHub; nobody knows what became of it."""

    reason: str


class Wire:
    """`certificates` is a file of certificate authorities, as servers of one's own need one."""

    def __init__(self, api_url: str, token: str, *, timeout: float = 30.0, certificates: str = "") -> None:
        self.secure, self.host, self._port = _parts(api_url)
        self.certificates = certificates
        self._url = api_url.rstrip("/")
        self._token = _presentable(token)
        self._timeout = timeout
        self._requester: Requester | None = None
        self._line: HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass | None = None

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] = {},
        headers: Mapping[str, str] = {},
        body: Any = None,
    ) -> Reply | Doubtful:
        """Sends it once; `path` begins with a slash, below the API's address."""
        requester, line = self._opened()
        given = {"Accept": _JSON, "X-GitHub-Api-Version": API_VERSION, **headers}
        try:
            status, answered, text = requester.requestJson(method, path, dict(query), given, body, line)
        except OSError as error:
            # Whatever `requests` raises is an OSError. A certificate does not get better by trying again.
            if type(error).__name__ == "SSLError":
                raise self._untrusted() from None
            return Doubtful(reason=_reason(error))
        except ValueError:
            # As for a place to go to, or a count, that is none.
            return Doubtful(reason="its answer cannot be understood")
        return Reply(status=status, headers=answered, body=text.encode())

    def below(self, address: str) -> str:
        """What of an address stands below the API's; empty for one that is elsewhere."""
        return address.removeprefix(self._url) if address.startswith(f"{self._url}/") else ""

    def close(self) -> None:
        """Ends the connection; the next request opens another."""
        if self._line is not None:
            self._line.close()
        self._requester = self._line = None

    def __repr__(self) -> str:
        return f"Wire({self._url!r}, …)"

    def _opened(self) -> tuple[Requester, Any]:
        if self._requester is None:
            self._requester, self._line = self._open()
        return self._requester, self._line

    def _open(self) -> tuple[Requester, HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass]:
        from github import Auth  # noqa: PLC0415 - it takes a fifth of a second, and `diagnose FILE` needs none
        from github.Requester import Requester  # noqa: PLC0415

        verify: bool | str = self.certificates or True
        # At DEBUG it would log bodies and the signed addresses of downloads.
        silent = logging.Logger("remediate.github")
        silent.disabled = True
        Requester.injectLogger(silent)
        requester = Requester(
            auth=Auth.Token(self._token) if self._token else None,
            base_url=self._url,
            timeout=int(self._timeout),
            user_agent=_AGENT,
            per_page=_PER_PAGE,
            verify=verify,
            retry=0,
            pool_size=1,
        )
        return requester, self._connection(verify)

    def _connection(self, verify: bool | str) -> HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass:
        from github.Requester import (  # noqa: PLC0415 - as above
            HTTPRequestsConnectionClass,
            HTTPSRequestsConnectionClass,
            RequestsResponse,
        )

        kind: Any = HTTPSRequestsConnectionClass if self.secure else HTTPRequestsConnectionClass

        class Straight(kind):  # type: ignore[misc]
            """Answers as they are: PyGithub would follow a 301 without its query, and wait out a 202."""

            def getresponse(self) -> RequestsResponse:
                response: RequestsResponse = super().getresponse()
                # Else it is guessed, slowly and not always rightly.
                response.response.encoding = "utf-8"
                response.status = {301: 308, 202: 200}.get(response.status, response.status)
                return response

        line: HTTPRequestsConnectionClass = Straight(
            self.host, self._port, timeout=self._timeout, retry=0, pool_size=1, verify=verify
        )
        return line

    def _untrusted(self) -> Unreachable:
        return Unreachable(
            f"{self.host}: its certificate is not trusted",
            hint="Name the file of your certificate authorities in SSL_CERT_FILE.",
        )


def _parts(api_url: str) -> tuple[bool, str, int | None]:
    """Whether it is encrypted, the host, and its port."""
    try:
        parts = urlsplit(api_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme not in ("http", "https"):
        raise UsageProblem(
            f"{api_url}: not the address of an API", hint="GITHUB_API_URL is like https://HOST/api/v3."
        )
    return parts.scheme == "https", host, port


def _presentable(token: str) -> str:
    """The token, which must fit into a header: else each request fails for a reason that tells nothing."""
    if not all("!" <= letter <= "~" for letter in token):
        raise UsageProblem(
            "the token holds a space, the end of a line or another letter that no token has",
            hint="Copy it again, it and nothing else, into GITHUB_TOKEN or GH_TOKEN.",
        )
    return token


def _reason(error: OSError) -> str:
    name = type(error).__name__
    known = {
        "ConnectTimeout": "it did not answer in time",
        "ReadTimeout": "it did not answer in time",
        "ProxyError": "the proxy does not let us through",
        "ChunkedEncodingError": "the answer ended too early",
    }
    # Not the error's text: it quotes the address with all that is in it.
    return known.get(name, f"the connection failed ({name})")
