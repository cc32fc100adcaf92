"""Where in a text a value could begin and end: not in the midst of a word, unless an escape stands before it.

All positions are looked at together, a bit for each, as one long integer whose highest bit is position 0.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from tokentui.domain.values import ALPHABET, LENGTH

LETTERS = ALPHABET.encode()
#: What token values are made of (`b64token`, RFC 6750 §2.1).
TOKEN_CHARACTERS = LETTERS + b"-._~+/="
#: The longest escape, in bytes.
ESCAPE = 18

_IS_LETTER = bytes(b"01"[code in LETTERS] for code in range(256))
_IS_TOKEN = bytes(b"01"[code in TOKEN_CHARACTERS] for code in range(256))
#: Escapes that end in a letter or digit: of colours, of URLs (also escaped twice), of mails, of string literals.
_ESCAPES = re.compile(
    rb"(?:\x1b|\\(?:e|033|x1[bB]|u001[bB]))\[[0-9;]{0,10}[mK]"
    rb"|%[0-9A-Fa-f]{2}(?P<again>(?<=%25)[0-9A-Fa-f]{2})?"
    rb"|=3D"
    rb"|\\(?:[abefnrtv0]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"
)
#: Without any of these there is no escape.
_SIGNS = (b"%", b"=3D", b"\\", b"\x1b[")


class Edges:
    """The edges in a text, and the windows between them."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._token = int(text.translate(_IS_TOKEN), 2)
        self._letters = int(text.translate(_IS_LETTER), 2)
        self._ends = ~(self._letters & (self._letters >> 1))

    @cached_property
    def _begins(self) -> int:
        return self._ends | _behind_escapes(self.text)

    def begins_at(self, position: int) -> bool:
        """Whether a value may begin there."""
        return bool(self._begins >> (len(self.text) - 1 - position) & 1)

    def windows(self, length: int, *, begun: bool) -> Iterator[int]:
        """Where so many token characters stand that have an edge at their end and, if `begun`, at their beginning.

        What ends with the text is not told, as that depends on what comes next; nor are values of the generated form,
        which need no edges.
        """
        found = _rows(self._token, length) & (self._ends << length)
        if begun:
            found &= self._begins
        if length == LENGTH:
            found &= ~_rows(self._letters, length)
        bits = bin(found) if found else ""
        ahead = len(self.text) - len(bits)
        at = bits.find("1", 2)
        while at >= 0:
            yield at + ahead
            at = bits.find("1", at + 1)


def _rows(marks: int, length: int) -> int:
    """Where so many marks follow one another."""
    known = 1
    while known < length:
        step = min(known, length - known)
        marks &= marks << step
        known += step
    return marks


def _behind_escapes(text: bytes) -> int:
    if not any(sign in text for sign in _SIGNS):
        return 0
    marks = bytearray(b"0" * (len(text) + 1))
    for escape in _ESCAPES.finditer(text):
        marks[escape.end()] = ord("1")
        if escape["again"]:
            marks[escape.start("again")] = ord("1")
    return int(marks, 2) >> 1
