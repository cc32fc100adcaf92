"""Where in a file live values stand: line and column, counted while its blocks go by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from tokentui.services.live_values import LiveValue
from tokentui.services.reading import Block
from tokentui.services.seeking import Seeker

#: Bytes of UTF-8 that begin no character.
_CONTINUATION = bytes(range(0x80, 0xC0))


class Place(NamedTuple):
    """Where a live value begins: line and column, in characters, both from 1."""

    line: int
    column: int
    value: LiveValue


def places_in(blocks: Iterable[Block], seeker: Seeker) -> Iterator[Place]:
    """All places in a file's blocks, in order and each once.

    A block is searched together with the end of the one before: with so much of it that a value across the border is
    whole, and what stands before the value too. Nothing else is kept.
    """
    begin, text, settled = _Position(), b"", 0
    for block in blocks:
        text += block.text + (b"\n" if block.last else b"")
        position, passed = replace(begin), 0
        for hit in seeker.hits(text, settled):
            position.pass_by(text[passed : hit.start])
            passed = hit.start
            yield Place(position.line, position.column, hit.value)
        kept = max(0, len(text) - seeker.reach)
        if not block.last:
            begin.pass_by(text[:kept])
        text = text[kept:]
        settled = len(text) - 1


@dataclass(slots=True)
class _Position:
    line: int = 1
    column: int = 1

    def pass_by(self, text: bytes) -> None:
        """Move on behind the text."""
        lines = text.count(b"\n")
        if lines:
            self.line += lines
            self.column = 1
            text = text[text.rfind(b"\n") + 1 :]
        self.column += len(text.translate(None, _CONTINUATION))
