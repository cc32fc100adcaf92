"""What the verifier answers: whether the request may pass, who it was, and for a refusal the challenge of RFC 6750.

The headers that tell who it was are there always, empty where there is nobody: a proxy that passes them on replaces
what a client sent under their names. A refusal may be shown to the client as it is, so it tells no more than the RFC.
"""

from collections.abc import MutableMapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from tokentui.domain.decision import Decision, Reason
from tokentui.domain.errors import TokenTuiError

#: All that a header's value may hold as it stands (RFC 9110 §5.5, without obs-text) but `%`.
_PLAIN = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
_DESCRIPTION = {
    "invalid_request": "The request is malformed, or carries more than one token",
    "invalid_token": "The access token is unknown, revoked or expired",
    "insufficient_scope": "The access token is not meant for this",
}

Lines = list[tuple[bytes, bytes]]


Message = MutableMapping[str, Any]
_NO_BODY: Message = {"type": "http.response.body", "body": b""}
_CLOSE = (b"connection", b"close")
_NO_STORE = (b"cache-control", b"no-store")
#: Where the token came by the query (RFC 6750 §2.3). Other answers that let in say nothing: proxies hand the line on.
_PRIVATE = (b"cache-control", b"private")


class Answer(NamedTuple):
    """An HTTP answer, as the messages that ASGI sends: made once and sent often, so nobody may change them."""

    start: Message
    body: Message = _NO_BODY
    #: The same as it stands on the wire (RFC 9112 §4), without and with its body.
    head: bytes = b""
    whole: bytes = b""
    #: Whether it is the last one on its connection.
    closes: bool = False

    @property
    def last(self) -> Self:
        """The same, as the last one on its connection."""
        start = self.start
        return self._on_wire(start["status"], [*start["headers"], _CLOSE], self.body["body"], closes=True)

    @classmethod
    def of(cls, status: int, headers: Lines, body: bytes = b"", kind: bytes = b"text/plain") -> Self:
        """An answer with this body, if any."""
        lines = [*headers, *([(b"content-type", kind)] if body else []), (b"content-length", b"%d" % len(body))]
        return cls._on_wire(status, lines, body)

    @classmethod
    def _on_wire(cls, status: int, lines: Lines, body: bytes, closes: bool = False) -> Self:
        start = {"type": "http.response.start", "status": status, "headers": lines}
        fields = b"".join(b"%b: %b\r\n" % line for line in lines)
        head = b"HTTP/1.1 %d %b\r\n%b\r\n" % (status, HTTPStatus(status).phrase.encode(), fields)
        return cls(start, {"type": "http.response.body", "body": body}, head, head + body, closes)

    def bytes_for(self, method: str) -> bytes:
        """All of it; HEAD gets no body."""
        return self.head if method == "HEAD" else self.whole

    def body_for(self, method: str) -> Message:
        """The body, which HEAD gets none of."""
        return _NO_BODY if method == "HEAD" else self.body


class InvalidRealm(TokenTuiError):
    """A realm that cannot stand in a header."""


class Answers:
    """The answers in one realm. `refused` and `allowed` give the same object for the same question."""

    def __init__(self, realm: str = "tokentui") -> None:
        """Raises `InvalidRealm`."""
        if not realm or any(character not in _PLAIN or character in '"\\' for character in realm):
            raise InvalidRealm('A realm is printable ASCII without " and \\ and %, such as "api".')
        self._realm = realm
        self._refusals = {
            (reason, harsh): self._refusal(reason, harsh)
            for reason in Reason
            if reason.status != 200
            for harsh in (False, True)
        }

    def of(self, decision: Decision, only_401_and_403: bool, by_query: bool = False) -> Answer:
        """The answer; a proxy that takes `only_401_and_403` gets 401 for 400. `by_query` the token may have come."""
        if decision.reason.status != 200:
            return self._refusals[decision.reason, only_401_and_403]
        endpoint = decision.endpoint
        assert endpoint is not None
        return _allowed(decision.token_name, decision.kind, decision.token_id, endpoint.ref, by_query)

    def _refusal(self, reason: Reason, only_401_and_403: bool) -> Answer:
        status, error = reason.status, reason.error
        if status == 400 and only_401_and_403:
            status, error = 401, "invalid_request"
        challenge = [(b"www-authenticate", self._challenge(error))] if status == 401 or error else []
        body = f"{status}{f' {error}' if error else ''}\n".encode()
        return Answer.of(status, [*challenge, *_identity("", "", "", ""), _NO_STORE], body)

    def _challenge(self, error: str) -> bytes:
        """RFC 6750 §3: without credentials there is no error code."""
        challenge = f'Bearer realm="{self._realm}"'
        if error:
            challenge += f', error="{error}", error_description="{_DESCRIPTION[error]}"'
        return challenge.encode("ascii")


@lru_cache(maxsize=65536)
def _allowed(name: str, kind: str, id: str, endpoint: str, by_query: bool) -> Answer:
    return Answer.of(200, [*_identity(name, kind, id, endpoint), *([_PRIVATE] if by_query else [])])


def _identity(name: str, kind: str, id: str, endpoint: str) -> Lines:
    return [
        (b"x-token-name", header_text(name)),
        (b"x-token-kind", header_text(kind)),
        (b"x-token-id", header_text(id)),
        (b"x-endpoint", header_text(endpoint)),
    ]


def header_text(text: str) -> bytes:
    """A name for a header: printable ASCII as it stands, the rest and `%` as percent-encoded UTF-8."""
    return quote(text, safe=_PLAIN).encode("ascii")
