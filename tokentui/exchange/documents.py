"""Opening files that others wrote: read within bounds, and parsed as JSON or YAML without trusting them."""

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import orjson

from tokentui.domain.errors import ImportRefused
from tokentui.exchange.wording import one_line
from tokentui.exchange.yaml_documents import read_yaml

#: The largest file that is read.
MAX_BYTES = 32 * 1024 * 1024
#: The most values (texts, numbers, lists, objects) in one document, aliases written out.
MAX_VALUES = 4_000_000
#: The deepest nesting of lists and objects in YAML; orjson has a limit of its own for JSON (1024).
MAX_DEPTH = 200

_JSON = re.compile(r"\s*[\[{]")
_SHOWN_BYTES = {1 << 20: "MiB", 1 << 10: "KiB"}


class ImportCancelled(ImportRefused):
    """The user changed their mind while a file was read."""


class Watch:
    """Whoever waits for the reading: is told how far it is, and may stop it."""

    def __init__(self, name: str, progress: Callable[[float], None], cancelled: Callable[[], bool]) -> None:
        self._name = name
        self._progress = progress
        self._cancelled = cancelled

    def reached(self, share: float) -> None:
        """`share` (0 to 1) is done. Raises `ImportCancelled` where going on is not wanted."""
        if self._cancelled():
            raise ImportCancelled(f"{self._name}: the import was cancelled, nothing was changed.")
        self._progress(min(share, 1.0))

    def within(self, start: float, end: float) -> "Watch":
        """A watch for a part of the work, whose 0 to 1 is `start` to `end` of this one."""
        return Watch(self._name, lambda share: self._progress(start + share * (end - start)), self._cancelled)

    def silent(self) -> "Watch":
        """A watch for work that does not count: it can be stopped, and tells nothing."""
        return Watch(self._name, lambda _share: None, self._cancelled)


def read_document(file: Path, watch: Watch) -> object:
    """The value that a JSON or YAML file holds; raises `ImportRefused` for whatever is wrong with it."""
    name = one_line(file.name) or "."
    return parse_document(read_bytes(file, name), name, watch)


def read_bytes(file: Path, name: str, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file, at most `limit`. `name` is what messages call it. Raises `ImportRefused`."""
    try:
        with open(file, "rb", opener=_open_at_once) as stream:
            _check_status(os.fstat(stream.fileno()), name, limit)
            content = stream.read(limit + 1)
    except FileNotFoundError:
        raise ImportRefused(f"{name}: there is no such file; check its path.") from None
    except IsADirectoryError:
        raise ImportRefused(f"{name}: this is a folder; name the file in it.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or one_line(str(error))
        raise ImportRefused(f"{name}: it cannot be read ({reason}); check its path and permissions.") from error
    if len(content) > limit:
        raise _too_big(name, len(content), limit)
    return content


def _open_at_once(path: str, flags: int) -> int:
    """Never waits for the other end of a pipe, never makes a terminal ours."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _check_status(status: os.stat_result, name: str, limit: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ImportRefused(f"{name}: this is a device, pipe or socket; save what it holds as a file.")
    if status.st_size > limit:
        raise _too_big(name, status.st_size, limit)


def _too_big(name: str, size: int, limit: int) -> ImportRefused:
    sizes = f"{_size(size)}; at most {_size(limit)} can be read"
    return ImportRefused(f"{name}: it is too big ({sizes}), split it or take examples out.")


def _size(size: int) -> str:
    for unit, word in _SHOWN_BYTES.items():
        if size >= unit:
            return f"{size / unit:.0f} {word}"
    return f"{size} bytes"


def parse_document(content: bytes, name: str, watch: Watch) -> object:
    """The value of a document: JSON where it starts with a brace or bracket, else YAML. Raises `ImportRefused`.

    Objects have text for keys, and the value is as large as its text: YAML's aliases are shared, not copied.
    """
    text = text_of(content, name)
    watch.reached(0.0)
    if _JSON.match(text):
        value = _read_json(content, text, name)
    else:
        value = read_yaml(text, name, max_values=MAX_VALUES, max_depth=MAX_DEPTH, reached=watch.reached)
    watch.reached(1.0)
    return value


def text_of(content: bytes, name: str) -> str:
    """The text that a file holds, without a byte order mark; raises `ImportRefused` where it is none."""
    if not content:
        raise ImportRefused(f"{name}: the file is empty; nothing can be imported from it.")
    binary = content.find(b"\0")
    if binary >= 0:
        where = _line(content, binary)
        raise ImportRefused(f"{name}: line {where}: a NUL byte, so this is no UTF-8 text; save it as UTF-8 text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = _line(content, error.start)
        raise ImportRefused(f"{name}: line {where}: bytes that are not UTF-8; save the file as UTF-8.") from None


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _read_json(content: bytes, text: str, name: str) -> object:
    # Commas inside texts count too: a bound that costs nothing and is never too high.
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise ImportRefused(f"{name}: it holds more than {MAX_VALUES:,} values; split it.")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        what = f"line {error.lineno}, column {error.colno}: {one_line(error.msg)}"
        raise ImportRefused(f"{name}: bad JSON, {what}; correct it and import again.") from None
