"""What a proxy asks: the request that it holds back, read from the headers that this proxy's configuration sets.

Each dialect reads its own headers and no others, so that a client cannot answer for the proxy. What is missing, comes
twice or is spelled with `_` for `-` is refused (CVE-2025-64484, CVE-2021-32777), never guessed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from tokentui.domain.decision import Request
from tokentui.verifier.client import BadChain, client_of, single_address
from tokentui.verifier.networks import Networks

#: The headers of a request as ASGI gives them: names in lower case.
Headers = Iterable[tuple[bytes, bytes]]
_Found = Mapping[bytes, list[bytes]]

_AUTHORIZATION = b"authorization"
#: A method is a `token` (RFC 9110 §9.1, §5.6.2).
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")


class BadQuestion(ValueError):
    """A question that is refused. `reason` tells the admin why, and never holds what came with the request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one proxy asks, and what it takes for an answer."""

    name: str
    #: The headers that its configuration sets.
    metadata: frozenset[bytes]
    #: The request asked about, from those headers, the asking's own method and target, and the trusted proxies.
    read: Callable[[_Found, str, bytes, Networks], Request]
    #: Whether it makes an error of its own of any answer but 2xx, 401 and 403.
    only_401_and_403: bool = False
    #: Whether the method of the asking is that of the request.
    any_method: bool = False

    def request(self, headers: Headers, method: str, rest: bytes, trusted: Networks) -> Request:
        """The request asked about; `rest` is what the asking's own target holds behind the dialect's place.

        Raises `BadQuestion`.
        """
        return self.read(_pick(headers, self.metadata), method, rest, trusted)


def _pick(headers: Headers, metadata: Collection[bytes]) -> dict[bytes, list[bytes]]:
    """The values of the dialect's own headers and of `Authorization`; raises `BadQuestion` for a name with `_`."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name in metadata or name == _AUTHORIZATION:
            found.setdefault(name, []).append(value)
        elif b"_" in name:
            meant = name.replace(b"_", b"-")
            if meant in metadata or meant == _AUTHORIZATION:
                raise BadQuestion(f"it has a header {_shown(meant)} that is spelled with _")
    return found


def _one(found: _Found, name: bytes) -> bytes:
    values = found.get(name, [])
    if len(values) != 1:
        raise BadQuestion(f"it has {'more than one' if values else 'no'} {_shown(name)} header")
    return values[0]


def _shown(name: bytes) -> str:
    return name.decode().title().replace("Uri", "URI").replace("Ip", "IP")


def _method(found: _Found, name: bytes) -> str:
    value = _one(found, name)
    if not _METHOD.fullmatch(value):
        raise BadQuestion(f"its {_shown(name)} is no method")
    return value.decode()


def _authorization(found: _Found) -> tuple[str, ...]:
    values = found.get(_AUTHORIZATION)
    return tuple([value.decode("latin-1") for value in values]) if values else ()


_ORIGINAL_METHOD, _ORIGINAL_URI, _REAL_IP = b"x-original-method", b"x-original-uri", b"x-real-ip"


def _original(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """`X-Original-Method`, `X-Original-URI` and `X-Real-IP`, each set by the proxy whatever the client sent."""
    try:
        client = single_address(_one(found, _REAL_IP))
    except BadChain as bad:
        raise BadQuestion(f"its X-Real-IP {bad}") from None
    return Request(_method(found, _ORIGINAL_METHOD), _one(found, _ORIGINAL_URI), _authorization(found), client)


_FORWARDED_METHOD, _FORWARDED_URI, _FORWARDED_FOR = b"x-forwarded-method", b"x-forwarded-uri", b"x-forwarded-for"


def _forwarded(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """`X-Forwarded-Method`, `-Uri` and `-For`."""
    client = _chained(found, trusted)
    return Request(_method(found, _FORWARDED_METHOD), _one(found, _FORWARDED_URI), _authorization(found), client)


def _prefixed(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """The request's own method and path, behind a prefix, and `X-Forwarded-For`."""
    return Request(method, rest, _authorization(found), _chained(found, trusted))


def _chained(found: _Found, trusted: Networks) -> str:
    try:
        return client_of(_one(found, _FORWARDED_FOR), trusted)
    except BadChain as bad:
        raise BadQuestion(f"its X-Forwarded-For {bad}") from None


_ORIGINAL = frozenset({_ORIGINAL_METHOD, _ORIGINAL_URI, _REAL_IP})
_FORWARDED = frozenset({_FORWARDED_METHOD, _FORWARDED_URI, _FORWARDED_FOR})

DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("nginx", _ORIGINAL, _original, only_401_and_403=True),
        Dialect("haproxy", _ORIGINAL, _original),
        Dialect("traefik", _FORWARDED, _forwarded),
        Dialect("caddy", _FORWARDED, _forwarded),
        Dialect("envoy", frozenset({_FORWARDED_FOR}), _prefixed, any_method=True),
    )
}
