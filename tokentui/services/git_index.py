"""What git tracks in a repository, read from its index: rules to ignore files are for untracked ones (gitignore(5)).

So a file that was committed before a rule left it out is scanned: whoever clones the repository has it. The layout is
that of gitformat-index(5), versions 2 to 4.
"""

import hashlib
from collections.abc import Iterator
from functools import cached_property

from tokentui.services.reading import opened

#: Bytes of an index that are read: about two million files.
_MOST = 1 << 28
_HEADER = 12
#: What stands before the name of an entry but for the object's id: times, mode, owner, size; and two bytes of flags.
_NUMBERS, _FLAGS = 40, 2
_EXTENDED = 0x4000


class Tracked:
    """The files that an index holds, as paths from the repository's root, in Latin-1. It is read when first asked."""

    def __init__(self, index: str = "") -> None:
        self._index = index

    @cached_property
    def files(self) -> frozenset[str]:
        """All tracked files; none where the index cannot be read."""
        return frozenset(name.decode("latin-1") for name in _names(_content(self._index)))

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders with a tracked file in or below them, with a slash at their end."""
        found: set[str] = set()
        for name in self.files:
            while (name := name[: name.rfind("/", 0, -1) + 1]) and name not in found:
                found.add(name)
        return frozenset(found)


def _content(index: str) -> bytes:
    try:
        with opened(index) as file:
            return file.read(_MOST)
    except (OSError, ValueError):
        return b""


def _names(content: bytes) -> Iterator[bytes]:
    """The name of each entry, up to where the index makes no sense any more."""
    version, count = int.from_bytes(content[4:8]), int.from_bytes(content[8:_HEADER])
    if content[:4] != b"DIRC" or version not in (2, 3, 4):
        return
    before_flags = _NUMBERS + _id_size(content)
    begin, name = _HEADER, b""
    for _ in range(count):
        flags = int.from_bytes(content[begin + before_flags : begin + before_flags + _FLAGS])
        start = begin + before_flags + _FLAGS * (2 if flags & _EXTENDED else 1)
        dropped, start = _number(content, start) if version == 4 else (len(name), start)
        end = content.find(b"\0", start)
        if end < 0:
            return
        name = name[: len(name) - dropped] + content[start:end]
        yield name
        begin = end + 1 if version == 4 else begin + ((end - begin + 8) & ~7)


def _id_size(content: bytes) -> int:
    """How long the ids are that the index's repository names objects by: it ends with a hash of the same kind."""
    return 32 if hashlib.sha256(content[:-32]).digest() == content[-32:] else 20


def _number(content: bytes, start: int) -> tuple[int, int]:
    """A number of seven bits a byte, as for offsets in packs, and where it ends."""
    number = -1
    for at in range(start, len(content)):
        number = ((number + 1) << 7) + (content[at] & 0x7F)
        if content[at] < 0x80:
            return number, at + 1
    return 0, len(content)
