"""A master key that is wrapped with a passphrase: AES-256-GCM under a key that Argon2id makes of the passphrase.

One line of text: its kind, what Argon2id is to do, the salt, the name of the master key, the nonce and the wrapped
key. All that stands before the nonce is associated data, so that not a byte of the line can be another.
"""

import base64
import binascii
import os
import re
import unicodedata
from typing import NamedTuple, Self

from tokentui.domain.errors import SealError, WrongPassphrase

PREFIX = "tokentui-wrapped-key-v1:"
_SALT_BYTES, _NONCE_BYTES, _WRAPPED_BYTES = 16, 12, 48
_LINE = re.compile(
    r"(?P<header>tokentui-wrapped-key-v1:argon2id,m=(?P<memory>[1-9]\d{0,9}),t=(?P<passes>[1-9]\d{0,9}),"
    r"p=(?P<lanes>[1-9]\d{0,9}):(?P<salt>[A-Za-z0-9+/=]+):(?P<id>[0-9a-f]{16}):)"
    r"(?P<nonce>[A-Za-z0-9+/=]+):(?P<wrapped>[A-Za-z0-9+/=]+)",
    re.ASCII,
)


class Cost(NamedTuple):
    """What Argon2id is to do: memory in KiB, passes over it, lanes."""

    memory: int
    passes: int
    lanes: int


#: RFC 9106 §4, the second recommended option: 64 MiB, 3 passes, 4 lanes.
COST = Cost(1 << 16, 3, 4)
#: What a key file may ask for at most: a forged one must not take all memory, or for ever.
_MOST = Cost(1 << 20, 16, 16)
#: Argon2 wants 8 KiB a lane (RFC 9106 §3.1).
_LEAST_A_LANE = 8


class WrappedKey:
    """A master key that its passphrase opens. No `repr` shows more than its name."""

    __slots__ = ("_cost", "_header", "_nonce", "_salt", "_wrapped", "id")

    def __init__(self, id: str, cost: Cost, salt: bytes, nonce: bytes, wrapped: bytes) -> None:
        self.id = id
        self._cost = cost
        self._salt, self._nonce, self._wrapped = salt, nonce, wrapped
        memory, passes, lanes = cost
        self._header = f"{PREFIX}argon2id,m={memory},t={passes},p={lanes}:{_text(salt)}:{id}:"

    def __repr__(self) -> str:
        return f"WrappedKey({self.id!r})"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The wrapped key that a line holds; None where it is none, or asks for too much work."""
        found = _LINE.fullmatch(text)
        if found is None:
            return None
        cost = Cost(*map(int, found.group("memory", "passes", "lanes")))
        parts = [_bytes(found[name]) for name in ("salt", "nonce", "wrapped")]
        if [len(part) for part in parts] != [_SALT_BYTES, _NONCE_BYTES, _WRAPPED_BYTES] or not _bearable(cost):
            return None
        return cls(found["id"], cost, *parts)

    @classmethod
    def wrap(cls, master: bytes, id: str, passphrase: str, cost: Cost | None = None) -> Self:
        """Wrap a master key, whose name is `id`; takes its time."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        cost = cost or COST
        salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        bare = cls(id, cost, salt, nonce, b"")
        wrapped = AESGCM(bare._key_of(passphrase)).encrypt(nonce, master, bare._header.encode())
        return cls(id, cost, salt, nonce, wrapped)

    def open(self, passphrase: str) -> bytes:
        """The master key; takes its time. Raises `WrongPassphrase`, also where the line was tampered with."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = AESGCM(self._key_of(passphrase))
        try:
            return key.decrypt(self._nonce, self._wrapped, self._header.encode())
        except InvalidTag:
            raise WrongPassphrase(
                "The passphrase does not open the key. Type it again; if it is right, the key file was changed: put "
                "back a copy of it."
            ) from None

    @property
    def line(self) -> str:
        """The text that a key file holds."""
        return f"{self._header}{_text(self._nonce)}:{_text(self._wrapped)}"

    def _key_of(self, passphrase: str) -> bytes:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        memory, passes, lanes = self._cost
        argon = Argon2id(salt=self._salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
        try:
            # The same letters, whichever way a terminal composes them.
            return argon.derive(unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape"))
        except MemoryError:
            raise SealError(
                f"There is not enough memory to open the key: its passphrase takes {memory >> 10} MiB."
            ) from None


def _bearable(cost: Cost) -> bool:
    return all(asked <= most for asked, most in zip(cost, _MOST, strict=True)) and (
        cost.memory >= _LEAST_A_LANE * cost.lanes
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    """The bytes; none where they are spelt in another way than ours."""
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
    return content if _text(content) == text else b""
