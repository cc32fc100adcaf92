"""Request targets: which ones are canonical, and what they say. The others are refused, never put right.

A proxy, a framework and this guard may each read an odd target differently; whoever lets one pass guards another
path than the one that is served (CVE-2021-29492, CVE-2021-43557). So there is one way to write a path, with these
three liberties of RFC 3986: reserved characters may be encoded, the hexadecimal digits may be in any case, and
UTF-8 may be sent raw.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

#: The longest target that is read, in bytes.
MAX_BYTES = 16384

#: The longest path that is remembered, in bytes or characters.
_SHORT = 256

#: The parameter that may carry a token in the query (RFC 6750 §2.3).
ACCESS_TOKEN = "access_token"

#: A canonical path without percent signs, in printable ASCII; what this takes needs no closer look.
_PLAIN = re.compile(r"/|(?:/(?!\.\.?(?:/|\Z))[!-\"$&-.0-:<-\[\]-~]++)+/?")

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_WHITESPACE = re.compile(r"\s")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SECOND_ROUND = re.compile(r"%[0-9A-Fa-f]{2}")

_EVERYWHERE = (
    (_CONTROLS, "it holds a control character"),
    (_WHITESPACE, "it holds white space"),
    (re.compile("#"), "it holds a fragment (#)"),
)
#: What any of the above finds, in one go.
_ODD = re.compile("|".join(pattern.pattern for pattern, _ in _EVERYWHERE))
_IN_PATH = (
    *_EVERYWHERE,
    (re.compile(r"\A(?!/)"), "it does not start with /"),
    (re.compile("//"), "its path has an empty segment (//)"),
    (re.compile(r"\\|%5[Cc]"), "its path holds a backslash"),
    (re.compile(";|%3[Bb]"), "its path holds a semicolon"),
    (re.compile("%2[Ff]"), "its path holds an encoded slash (%2F)"),
    (re.compile(r"/(?:\.|%2[Ee]){1,2}(?:/|\Z)"), "its path has a dot segment (. or ..)"),
    (_BROKEN_PERCENT, "its path has a percent sign without two hexadecimal digits"),
    # A-Z a-z 0-9 - . _ ~ (RFC 3986 §2.3)
    (
        re.compile("%(?:[46][1-9A-Fa-f]|[57][0-9Aa]|3[0-9]|2[DdEe]|5[Ff]|7[Ee])"),
        "its path encodes a character that is never encoded (a letter, a digit or one of - . _ ~)",
    ),
)
_IN_DECODED_PATH = (
    (_CONTROLS, "its path holds an encoded control character"),
    (_SECOND_ROUND, "its path is percent-encoded twice"),
)


class BadTarget(ValueError):
    """A target that is refused. `reason` tells the admin why, and never holds what came with the request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Target(NamedTuple):
    """A canonical target, decoded. A tuple for the reason that `Decision` is one."""

    #: For people; `segments` is what is matched.
    path: str
    #: The parts after each slash; the last is empty where the path ends in one.
    segments: tuple[str, ...]
    #: The values of every `access_token` parameter, in order.
    access_tokens: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without the tokens."""
        return f"Target(path={self.path!r}, segments={self.segments!r})"


def parse_target(raw: str | bytes) -> Target:
    """The target of a request line in origin form (RFC 9112 §3.2.1). Raises `BadTarget` for any other."""
    if len(raw) > MAX_BYTES:
        raise BadTarget(f"it is longer than {MAX_BYTES} bytes")
    path, question_mark, query = raw.partition("?") if isinstance(raw, str) else raw.partition(b"?")
    target = _remembered(path) if len(path) <= _SHORT else _parsed(path)
    tokens = _access_tokens(_text(query)) if question_mark else ()
    return target._replace(access_tokens=tokens) if tokens else target


def _parsed(raw: str | bytes) -> Target:
    """The target that a path alone is."""
    path = _text(raw)
    if not _PLAIN.fullmatch(path):
        path = decode_path(path)
    return Target(path, tuple(path[1:].split("/")))


#: Paths come again; what is refused is not remembered, nor any query, which may hold a token.
_remembered = lru_cache(maxsize=4096)(_parsed)


def decode_path(path: str) -> str:
    """The path without its percent-encoding, safe to be split at `/`. Raises `BadTarget` if it is not canonical."""
    _refuse(path, _IN_PATH)
    decoded = _decoded(path, "its path is not UTF-8")
    _refuse(decoded, _IN_DECODED_PATH)
    return decoded


def _text(raw: str | bytes) -> str:
    if isinstance(raw, str) and raw.isascii():
        return raw
    try:
        encoded = raw.encode() if isinstance(raw, str) else raw
        text = encoded.decode()
    except UnicodeError:
        raise BadTarget("it is not UTF-8") from None
    if len(encoded) > MAX_BYTES:
        raise BadTarget(f"it is longer than {MAX_BYTES} bytes")
    return text


def _refuse(text: str, faults: tuple[tuple[re.Pattern[str], str], ...]) -> None:
    for pattern, reason in faults:
        if pattern.search(text):
            raise BadTarget(reason)


def _decoded(text: str, reason: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError:
        raise BadTarget(reason) from None


def _access_tokens(query: str) -> tuple[str, ...]:
    """`+` stays itself: RFC 6750 §2.3 means the query of RFC 3986, not a form, and a token may hold a `+`."""
    if _ODD.search(query):
        _refuse(query, _EVERYWHERE)
    if ACCESS_TOKEN not in query and "%" not in query:
        return ()
    pairs = (parameter.partition("=") for parameter in query.split("&"))
    return tuple(_access_token(value) for name, _, value in pairs if _is_access_token(name))


def _is_access_token(name: str) -> bool:
    return name == ACCESS_TOKEN or ("%" in name and unquote_to_bytes(name) == ACCESS_TOKEN.encode())


def _access_token(value: str) -> str:
    if _BROKEN_PERCENT.search(value):
        raise BadTarget("its access_token has a percent sign without two hexadecimal digits")
    return _decoded(value, "its access_token is not UTF-8")
