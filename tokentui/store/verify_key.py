"""The key for digests alone, for verifiers: it checks token values, and can neither show nor make one.

One line of text: its kind, the name of the master key that it comes from, the key, and a check that tells whether a
byte of the line was changed.
"""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Self

from tokentui.store.vault import Keys, derive, key_id

PREFIX = "tokentui-verify-key-v1:"
_LINE = re.compile(
    r"(?P<header>tokentui-verify-key-v1:(?P<id>[0-9a-f]{16})):(?P<key>[A-Za-z0-9+/]{43}=):(?P<check>[0-9a-f]{32})",
    re.ASCII,
)


class VerifyKey:
    """A key for digests, and the name of the master key that it comes from. No `repr` shows it."""

    __slots__ = ("_digest", "id")

    def __init__(self, id: str, digest: bytes) -> None:
        self.id = id
        self._digest = digest

    def __repr__(self) -> str:
        return f"VerifyKey({self.id!r})"

    @classmethod
    def of(cls, master: bytes) -> Self:
        """The one that a verifier of this master key's stores needs."""
        return cls(key_id(master), derive(master, "digest"))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The key that a line holds; None where it is none, or another than was written."""
        found = _LINE.fullmatch(text)
        if found is None:
            return None
        try:
            key = cls(found["id"], base64.b64decode(found["key"], validate=True))
        except binascii.Error:
            return None
        return key if hmac.compare_digest(key.line, text) else None

    @property
    def line(self) -> str:
        """The text that its file holds."""
        header = f"{PREFIX}{self.id}"
        check = hmac.digest(self._digest, header.encode(), hashlib.sha256).hex()[:32]
        return f"{header}:{base64.b64encode(self._digest).decode()}:{check}"

    @property
    def keys(self) -> Keys:
        """What a vault can do with it."""
        return Keys(self.id, self._digest, None)
