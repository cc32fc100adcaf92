"""Canaries: random token values that go every way through the product, and are then looked for where none may be.

A way is a line in a test: what is done is given to `look`, `look_under` or `watching`, and `nowhere` tells what was
found of any value, however it is spelled, down to 16 of its characters.
"""

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from urllib.parse import quote

import orjson

from tokentui.domain.values import generate

#: Any 16 characters in a row hold a block of 8 that begins at a multiple of 8; 8 random characters are no accident.
_BLOCK = 8
#: How long the looks at `/proc` are apart, in seconds.
_BETWEEN = 0.02


def fragments(value: str) -> set[bytes]:
    """Texts of which one is in whatever holds 16 characters of the value, in one of the usual spellings."""
    plain = value.encode()
    spellings = {plain, plain.lower(), plain.upper(), plain[::-1], quote(value, safe="").encode()}
    spellings |= {orjson.dumps(value)[1:-1], value.encode("utf-16-le")}
    found = {block for spelling in spellings for block in _blocks(spelling, _BLOCK)}
    found |= {block for text in (plain.hex(), plain.hex().upper()) for block in _blocks(text.encode(), 2 * _BLOCK)}
    for shift in range(3):  # a piece of base64 looks as the place says at which it stands in the whole
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found |= _blocks(encode(bytes(shift) + plain)[4:-4], _BLOCK)
    return found


def _blocks(text: bytes, size: int) -> set[bytes]:
    return {text[begin : begin + size] for begin in range(0, len(text) - size + 1, size)}


@dataclass
class Canary:
    """The values that are on their way, and what was seen of them."""

    values: list[str] = field(default_factory=list, repr=False)
    #: What was written, printed or shown, where, and which values were asked for there.
    _seen: list[tuple[str, bytes, tuple[str, ...]]] = field(default_factory=list, repr=False)

    def value(self) -> str:
        """A new value, of the form that the system generates."""
        return self.adopt(generate(os.urandom))

    def adopt(self, value: str) -> str:
        """Look for this value too; give it back."""
        if value not in self.values:
            self.values.append(value)
        return value

    def look(self, where: str, content: str | bytes, *, asked: tuple[str, ...] = ()) -> None:
        """Look for all values but those that were asked for, be they known later only."""
        content = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        self._seen.append((where, content, asked))

    def look_under(self, folder: Path, *, asked: tuple[str, ...] = ()) -> None:
        """Look at all files below a folder, and at their names."""
        for path in folder.rglob("*"):
            self.look(f"the name of {path}", str(path.relative_to(folder)), asked=asked)
            if path.is_file() and not path.is_symlink():
                self.look(str(path), path.read_bytes(), asked=asked)

    @contextmanager
    def watching(self, process: int) -> Iterator[None]:
        """Look at the arguments and environments of a process and its children all the time, as `ps` would."""
        seen: dict[str, bytes] = {}
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process, done, seen))
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
        assert seen, "no process was ever seen"
        for where, content in seen.items():
            self.look(where, content)

    @property
    def leaks(self) -> list[str]:
        """Which value was seen where."""
        sought = [(number, value, fragments(value)) for number, value in enumerate(self.values)]
        return [
            f"value {number} in {where}"
            for where, content, asked in self._seen
            for number, value, fragments_ in sought
            if value not in asked and any(fragment in content for fragment in fragments_)
        ]

    def nowhere(self) -> None:
        """Nothing of any value was seen; and there were values to be seen."""
        assert self.values
        assert self._seen
        leaks = self.leaks
        assert not leaks, "\n".join(leaks)


def _watch(process: int, done: threading.Event, seen: dict[str, bytes]) -> None:
    while not done.is_set():
        for each in _family(process):
            for what in ("cmdline", "environ"):
                with suppress(OSError):  # it has ended
                    content = Path("/proc", str(each), what).read_bytes()
                    seen[f"{what} of {each} ({content[:40]!r})"] = content
        sleep(_BETWEEN)


def _family(process: int) -> Iterator[int]:
    """A process and all below it."""
    yield process
    with suppress(OSError):
        for task in Path("/proc", str(process), "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))
