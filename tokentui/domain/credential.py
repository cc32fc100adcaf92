"""The credential of a request: where a bearer token may stand, and that there is one of them (RFC 6750 §2)."""

import re
from collections.abc import Sequence

from tokentui.domain.errors import InvalidTokenValue
from tokentui.domain.values import MAX_LENGTH, check_value

#: `auth-scheme` alone or followed by a space and whatever that scheme wants (RFC 9110 §11.4).
_ANY_SCHEME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?: .*)?", re.DOTALL)
_PLAIN = re.compile(r"Bearer [A-Za-z0-9\-._~+/]+=*")
#: A second credential that a proxy put behind the first one when it joined two headers.
_JOINED_BEARER = re.compile(r",\s*bearer(?:\s|\Z)", re.IGNORECASE)


class BadCredential(ValueError):
    """A request with more than one credential, or a malformed one. `reason` never holds any of them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_credential(authorization: Sequence[str], access_tokens: Sequence[str]) -> str | None:
    """The one bearer token of a request, or None if it brought none.

    Takes all values of the `Authorization` header and of the query parameter `access_token`. A header of another
    scheme is no bearer token (RFC 6750 §3), but it is a method of its own. Raises `BadCredential`.
    """
    if len(authorization) > 1:
        raise BadCredential("it has more than one Authorization header")
    if len(access_tokens) > 1:
        raise BadCredential("it has more than one access_token in the query")
    if authorization and access_tokens:
        raise BadCredential("it has both an Authorization header and an access_token in the query")
    if authorization:
        return _from_header(authorization[0])
    return _checked(access_tokens[0]) if access_tokens else None


def _from_header(value: str) -> str | None:
    if _PLAIN.fullmatch(value) and len(value) <= MAX_LENGTH:  # what nearly all send
        return value[7:]
    scheme, _, token = value.partition(" ")
    if scheme.lower() == "bearer":
        return _checked(token.lstrip(" "))
    if not _ANY_SCHEME.fullmatch(value):
        raise BadCredential("its Authorization header is not a scheme, a space and a token")
    if _JOINED_BEARER.search(value):
        raise BadCredential("its Authorization header joins several credentials with a comma")
    return None


def _checked(value: str) -> str:
    try:
        return check_value(value)
    except InvalidTokenValue as invalid:
        if "," in value:
            raise BadCredential("its token holds a comma, as if several had been joined") from None
        raise BadCredential(f"its token is malformed ({str(invalid).rstrip('.')})") from None
