"""What an admin does about tokens that leaked: look through files for the values that a store holds."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import BinaryIO

from tokentui.domain.errors import Invalid
from tokentui.domain.holders import Kind
from tokentui.services.desk import Desk
from tokentui.services.live_values import LiveValues
from tokentui.services.places import Place, places_in
from tokentui.services.reading import Block, blocks, opened
from tokentui.services.seeking import Seeker
from tokentui.services.walking import LeftOut, Met, ToRead, Unread, walk

#: The path that stands for stdin.
STDIN = "-"
#: What stands for a value in a path that is shown.
_MASK = "•••".encode()

#: Called with a path, in which no value is, and what is wrong there.
Tell = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place where a live value stands."""

    #: The path; a value that stands in the path itself is masked.
    file: str
    #: From 1; 0 for a value in the file's own name.
    line: int
    #: In characters, from 1.
    column: int
    #: Whose it is, and how it stands with it: see `LiveValue`.
    token: str
    kind: Kind
    state: str


@dataclass(slots=True)
class ScanReport:
    """What a scan found, and what it went through."""

    #: How many live values were looked for; where there is none, nothing was read.
    values: int
    sightings: list[Sighting]
    files: int = 0
    #: In bytes.
    size: int = 0
    #: What ignore files left out.
    files_left_out: int = 0
    folders_left_out: int = 0
    #: What could not be read, or is no file; and whether the user named one of them.
    unread: int = 0
    named_unread: bool = False


def scan(
    desk: Desk, paths: Iterable[str], *, stdin: BinaryIO | None = None, ignore: bool = True, tell: Tell
) -> ScanReport:
    """Look for all live values in files, in folders with all below them, and in `stdin` where a path is `-`.

    `tell` is called for whatever cannot be read, and the scan goes on. Raises `Invalid` for paths that do not exist,
    `StoreError`, and `SealError` where the key is lost or wrong, all before anything is read.
    """
    values = LiveValues(desk)
    report = ScanReport(values.count, [])
    search = _Search(Seeker(values), report, tell)
    paths = list(dict.fromkeys(paths))
    missing = [repr(search.masked(path)) for path in paths if path != STDIN and not _exists(path)]
    if missing:
        raise Invalid("paths", f"There is no {', '.join(missing)}. Nothing was scanned.")
    for path in paths if values.count else ():
        if path == STDIN and stdin is not None:
            search.read(STDIN, nullcontext(stdin), named=True)
        else:
            for met in walk(path, ignore=ignore):
                search.take(met)
    return report


def _exists(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # to be told when it is read
    return True


class _Search:
    """Fills a report."""

    def __init__(self, seeker: Seeker, report: ScanReport, tell: Tell) -> None:
        self._seeker = seeker
        self._report = report
        self._tell = tell

    def take(self, met: Met) -> None:
        match met:
            case ToRead(path, named):
                self.read(path, opened(path, named=named), named=named)
            case LeftOut(_, True):
                self._report.folders_left_out += 1
            case LeftOut():
                self._report.files_left_out += 1
            case Unread(path, why, named):
                self._unread(path, why, named)

    def read(self, path: str, opening: AbstractContextManager[BinaryIO], *, named: bool) -> None:
        """Look through one file, its own name too."""
        places = [*self._in_name(path)]
        try:
            with opening as file:
                for place in places_in(self._counted(blocks(file)), self._seeker):
                    places.append(place)  # what was found before an error counts
            self._report.files += 1
        except OSError as error:
            self._unread(path, error.strerror or "it cannot be read", named)
        shown = self.masked(path) if places else ""
        self._report.sightings += [Sighting(shown, place.line, place.column, *place.value) for place in places]

    def masked(self, path: str) -> str:
        """The path with no value in it."""
        text, shown, done = os.fsencode(path), b"", 0
        for hit in self._seeker.hits(text + b"\n"):
            shown += text[done : hit.start] + _MASK
            done = max(done, hit.end)
        return os.fsdecode(shown + text[done:])

    def _unread(self, path: str, why: str, named: bool) -> None:
        self._report.unread += 1
        self._report.named_unread |= named
        self._tell(self.masked(path), why)

    def _in_name(self, path: str) -> Iterator[Place]:
        name = os.fsencode(os.path.basename(path))
        return (place._replace(line=0) for place in places_in([Block(name, 0, last=True)], self._seeker))

    def _counted(self, parts: Iterable[Block]) -> Iterator[Block]:
        for block in parts:
            self._report.size += block.size
            yield block
