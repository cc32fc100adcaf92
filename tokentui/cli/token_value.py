"""Reading a token value that exists already: from a file or from stdin, never from an argument."""

import sys
from pathlib import Path
from typing import BinaryIO

from tokentui.cli.core_dumps import forbid_core_dumps
from tokentui.domain.errors import Invalid, InvalidTokenValue
from tokentui.domain.values import MAX_LENGTH

#: A value that is as long as one may be, the newline behind it, and one byte that tells it is too long.
_ENOUGH = MAX_LENGTH + 3


def read_value(source: str) -> str:
    """The value in a file, or on stdin where `source` is `-` (unseen, where stdin is a terminal).

    One newline at its end is not part of it. Raises `Invalid`, with a message that does not hold the value.
    """
    forbid_core_dumps()
    if source == "-":
        return _from_terminal() if sys.stdin.isatty() else _value(sys.stdin.buffer)
    try:
        with Path(source).expanduser().open("rb") as file:
            return _value(file)
    except OSError as error:
        raise Invalid("value", f"The value file {source} cannot be read: {error.strerror}.") from error


def _from_terminal() -> str:
    from getpass import getpass

    return getpass("Token value (it is not shown): ")


def _value(stream: BinaryIO) -> str:
    content = stream.read(_ENOUGH)
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise InvalidTokenValue("value", "The token value holds other characters than ASCII.") from None
    return text.removesuffix("\n").removesuffix("\r")
