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
from functools import cached_property
from typing import TYPE_CHECKING

from tokentui.domain.errors import SealError
from tokentui.domain.records import Secret

if TYPE_CHECKING:
    import hmac

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


class KeyVault:
    """A `Vault` whose master key is fetched when it is first needed.

    `master` returns the 32-byte master key or raises `SealError`.
    """

    def __init__(self, master: Callable[[], bytes]) -> None:
        self._master = master

    @cached_property
    def _keys(self) -> tuple[bytes, bytes]:
        master = self._master()
        return derive(master, "seal"), derive(master, "digest")

    @cached_property
    def _keyed(self) -> "hmac.HMAC":
        """A digest that has taken in the key and nothing yet: a copy of it is sooner made than a new one."""
        import hashlib
        import hmac

        return hmac.new(self._keys[1], digestmod=hashlib.sha256)

    def digest(self, value: str) -> str:
        digest = self._keyed.copy()
        digest.update(value.encode())
        return digest.hexdigest()

    def seal(self, value: str, record_id: str, field: str) -> tuple[str, str, str]:
        digest = self.digest(value)
        hint = value[-_HINT_LENGTH:] if len(value) >= _HINT_FROM else ""
        return (
            self._encrypt(value, record_id, field, digest),
            digest,
            self._encrypt(hint, record_id, f"{field}#hint", digest),
        )

    def reveal(self, secret: Secret, record_id: str, field: str) -> str:
        import hmac

        value = self._decrypt(secret.sealed, record_id, field, secret.digest)
        if not hmac.compare_digest(self.digest(value), secret.digest):
            raise _refusal()
        return value

    def hint(self, secret: Secret, record_id: str, field: str) -> str:
        return self._decrypt(secret.hint, record_id, f"{field}#hint", secret.digest)

    def length(self, secret: Secret) -> int:
        """A seal is as long as its value (GCM pads nothing, and values are ASCII), its nonce and its tag."""
        length = len(_envelope(secret.sealed)) - _NONCE_BYTES - _TAG_BYTES
        if length < 1:
            raise _refusal()
        return length

    def _encrypt(self, text: str, record_id: str, field: str, digest: str) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[0]).encrypt(nonce, text.encode(), _place(record_id, field, digest))
        return base64.b64encode(nonce + sealed).decode()

    def _decrypt(self, sealed: str, record_id: str, field: str, digest: str) -> str:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            envelope = _envelope(sealed)
            nonce, content = envelope[:_NONCE_BYTES], envelope[_NONCE_BYTES:]
            return AESGCM(self._keys[0]).decrypt(nonce, content, _place(record_id, field, digest)).decode()
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
        "The sealed value does not open: it was sealed with another key, or the store was tampered with."
    )
