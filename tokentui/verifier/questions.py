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

#: The wanted headers of a request, by name.
_Found = dict[bytes, bytes]

_AUTHORIZATION = b"authorization"
#: No header has this name: where a second one of `Authorization` is found.
_SECOND_AUTHORIZATION = b"authorization, again"
_CONTENT_LENGTH, _TRANSFER_ENCODING = b"content-length", b"transfer-encoding"
#: With these a body is announced, which no question needs.
_FRAMING = frozenset({_CONTENT_LENGTH, _TRANSFER_ENCODING})
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
    read: Callable[[_Found, str, bytes, Networks], Request]
    #: Whether it makes an error of its own of any answer but 2xx, 401 and 403.
    only_401_and_403: bool = False
    #: Whether the method of the asking is that of the request.
    any_method: bool = False

    def question(self, headers: Headers, method: str, rest: bytes, trusted: Networks) -> Question:
        """What is asked; `rest` is what the asking's own target holds behind the dialect's place.

        Raises `BadQuestion`.
        """
        found = _picked(headers, self.wanted)
        try:
            request = self.read(found, method, rest, trusted)
        except KeyError as missing:
            raise BadQuestion(f"it has no {_shown(missing.args[0])} header") from None
        return request, _TRANSFER_ENCODING in found or found.get(_CONTENT_LENGTH, b"0") != b"0"


def _picked(headers: Headers, wanted: Collection[bytes]) -> _Found:
    """The wanted ones of a request's headers, each once, but `Authorization`; raises `BadQuestion`."""
    found: _Found = {}
    for name, value in headers:
        if name in wanted:
            if name not in found:
                found[name] = value
            elif name == _AUTHORIZATION:
                found[_SECOND_AUTHORIZATION] = value
            else:
                raise BadQuestion(f"it has more than one {_shown(name)} header")
        elif b"_" in name and name.replace(b"_", b"-") in wanted:
            raise BadQuestion(f"it has a header {_shown(name)}, which is spelled with _")
    return found


def _authorization(found: _Found) -> tuple[str, ...]:
    """The values of the `Authorization` headers: of several the first two, which are one too many."""
    first = found.get(_AUTHORIZATION)
    if first is None:
        return ()
    second = found.get(_SECOND_AUTHORIZATION)
    return (first.decode("latin-1"),) if second is None else (first.decode("latin-1"), second.decode("latin-1"))


def _method(value: bytes, name: bytes) -> str:
    known = _METHODS.get(value)
    if known is not None:
        return known
    if not _METHOD.fullmatch(value):
        raise BadQuestion(f"its {_shown(name)} is no method")
    return value.decode()


def _shown(name: bytes) -> str:
    return name.decode("latin-1").title().replace("Uri", "URI").replace("Ip", "IP")


_ORIGINAL_METHOD, _ORIGINAL_URI, _REAL_IP = b"x-original-method", b"x-original-uri", b"x-real-ip"


def _original(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """`X-Original-Method`, `X-Original-URI` and `X-Real-IP`, each set by the proxy whatever the client sent."""
    try:
        client = single_address(found[_REAL_IP])
    except BadChain as bad:
        raise BadQuestion(f"its X-Real-IP {bad}") from None
    return Request(
        _method(found[_ORIGINAL_METHOD], _ORIGINAL_METHOD), found[_ORIGINAL_URI], _authorization(found), client
    )


_FORWARDED_METHOD, _FORWARDED_URI, _FORWARDED_FOR = b"x-forwarded-method", b"x-forwarded-uri", b"x-forwarded-for"


def _forwarded(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """`X-Forwarded-Method`, `-Uri` and `-For`."""
    client = _chained(found, trusted)
    return Request(
        _method(found[_FORWARDED_METHOD], _FORWARDED_METHOD), found[_FORWARDED_URI], _authorization(found), client
    )


def _prefixed(found: _Found, method: str, rest: bytes, trusted: Networks) -> Request:
    """The request's own method and path, behind a prefix, and `X-Forwarded-For`."""
    checked = _method(method.encode("ascii", "replace"), b"own method")
    return Request(checked, rest, _authorization(found), _chained(found, trusted))


def _chained(found: _Found, trusted: Networks) -> str:
    try:
        return client_of(found[_FORWARDED_FOR], trusted)
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
