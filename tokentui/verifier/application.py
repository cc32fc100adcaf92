"""The ASGI application: a path for each proxy's dialect, the decision, and nothing else between."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from datetime import datetime
from time import perf_counter
from types import MappingProxyType
from typing import Any, Protocol

from tokentui.domain.decision import Decision, Reason, Request
from tokentui.services.desk import utc_now
from tokentui.verifier.answers import Answer, Answers
from tokentui.verifier.in_force import InForce
from tokentui.verifier.networks import LOOPBACK, Networks
from tokentui.verifier.questions import DIALECTS, BadQuestion, Dialect, Headers
from tokentui.verifier.seen import Noted, without_tokens

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Where each dialect is asked.
_PLACES = {f"/verify/{name}".encode(): dialect for name, dialect in DIALECTS.items()}
#: Where a dialect is asked whose question stands behind its place.
_PREFIXES = tuple((place + b"/", dialect) for place, dialect in _PLACES.items() if dialect.any_method)
_HERE = Networks(LOOPBACK)
_READING = ("GET", "HEAD")
_STALE = Decision(Reason.INTERNAL_ERROR, about="the store has not been readable for too long")
_NOT_FOUND = Answer.of(404, []).last
_NO_METHOD = Answer.of(405, [(b"allow", b"GET, HEAD")]).last


class Listener(Protocol):
    """Who is told of every decision and how long it took, on the server's loop: it must not wait for anything."""

    def __call__(self, request: Request, decision: Decision, at: datetime, microseconds: int) -> None: ...


def _nobody(request: Request, decision: Decision, at: datetime, microseconds: int) -> None:
    """A `Listener` that does not care."""


class Page(Protocol):
    """Another path that is answered, such as `/healthz`: to whom nobody trusts with what anybody may know alone."""

    def __call__(self, trusted: bool) -> Answer: ...


#: A decision on its way out.
_Answered = tuple[Request, Decision, Answer]


class Verifier:
    """The application over the records in force."""

    def __init__(
        self,
        in_force: InForce,
        *,
        trusted: Networks,
        answers: Answers,
        listener: Listener = _nobody,
        pages: Mapping[str, Page] = MappingProxyType({}),
        clock: Callable[[], datetime] = utc_now,
        told: Callable[[str], object] = lambda line: None,
    ) -> None:
        """`told` takes a line for the log when something of ours goes wrong: its kind; its text may hold a token."""
        self._in_force, self._trusted, self._answers = in_force, trusted, answers
        self._listener, self._pages, self._clock, self._told = listener, pages, clock, told
        self._trouble = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see the ASGI specification, "HTTP".

        The proxy waits, so whoever wants to know of a decision is told after the answer.
        """
        method, peer = scope["method"], peer_of(scope["client"], scope.get("server"))
        answer, noted = self.asked(method, scope["raw_path"], scope["query_string"], scope["headers"], peer)
        await send(answer.start)
        await send(answer.body_for(method))
        self.tell(noted)

    def asked(
        self, method: str, path: bytes, query: bytes, headers: Headers, peer: str | None
    ) -> tuple[Answer, Noted | None]:
        """The answer to a request, and what `tell` is to tell when it is out. Never raises, and never waits.

        Path, query and headers are as ASGI gives them (`raw_path`, `query_string`); `peer` is of `peer_of`.
        """
        dialect = _PLACES.get(path)
        if dialect is None or not (method in _READING or dialect.any_method):
            dialect = next((each for prefix, each in _PREFIXES if path.startswith(prefix)), None)
            if dialect is None:
                return self._page(method, path, headers, peer), None
        begin, now = perf_counter(), self._clock()
        request, decision, answer = self._answered(dialect, method, path, query, headers, peer, now)
        return answer, (request, decision, now, int((perf_counter() - begin) * 1e6))

    def tell(self, noted: Noted | None) -> None:
        """Tell the listener of a decision; nothing where there was none."""
        if noted is None:
            return
        request, decision, now, microseconds = noted
        try:
            self._listener(self._harmless(request), decision, now, microseconds)
        except Exception as error:  # noqa: BLE001 - the answer is out, and the next one is to come too
            self._tell(f"Decisions are not recorded: an unexpected {type(error).__name__}.")

    def _page(self, method: str, path: bytes, headers: Headers, peer: str | None) -> Answer:
        """One that announces a body is the last on its connection: nobody waits for that body."""
        if path in _PLACES:
            return _NO_METHOD
        page = self._pages.get(path.decode("latin-1"))
        if page is None:
            return _NOT_FOUND
        if method not in _READING:
            return _NO_METHOD
        answer = page(peer is None or peer in self._trusted or peer in _HERE)
        return answer.last if _announces_body(headers) else answer

    def _answered(
        self,
        dialect: Dialect,
        method: str,
        path: bytes,
        query: bytes,
        headers: Headers,
        peer: str | None,
        now: datetime,
    ) -> _Answered:
        """Never raises: a bug of ours must close the door."""
        try:
            if peer is not None and peer not in self._trusted:
                return self._refused(dialect, peer, Decision(Reason.UNTRUSTED_PROXY, about=peer or "nowhere"))
            rest = _rest(dialect, path, query) if dialect.any_method else b""
            request, announces_body = dialect.question(headers, method, rest, self._trusted)
            guard = self._in_force.guard
            decision = _STALE if guard is None else guard.decide(request, now)
            answer = self._answers.of(decision, dialect.only_401_and_403, _by_query(request, decision))
            return request, decision, answer.last if announces_body else answer
        except BadQuestion as bad:
            return self._refused(dialect, peer or "", Decision(Reason.BAD_QUESTION, about=bad.reason))
        except Exception as error:  # noqa: BLE001
            self._tell(f"Requests are refused: an unexpected {type(error).__name__}.")
            return self._refused(dialect, "", Decision(Reason.INTERNAL_ERROR, about=type(error).__name__))

    def _refused(self, dialect: Dialect, peer: str, decision: Decision) -> _Answered:
        """What is asked is not known, and nothing of it is repeated: who asked is all that there is to tell."""
        answer = self._answers.of(decision, dialect.only_401_and_403)
        return Request("", b"", client=peer), decision, answer.last

    def _tell(self, trouble: str) -> None:
        """A line for what may go wrong with every request: not again and again, and not at the price of an answer."""
        if trouble != self._trouble:
            self._trouble = trouble
            with suppress(OSError, ValueError):
                self._told(trouble)

    def _harmless(self, request: Request) -> Request:
        """The request as others may hear of it: where a token stands in its path, without."""
        path = without_tokens(request.target, self._knows)
        return request if path is None else request._replace(target=path)

    def _knows(self, value: str) -> bool:
        guard = self._in_force.guard
        return guard is not None and guard.knows(value)


def peer_of(client: tuple[str, int] | None, server: tuple[str, int | None] | None) -> str | None:
    """The address of who asks, from an ASGI scope's `client` and `server`.

    None over a Unix socket, whose file's mode says who may use it. An empty one where a connection has an end that
    nobody knows any more: that comes with TCP too, where the other side has gone already.
    """
    if client is not None:
        return client[0]
    return None if server is not None and server[1] is None else ""


def _announces_body(headers: Headers) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers
    )


def _by_query(request: Request, decision: Decision) -> bool:
    """Whether the token came by the query: there is one way for each, and this one came by no header."""
    return decision.reason is Reason.ALLOWED and not request.authorization


def _rest(dialect: Dialect, path: bytes, query: bytes) -> bytes:
    """The target behind the dialect's place, as it came."""
    rest = path[len("/verify/") + len(dialect.name) :]
    return rest + b"?" + query if query else rest
