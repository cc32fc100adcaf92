"""Finding live values in text, exactly: what could be one is digested, and the digest is looked up.

A value of the form that the system generates is found anywhere, whatever is glued to it. A value of any other form is
found where it stands between edges (see `edges`): `test` in `/test?x`, and not in `latest`. Both go over a text with
`bytes.translate` and `bytes.find`, and look closely only where enough of the right characters stand in a row.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate, compress
from typing import NamedTuple

from tokentui.domain.values import LENGTH
from tokentui.services.edges import ESCAPE, LETTERS, TOKEN_CHARACTERS, Edges
from tokentui.services.live_values import HINT, LiveValue, LiveValues

_LETTERS_AS_X = bytes(b" x"[code in LETTERS] for code in range(256))
_TOKEN_AS_X = bytes(b" x"[code in TOKEN_CHARACTERS] for code in range(256))
#: Runs that are no further apart are looked at together: a look costs as much as some hundred bytes in it.
_NEAR = 1 << 10
#: About how much is looked at together at most; what fits into the processor's cache is faster.
_STRETCH = 1 << 16


class Hit(NamedTuple):
    """A live value in a text."""

    start: int
    end: int
    value: LiveValue


class Seeker:
    """Finds the live values of a store."""

    def __init__(self, values: LiveValues) -> None:
        self._values = values
        self._lengths = values.lengths
        #: How much of a text has to be seen again together with what follows it.
        self.reach = max(self._lengths, default=0) + ESCAPE

    def hits(self, text: bytes, settled: int = 0) -> list[Hit]:
        """All live values that end behind `settled`, and before the text's last byte, which tells what follows."""
        found = [*self._bounded(text, settled)] if self._lengths else []
        if LENGTH in self._lengths:
            found += self._hits(text, LENGTH, self._glued(text, settled))
        return sorted(found, key=lambda hit: (hit.start, hit.end))

    def _bounded(self, text: bytes, settled: int) -> Iterator[Hit]:
        """Values of other forms, which stand between edges."""
        for start, stop in _stretches(text.translate(_TOKEN_AS_X), self._lengths[0]):
            ahead = max(0, start - ESCAPE)
            edges = Edges(text[ahead : stop + 1])
            for length in self._lengths:
                first = max(start, settled - length + 1) - ahead
                for hit in self._between(edges, length, first):
                    yield Hit(ahead + hit.start, ahead + hit.end, hit.value)

    def _between(self, edges: Edges, length: int, first: int) -> Iterator[Hit]:
        """Those of one length. Where there are hints, escapes are looked for only where a value was found."""
        text, hints = edges.text, self._values.hints(length)
        starts = [at for at in edges.windows(length, begun=hints is None) if at >= first]
        if hints is not None:
            starts = [at for at in starts if text[at + length - HINT : at + length] in hints]
        return (hit for hit in self._hits(text, length, starts) if edges.begins_at(hit.start))

    def _glued(self, text: bytes, settled: int) -> list[int]:
        """Where windows of the generated form begin that end as a live value does, at any place in longer runs."""
        marks, run, windows = text[:-1].translate(_LETTERS_AS_X) + b" ", b"x" * LENGTH, []
        start = marks.find(run)
        while start >= 0:
            stop = marks.find(b" ", start + LENGTH)
            windows.append(range(max(start, settled - LENGTH + 1), stop - LENGTH + 1))
            start = marks.find(run, stop)
        hints = self._numbers if windows else None
        if hints is None:
            return [start for starts in windows for start in starts]
        return list(_ending(text, windows, hints))

    @cached_property
    def _numbers(self) -> frozenset[int] | None:
        """The hints for values of the generated form, as numbers of the machine's own byte order."""
        hints = self._values.hints(LENGTH)
        return None if hints is None else frozenset(int.from_bytes(hint, sys.byteorder) for hint in hints)

    def _hits(self, text: bytes, length: int, starts: list[int]) -> Iterator[Hit]:
        """Which of the windows of this length are live values."""
        found = self._values.among({text[start : start + length] for start in starts}) if starts else {}
        for start in starts if found else ():
            value = found.get(text[start : start + length])
            if value is not None:
                yield Hit(start, start + length, value)


def _ending(text: bytes, windows: list[range], hints: frozenset[int]) -> Iterator[int]:
    """Which windows of the generated form end in a hint; `windows` are the starts of those in one run each.

    Four characters are compared as one number of an array, without a line of Python for each.
    """
    tails = [text[starts.start + LENGTH - HINT : starts.stop + LENGTH - 1] for starts in windows]
    places = list(accumulate((len(tail) + 1 for tail in tails), initial=0))
    joined = b" ".join(tails)
    for offset in range(HINT):
        fours = array("I", joined[offset : len(joined) - (len(joined) - offset) % HINT])
        for at in compress(range(offset, len(joined), HINT), map(hints.__contains__, fours)):
            run = bisect_right(places, at) - 1
            yield windows[run][at - places[run]]


def _stretches(marks: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Start and end of parts that hold all runs of at least so many `x`, whole, and few other things."""
    start = marks.find(b"x" * least)
    while start >= 0:
        first, stop = start, _end_of_run(marks, start + least)
        start = marks.find(b"x" * least, stop)
        while 0 <= start < stop + _NEAR and stop < first + _STRETCH:
            stop = _end_of_run(marks, start + _NEAR)
            start = marks.find(b"x" * least, stop)
        yield first, stop


def _end_of_run(marks: bytes, position: int) -> int:
    end = marks.find(b" ", position)
    return len(marks) if end < 0 else end
