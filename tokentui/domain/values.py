"""Token values: how one is made, and which ones a Bearer header can carry."""

import re
import string
from collections.abc import Callable

from tokentui.domain.errors import InvalidTokenValue

ALPHABET = string.ascii_letters + string.digits
#: Characters in a generated value; 64 of 62 kinds are 381 bits.
LENGTH = 64
#: The longest value that is taken in; proxies limit a header line to about 8 kB.
MAX_LENGTH = 4096

_B64TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


def generate(random_bytes: Callable[[int], bytes]) -> str:
    """A new token value: 64 characters of `A-Za-z0-9`, each equally likely (bytes beyond 4 × 62 are thrown away)."""
    limit = 256 - 256 % len(ALPHABET)
    value = ""
    while len(value) < LENGTH:
        value += "".join(ALPHABET[byte % len(ALPHABET)] for byte in random_bytes(LENGTH) if byte < limit)
    return value[:LENGTH]


def is_strong(value: str) -> bool:
    """Whether the value is of the form that the system generates."""
    return len(value) == LENGTH and value.isascii() and value.isalnum()


def check_value(value: str) -> str:
    """The value, if a Bearer header can carry it (`b64token`, RFC 6750 §2.1).

    Raises `InvalidTokenValue`, with a message that does not hold the value.
    """
    if not value:
        raise InvalidTokenValue("value", "The token value is empty.")
    if len(value) > MAX_LENGTH:
        raise InvalidTokenValue("value", f"The token value is longer than {MAX_LENGTH} characters.")
    if not _B64TOKEN.fullmatch(value):
        raise InvalidTokenValue(
            "value", "The token value may hold only A-Z, a-z, 0-9 and - . _ ~ + / (and = at its end)."
        )
    return value
