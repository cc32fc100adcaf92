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
from tokentui.verifier.questions import DIALECTS, BadQuestion, Dialect
from tokentui.verifier.seen import Noted, without_tokens

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Where each dialect is asked.
_PLACES = {f"/verify/{name}".encode(): dialect for name, dialect in DIALECTS.items()}
#: Where a dialect is asked whose question stands behind its place.
_PREFIXES = tuple((place + b"/", dialect) for place, dialect in _PLACES.items() if dialect.any_method)
_HERE = Networks(LOOPBACK)
_READING = ("GET", "HEAD")
_PATHS = frozenset(place.decode() for place in _PLACES)
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
        await self.giving(*self.answered(scope))(scope, receive, send)

    def giving(self, answer: Answer, noted: Noted | None) -> Application:
        """The ASGI application that gives this answer, and tells of it."""

        async def give(scope: Scope, receive: Receive, send: Send) -> None:
            await send(answer.start)
            await send(answer.body_for(scope["method"]))
            self.tell(noted)

        return give

    def answered(self, scope: Scope) -> tuple[Answer, Noted | None]:
        """The answer to a request, and what `tell` is to tell when it is out. Never raises, and never waits."""
        dialect = _dialect(scope)
        if dialect is None:
            return self._page(scope), None
        begin, now = perf_counter(), self._clock()
        request, decision, answer = self._answered(dialect, scope, now)
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

    def _page(self, scope: Scope) -> Answer:
        """One that announces a body is the last on its connection: nobody waits for that body."""
        path = scope["path"]
        if path in _PATHS:
            return _NO_METHOD
        page = self._pages.get(path)
        if page is None:
            return _NOT_FOUND
        if scope["method"] not in _READING:
            return _NO_METHOD
        peer = _peer(scope)
        answer = page(peer is None or peer in self._trusted or peer in _HERE)
        return answer.last if _announces_body(scope) else answer

    def _answered(self, dialect: Dialect, scope: Scope, now: datetime) -> _Answered:
        """Never raises: a bug of ours must close the door."""
        try:
            return self._decided(dialect, scope, now)
        except Exception as error:  # noqa: BLE001
            self._tell(f"Requests are refused: an unexpected {type(error).__name__}.")
            return self._refused(dialect, "", Decision(Reason.INTERNAL_ERROR, about=type(error).__name__))

    def _decided(self, dialect: Dialect, scope: Scope, now: datetime) -> _Answered:
        peer = _peer(scope)
        if peer is not None and peer not in self._trusted:
            return self._refused(dialect, peer, Decision(Reason.UNTRUSTED_PROXY, about=peer or "nowhere"))
        try:
            question = dialect.question(scope["headers"], scope["method"], _rest(dialect, scope), self._trusted)
        except BadQuestion as bad:
            return self._refused(dialect, peer or "", Decision(Reason.BAD_QUESTION, about=bad.reason))
        request, announces_body = question
        guard = self._in_force.guard
        decision = _STALE if guard is None else guard.decide(request, now)
        answer = self._answers.of(decision, dialect.only_401_and_403, _by_query(request, decision))
        return request, decision, answer.last if announces_body else answer

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


def _peer(scope: Scope) -> str | None:
    """The address of who asks; None over a Unix socket, whose file's mode says who may use it.

    An empty one where a connection has an end that nobody knows any more: that comes with TCP too, where the other
    side has gone already.
    """
    peer = scope["client"]
    if peer is not None:
        address: str = peer[0]
        return address
    server = scope.get("server")
    return None if server is not None and server[1] is None else ""


def _announces_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _by_query(request: Request, decision: Decision) -> bool:
    """Whether the token came by the query: there is one way for each, and this one came by no header."""
    return decision.reason is Reason.ALLOWED and not request.authorization


def _dialect(scope: Scope) -> Dialect | None:
    """Who asks; None for what is no question, be it for its method alone."""
    path: bytes = scope["raw_path"]
    dialect = _PLACES.get(path)
    if dialect is not None and (scope["method"] in _READING or dialect.any_method):
        return dialect
    return next((each for prefix, each in _PREFIXES if path.startswith(prefix)), None)


def _rest(dialect: Dialect, scope: Scope) -> bytes:
    """The target behind the dialect's place, as it came."""
    if not dialect.any_method:
        return b""
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    rest = path[len("/verify/") + len(dialect.name) :]
    return rest + b"?" + query if query else rest
