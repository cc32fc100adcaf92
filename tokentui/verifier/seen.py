"""What is told of a request and its decision: no token's value, nor the query, which may hold one.

A token that somebody put into the path is hidden there, and a method is told where it is one that has a name.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote

from tokentui.domain.decision import Decision, Request
from tokentui.domain.masking import MASK

#: A decision that is out: when it was made, and how long it took in microseconds.
Noted = tuple[Request, Decision, datetime, int]

#: So many characters of a path are kept.
_KEPT = 512
#: The longest path that is remembered, in bytes or characters.
_SHORT = 256
#: So much of a path is looked at for tokens, in bytes: more than is kept, also where it is percent-encoded thrice.
_LOOKED_AT = 16384
#: So many rounds of percent-encoding are taken off; what has more is hidden in whole.
_ROUNDS = 8
#: The methods that are told (IANA's registry of HTTP methods): instead of one anybody may write what he likes.
_METHODS = frozenset({
    "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE",
    "GET", "HEAD", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR",
    "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "OPTIONS", "ORDERPATCH", "PATCH", "POST",
    "PRI", "PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT", "SEARCH",
    "TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL",
})  # fmt: skip
#: What is told of another method.
_ODD_METHOD = "?"
#: What may be a token in a path: shorter ones are no secret that is worth the name.
_SHORTEST = 16
_WORD = re.compile(r"[A-Za-z0-9\-._~+]{16,}=*")
_LONG = re.compile(rb"[A-Za-z0-9\-._~+%]{16}")
#: Most of a generated one, be it unknown: of another installation, or one that is gone.
_GENERATED = re.compile(r"[A-Za-z0-9]{48,}")


def method_of(request: Request) -> str:
    """The method; `?` for one that nobody knows."""
    method = request.method
    return method if method in _METHODS or not method else _ODD_METHOD


def without_tokens(target: str | bytes, is_token: Callable[[str], bool]) -> str | None:
    """The path of a target with what is a token in it hidden; None where there is none."""
    raw = target.encode("utf-8", "replace") if isinstance(target, str) else target
    path = raw.partition(b"?")[0]
    if len(path) < _SHORTEST or not _LONG.search(path):
        return None
    text = _decoded(path[:_LOOKED_AT].decode("utf-8", "replace"))
    if text is None:
        return MASK
    hidden = _GENERATED.sub(MASK, _WORD.sub(lambda word: MASK if is_token(word[0]) else word[0], text))
    return None if hidden == text else hidden.partition("?")[0]


def _decoded(text: str) -> str | None:
    """Without its percent-encoding; None where there is no end of it."""
    for _ in range(_ROUNDS):
        decoded = unquote(text)
        if decoded == text:
            return text
        text = decoded
    return None


def path_of(target: str | bytes) -> str:
    """The path of a target, be it malformed: one printable line without query and fragment, not too long."""
    path = target.partition("?")[0] if isinstance(target, str) else target.partition(b"?")[0]
    return _remembered(path) if len(path) <= _SHORT else _shown(path)


def _shown(raw: str | bytes) -> str:
    text = raw[: 4 * _KEPT].decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    path = text.partition("?")[0].partition("#")[0]
    kept = path if path.isprintable() else "".join(each if each.isprintable() else "\ufffd" for each in path)
    return kept if len(kept) <= _KEPT else f"{kept[: _KEPT - 1]}…"


#: Paths come again; what a token stood in comes here without it.
_remembered = lru_cache(maxsize=4096)(_shown)
