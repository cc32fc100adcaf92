"""Sealing: token values are kept encrypted, and are found by a keyed digest.

Values: AES-256-GCM, a fresh 96-bit nonce each, with the record's id, the field and the value's digest as associated
data, so that a sealed value opens only in its own place and next to its own digest. Digests: HMAC-SHA256. Both keys
come by HKDF-SHA256 (RFC 5869) from the master key in the key file. `cryptography`, `hashlib` and `hmac` are loaded
at the first use: a list of tokens needs no key.
"""

import base64
import binascii
import os
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from tokentui.domain.errors import Locked, SealError, ValueLost
from tokentui.domain.records import Secret

_NONCE_BYTES = 12
_TAG_BYTES = 16
_HINT_LENGTH = 4
#: Values shorter than this get no hint: four characters would be too much of them.
_HINT_FROM = 16


def derive(master: bytes, purpose: str) -> bytes:
    """The 32-byte key for one purpose, by HKDF-SHA256."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"tokentui/{purpose}/v1".encode()).derive(master)


def key_id(master: bytes) -> str:
    """A name for the key, which tells nothing of it: 16 hex digits."""
    return derive(master, "key-id").hex()[:16]


class Keys:
    """The keys that come of one master key, and its name. No `repr` shows them."""

    __slots__ = ("_keyed", "_seal", "id")

    def __init__(self, id: str, digest: bytes, seal: bytes | None) -> None:
        """Without a key to `seal` with, they make digests and nothing else."""
        import hashlib
        import hmac

        self.id = id
        self._seal = seal
        #: A digest that has taken in the key and nothing yet: a copy of it is sooner made than a new one.
        self._keyed = hmac.new(digest, digestmod=hashlib.sha256)

    @classmethod
    def of(cls, master: bytes) -> "Keys":
        """All keys of a master key."""
        return cls(key_id(master), derive(master, "digest"), derive(master, "seal"))

    def digest(self, value: str) -> str:
        """The keyed digest of a value, hex."""
        digest = self._keyed.copy()
        digest.update(value.encode())
        return digest.hexdigest()

    @property
    def seal(self) -> bytes:
        """The key that values are sealed with; raises `SealError` where there is none."""
        if self._seal is None:
            raise SealError(
                "This key file is for checking only (store key export --verify-only): with it, values can be neither "
                "shown nor made. Name the key itself with --key-file."
            )
        return self._seal


class KeySource(Protocol):
    """Where a vault has its keys from. `key_id` names the key that the store is marked with, if anybody said."""

    def fetch(self, key_id: str | None) -> Keys:
        """The keys; raises `Locked` where they are wrapped with a passphrase, and `SealError`."""

    def unwrap(self, key_id: str | None, passphrase: str) -> Keys:
        """The keys that are wrapped with a passphrase; raises `WrongPassphrase` and `SealError`."""

    def is_wrapped(self, key_id: str | None) -> bool:
        """Whether `fetch` would raise `Locked`: cheap. Raises `SealError` and `StoreError` where nobody knows."""


class _Plain:
    """Keys from a master key that no passphrase wraps."""

    def __init__(self, master: Callable[[], bytes]) -> None:
        self._master = master

    def fetch(self, key_id: str | None) -> Keys:
        return Keys.of(self._master())

    def unwrap(self, key_id: str | None, passphrase: str) -> Keys:
        return self.fetch(key_id)

    def is_wrapped(self, key_id: str | None) -> bool:
        return False


class KeyVault:
    """A `Vault` whose keys are fetched when they are first needed, and again after they were dropped.

    `source` may be a function that returns the 32-byte master key or raises `SealError`.
    """

    def __init__(self, source: KeySource | Callable[[], bytes]) -> None:
        self._source = _Plain(source) if callable(source) else source
        self._held: Keys | None = None
        self._marked: str | None = None
        #: How often the keys were dropped.
        self._drops = 0
        #: Held while keys come or go, so that none comes back after it was dropped.
        self._turn = Lock()

    # ------------------------------------------------------------------ the keys

    @property
    def _keys(self) -> Keys:
        """What a call works with from its beginning to its end, whoever drops or changes keys meanwhile."""
        held = self._held
        if held is not None:
            return held
        with self._turn:
            if self._held is None:
                self._held = self._source.fetch(self._marked)
            return self._held

    @property
    def key_id(self) -> str:
        return self._keys.id

    @property
    def needs_passphrase(self) -> bool:
        return self._held is None and self._source.is_wrapped(self._marked)

    def unlock(self, passphrase: str) -> None:
        drops = self._drops
        while True:
            marked = self._marked
            keys = self._source.unwrap(marked, passphrase)
            with self._turn:
                if drops != self._drops:
                    raise Locked("The key was locked again meanwhile. Type its passphrase once more.")
                if marked == self._marked:  # else somebody replaced the key meanwhile
                    self._held = keys
                    return

    def forget(self) -> bool:
        with self._turn:
            self._drops += 1
            self._held = None
            return self._source.is_wrapped(self._marked)

    def follow(self, key_id: str | None) -> None:
        if key_id == self._marked:
            return
        with self._turn:
            self._marked = key_id
            if self._held is not None and key_id not in (None, self._held.id):
                self._held = None

    # ------------------------------------------------------------------ values

    def digest(self, value: str) -> str:
        return self._keys.digest(value)

    def seal(self, value: str, record_id: str, field: str) -> tuple[str, str, str]:
        keys = self._keys
        digest = keys.digest(value)
        hint = value[-_HINT_LENGTH:] if len(value) >= _HINT_FROM else ""
        return (
            _encrypt(keys, value, record_id, field, digest),
            digest,
            _encrypt(keys, hint, record_id, f"{field}#hint", digest),
        )

    def reveal(self, secret: Secret, record_id: str, field: str) -> str:
        import hmac

        _check_not_lost(secret)
        keys = self._keys
        value = _decrypt(keys, secret.sealed, record_id, field, secret.digest)
        if not hmac.compare_digest(keys.digest(value), secret.digest):
            raise _refusal()
        return value

    def hint(self, secret: Secret, record_id: str, field: str) -> str:
        _check_not_lost(secret)
        return _decrypt(self._keys, secret.hint, record_id, f"{field}#hint", secret.digest)

    def length(self, secret: Secret) -> int:
        """A seal is as long as its value (GCM pads nothing, and values are ASCII), its nonce and its tag."""
        length = len(_envelope(secret.sealed)) - _NONCE_BYTES - _TAG_BYTES
        if length < 1:
            raise _refusal()
        return length


def _check_not_lost(secret: Secret) -> None:
    if secret.lost:
        raise ValueLost(
            f"The value was sealed with a key that was lost ({secret.lost}). Give the token a new value; where the "
            "key is found, bring it back with: tokentui store rekey --from KEYFILE"
        )


def _encrypt(keys: Keys, text: str, record_id: str, field: str, digest: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(keys.seal).encrypt(nonce, text.encode(), _place(record_id, field, digest))
    return base64.b64encode(nonce + sealed).decode()


def _decrypt(keys: Keys, sealed: str, record_id: str, field: str, digest: str) -> str:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = AESGCM(keys.seal)
    try:
        envelope = _envelope(sealed)
        nonce, content = envelope[:_NONCE_BYTES], envelope[_NONCE_BYTES:]
        return key.decrypt(nonce, content, _place(record_id, field, digest)).decode()
    except (InvalidTag, ValueError):
        raise _refusal() from None


def _envelope(sealed: str) -> bytes:
    """The nonce, the encrypted text and its tag."""
    try:
        envelope = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise _refusal() from None
    if base64.b64encode(envelope).decode() != sealed:
        raise _refusal()  # the same bytes in another spelling: nobody but a forger writes it
    return envelope


def _place(record_id: str, field: str, digest: str) -> bytes:
    return f"tokentui/v1|{record_id}|{field}|{digest}".encode()


def _refusal() -> SealError:
    return SealError(
        "The sealed value does not open: it was sealed with another key, or the store was tampered with. "
        "Restore a backup, or give the token a new value."
    )
