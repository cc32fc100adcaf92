"""The ASGI application: a path for each proxy's dialect, the decision, and nothing else between."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from time import perf_counter
from types import MappingProxyType
from typing import Any, Protocol

from tokentui.domain.decision import Decision, Reason, Request
from tokentui.services.desk import utc_now
from tokentui.verifier.answers import Answer, Answers
from tokentui.verifier.in_force import InForce
from tokentui.verifier.networks import Networks
from tokentui.verifier.questions import DIALECTS, BadQuestion, Dialect

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Where each dialect is asked.
_PLACES = {f"/verify/{name}".encode(): dialect for name, dialect in DIALECTS.items()}
#: Where a dialect is asked whose question stands behind its place.
_PREFIXES = tuple((place + b"/", dialect) for place, dialect in _PLACES.items() if dialect.any_method)
_NOTHING = Request("", b"")
_READING = ("GET", "HEAD")
_PATHS = frozenset(place.decode() for place in _PLACES)
_NOT_FOUND = Answer.of(404, [])
_NO_METHOD = Answer.of(405, [(b"allow", b"GET, HEAD")])


class Listener(Protocol):
    """Who is told of every decision and how long it took, on the server's loop: it must not wait for anything."""

    def __call__(self, request: Request, decision: Decision, at: datetime, microseconds: int) -> None: ...


def _nobody(request: Request, decision: Decision, at: datetime, microseconds: int) -> None:
    """A `Listener` that does not care."""


class Page(Protocol):
    """Another path that is answered, such as `/healthz`."""

    def __call__(self) -> Answer: ...


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
    ) -> None:
        self._in_force, self._trusted, self._answers = in_force, trusted, answers
        self._listener, self._pages, self._clock = listener, pages, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see the ASGI specification, "HTTP".

        The proxy waits, so whoever wants to know of a decision is told after the answer.
        """
        dialect = _dialect(scope)
        if dialect is None:
            await self._tell_page(scope, send)
            return
        begin, now = perf_counter(), self._clock()
        request, decision = self._decided(dialect, scope, now)
        microseconds = int((perf_counter() - begin) * 1e6)
        answer = self._answers.of(decision, dialect.only_401_and_403)
        await send(answer.start)
        await send(answer.body_for(scope["method"]))
        self._listener(request, decision, now, microseconds)

    async def _tell_page(self, scope: Scope, send: Send) -> None:
        """Answer what is no question."""
        answer = self._page(scope["path"], scope["method"])
        await send(answer.start)
        await send(answer.body_for(scope["method"]))

    def _page(self, path: str, method: str) -> Answer:
        if path in _PATHS:
            return _NO_METHOD
        page = self._pages.get(path)
        if page is None:
            return _NOT_FOUND
        return page() if method in _READING else _NO_METHOD

    def _decided(self, dialect: Dialect, scope: Scope, now: datetime) -> tuple[Request, Decision]:
        peer = scope["client"]  # None over a Unix socket, whose file's mode says who may use it
        if peer is not None and peer[0] not in self._trusted:
            return _NOTHING, Decision(Reason.UNTRUSTED_PROXY, about=peer[0])
        try:
            request = dialect.request(scope["headers"], scope["method"], _rest(dialect, scope), self._trusted)
        except BadQuestion as bad:
            return _NOTHING, Decision(Reason.BAD_QUESTION, about=bad.reason)
        guard = self._in_force.guard
        if guard is None:
            return request, Decision(Reason.INTERNAL_ERROR, about="the store has not been readable for too long")
        return request, guard.decide(request, now)


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
