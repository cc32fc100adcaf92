"""What a proxy asks: the request that it holds back, read from the headers that this proxy's configuration sets.

Each dialect reads its own headers and no others, so that a client cannot answer for the proxy. What is missing, comes
twice or is spelled with `_` for `-` is refused (CVE-2025-64484, CVE-2021-32777), never guessed.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from tokentui.domain.decision import Request
from tokentui.domain.slots import SLOT_OF_METHOD
from tokentui.verifier.client import BadChain, client_of, single_address
from tokentui.verifier.networks import Networks

#: The headers of a request as ASGI gives them: names in lower case.
Headers = Iterable[tuple[bytes, bytes]]

_AUTHORIZATION = b"authorization"
#: With these a body is announced, which no question needs.
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
#: A method is a `token` (RFC 9110 §9.1, §5.6.2).
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")
#: Those that most requests have, which need no closer look.
_METHODS = {name.encode(): name for name in SLOT_OF_METHOD}


class BadQuestion(ValueError):
    """A question that is refused. `reason` tells the admin why, and never holds what came with the request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


#: What was asked, and whether a body was announced. Where a proxy forwards that line of the client and not the body,
#: the next question would be taken for it: after such a one the connection is of no use.
Question = tuple[Request, bool]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one proxy asks, and what it takes for an answer."""

    name: str
    #: The headers that are read: those that its configuration sets, the credential's, and those of a body.
    wanted: frozenset[bytes]
    #: The request asked about, from those headers, the asking's own method and target, and the trusted proxies.
    read: Callable[["_Found", str, bytes, Networks], Request]
    #: Whether it makes an error of its own of any answer but 2xx, 401 and 403.
    only_401_and_403: bool = False
    #: Whether the method of the asking is that of the request.
    any_method: bool = False

    def question(self, headers: Headers, method: str, rest: bytes, trusted: Networks) -> Question:
        """What is asked; `rest` is what the asking's own target holds behind the dialect's place.

        Raises `BadQuestion`.
        """
        found = _Found(headers, self.wanted)
        return self.read(found, method, rest, trusted), found.announces_body


class _Found:
    """The wanted ones of a request's headers, each once; of `Authorization` all. Raises `BadQuestion`."""

    __slots__ = ("_more", "_values")

    def __init__(self, headers: Headers, wanted: Collection[bytes]) -> None:
        self._values: dict[bytes, bytes] = {}
        self._more: list[bytes] = []
        values = self._values
        for name, value in headers:
            if name in wanted:
                if name in values:
                    self._repeated(name, value)
                else:
                    values[name] = value
            elif b"_" in name and name.replace(b"_", b"-") in wanted:
                raise BadQuestion(f"it has a header {_shown(name)}, which is spelled with _")

    def _repeated(self, name: bytes, value: bytes) -> None:
        if name != _AUTHORIZATION:
            raise BadQuestion(f"it has more than one {_shown(name)} header")
        self._more.append(value)

    def one(self, name: bytes) -> bytes:
        """The value of a header that must be there."""
        try:
            return self._values[name]
        except KeyError:
            raise BadQuestion(f"it has no {_shown(name)} header") from None

    def method(self, name: bytes) -> str:
        """The method in this header."""
        return _method(self.one(name), _shown(name))

    @property
    def announces_body(self) -> bool:
        """Whether a body is to come."""
        values = self._values
        return b"transfer-encoding" in values or values.get(b"content-length", b"0") != b"0"

    def authorization(self) -> tuple[str, ...]:
        """The values of all `Authorization` headers."""
        first = self._values.get(_AUTHORIZATION)
        if first is None:
            return ()
        return (first.decode("latin-1"), *[value.decode("latin-1") for value in self._more])


def _method(value: bytes, called: str) -> str:
    known = _METHODS.get(value)
    if known is not None:
        return known
    if not _METHOD.fullmatch(value):
        raise BadQuestion(f"its {called} is no method")
    return value.decode()


def _shown(name: bytes) -> str:
    return name.decode("latin-1").title().replace("Uri", "URI").replace("Ip", "IP")


_ORIGINAL_METHOD, _ORIGINAL_URI, _REAL_IP = b"x-original-method", b"x-original-uri", b"x-real-ip"


def _original(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """`X-Original-Method`, `X-Original-URI` and `X-Real-IP`, each set by the proxy whatever the client sent."""
    try:
        client = single_address(found.one(_REAL_IP))
    except BadChain as bad:
        raise BadQuestion(f"its X-Real-IP {bad}") from None
    return Request(found.method(_ORIGINAL_METHOD), found.one(_ORIGINAL_URI), found.authorization(), client)


_FORWARDED_METHOD, _FORWARDED_URI, _FORWARDED_FOR = b"x-forwarded-method", b"x-forwarded-uri", b"x-forwarded-for"


def _forwarded(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """`X-Forwarded-Method`, `-Uri` and `-For`."""
    client = _chained(found, trusted)
    return Request(found.method(_FORWARDED_METHOD), found.one(_FORWARDED_URI), found.authorization(), client)


def _prefixed(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """The request's own method and path, behind a prefix, and `X-Forwarded-For`."""
    checked = _method(method.encode("ascii", "replace"), "own method")
    return Request(checked, rest, found.authorization(), _chained(found, trusted))


def _chained(found: _Found, trusted: Networks) -> str:
    try:
        return client_of(found.one(_FORWARDED_FOR), trusted)
    except BadChain as bad:
        raise BadQuestion(f"its X-Forwarded-For {bad}") from None


_ALWAYS = _FRAMING | {_AUTHORIZATION}
_ORIGINAL = _ALWAYS | {_ORIGINAL_METHOD, _ORIGINAL_URI, _REAL_IP}
_FORWARDED = _ALWAYS | {_FORWARDED_METHOD, _FORWARDED_URI, _FORWARDED_FOR}

DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("nginx", _ORIGINAL, _original, only_401_and_403=True),
        Dialect("haproxy", _ORIGINAL, _original),
        Dialect("traefik", _FORWARDED, _forwarded),
        Dialect("caddy", _FORWARDED, _forwarded),
        Dialect("envoy", _ALWAYS | {_FORWARDED_FOR}, _prefixed, any_method=True),
    )
}
