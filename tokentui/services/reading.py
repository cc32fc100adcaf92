"""Reading files that nobody vouches for, a block at a time: nothing here waits for ever or fills the memory."""

import codecs
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

#: Bytes that are read in one go; larger blocks do not fit into the processor's cache and take longer.
BLOCK = 1 << 20

#: Byte order marks, and what a file is in that begins with one.
_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


class Block(NamedTuple):
    """A part of a file."""

    text: bytes
    #: How many bytes of the file it was.
    size: int
    last: bool


@contextmanager
def opened(path: str, *, named: bool = False) -> Iterator[BinaryIO]:
    """The file, open to be read; raises `OSError`.

    What was not named by the user is a regular file and no link, or refused: it may have become something else since
    it was listed, and opening a pipe or a device could wait for ever.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | (0 if named else os.O_NONBLOCK | os.O_NOFOLLOW)
    with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
        if not named and not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file any more")
        yield file


def blocks(file: BinaryIO) -> Iterator[Block]:
    """The file's text from here to its end, at least one block; UTF-16 with a byte order mark as UTF-8.

    What is appended to a regular file meanwhile does not count: it could go on for ever. Raises `OSError`.
    """
    left = _size(file)
    block = _read(file, left)
    decoded = _decoding(block)
    while True:
        left -= len(block)
        following = _read(file, left)
        yield Block(decoded(block, not following), len(block), not following)
        if not following:
            return
        block = following


def _size(file: BinaryIO) -> float:
    """How large a regular file is; endless for all else, also for files that tell no size (as in /proc)."""
    try:
        status = os.fstat(file.fileno())
    except OSError:
        return float("inf")
    return status.st_size if stat.S_ISREG(status.st_mode) and status.st_size else float("inf")


def _read(file: BinaryIO, most: float) -> bytes:
    """A whole block, or what is left of it before the end."""
    content = b""
    while len(content) < (wanted := min(BLOCK, most)):
        part = file.read(int(wanted) - len(content))
        if not part:
            break
        content = content + part if content else part
    return content


def _decoding(start: bytes) -> Callable[[bytes, bool], bytes]:
    """How blocks become UTF-8, told by how the first begins: they are it, but for a byte order mark.

    A binary file may begin like one; text holds no NUL.
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark) and "\0" not in start.decode(encoding, "replace"):
            decoder = codecs.getincrementaldecoder(encoding)("replace")
            return lambda block, last: decoder.decode(block, last).encode()
    return lambda block, last: block
