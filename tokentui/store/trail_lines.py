"""The lines of an activity trail: JSON, each with the hash of the one before, so that none can be changed unseen.

A line ends in its own SHA-256, taken over all that stands before it; the next one repeats it as `before`. What is
hashed are the bytes as they stand in the file, so that not one of them can be another.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import orjson

from tokentui.domain.activity import RecordChange
from tokentui.domain.actors import Note

#: What `before` says in the first line of a trail.
NOTHING = ""

_MARK, _END = b',"hash":"', b'"}'
_HASH_DIGITS = 64
_SUFFIX = len(_MARK) + _HASH_DIGITS + len(_END)

#: Where a crash left its traces, and nothing is wrong otherwise.
REPAIR = "repair"
CHANGE = "change"


def head_of(note: Note, store: str) -> dict[str, Any]:
    """When, who, and of which store a line tells."""
    who = note.who
    return {"at": note.at.isoformat(), "user": who.user, "from": who.address, "host": who.host, "store": store}


def content_of(note: Note, changes: Iterable[RecordChange]) -> dict[str, Any]:
    """What a line tells of a change."""
    return {"what": note.what, "changes": [_plain(change) for change in changes]}


def _plain(change: RecordChange) -> dict[str, Any]:
    fields = {name: list(values) for name, values in change.fields.items()}
    return {"kind": change.kind, "id": change.id, "name": change.name, "rev": list(change.revs), "fields": fields}


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was read. `sound`: it is JSON, and its bytes are those that its hash was taken over."""

    content: Mapping[str, Any]
    hash: str
    sound: bool

    @property
    def before(self) -> str:
        """The hash of the line before it, as this one has it."""
        return str(self.content.get("before", ""))

    @property
    def never_came(self) -> list[str]:
        """The hashes of lines whose change was never saved, as this one tells; an edited line may hold anything."""
        told = self.content.get("never_came")
        return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def compose(content: Mapping[str, Any], before: str) -> tuple[bytes, str]:
    """The line for `content` behind the line with the hash `before`, newline and all, and its own hash."""
    body = orjson.dumps({**content, "before": before})
    digest = hashlib.sha256(body).hexdigest()
    return b"".join((body[:-1], _MARK, digest.encode(), _END, b"\n")), digest


def parse(raw: bytes) -> Line:
    """A line without its newline; never raises. An unsound one has the hash it claims, or that of all its bytes."""
    stored = raw[-_HASH_DIGITS - len(_END) : -len(_END)]
    if raw[-_SUFFIX:] != b"".join((_MARK, stored, _END)):
        return Line(_content(raw), hashlib.sha256(raw).hexdigest(), sound=False)
    digest = hashlib.sha256(raw[:-_SUFFIX] + b"}").hexdigest()
    content = _content(raw)
    return Line(content, stored.decode("ascii", "replace"), sound=bool(content) and stored == digest.encode())


def _content(raw: bytes) -> Mapping[str, Any]:
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


@dataclass(frozen=True, slots=True)
class Tail:
    """What the end of a trail says: the last whole line's hash, and what is not as it should be."""

    last: str = NOTHING
    #: What stands behind the last newline: a writer was killed in the middle of it.
    torn: bytes = b""
    #: Whether only the newline is missing from the last line.
    unended: bool = False
    #: Hashes of entries whose change was never saved, and of which no line tells so yet.
    never_came: tuple[str, ...] = ()
    #: Whether the line that the store was saved with last is not in the trail.
    missing: bool = False
    #: Whether the trail tells of a store of this name already, while the store has no line.
    of_another: bool = False

    @property
    def whole(self) -> bool:
        """Whether there is nothing that a line must tell."""
        return not (self.torn or self.never_came or self.missing or self.of_another)


def look_at_tail(backwards: Iterator[bytes], store: str, committed: str | None) -> Tail:
    """The tail of a trail, in pieces from its end to its beginning; the first is what stands behind the last newline.

    `store` is the store's name, since several in one folder share a trail; `committed` is the hash that it was saved
    with last.
    """
    torn = next(backwards, b"")
    unended = parse(torn).sound
    lines = map(parse, chain((torn,), backwards) if unended else backwards)
    found = _look(lines, store, committed)
    return replace(found, unended=unended, torn=b"" if unended else torn)


def _look(lines: Iterator[Line], store: str, committed: str | None) -> Tail:
    last, told, lost = NOTHING, set[str](), list[str]()
    for line in lines:
        last = last or line.hash
        if line.content.get("store") != store:
            continue
        if committed is None:
            return Tail(last, of_another=True)
        if line.hash == committed:
            return Tail(last, never_came=tuple(reversed([hash for hash in lost if hash not in told])))
        told.update(line.never_came)
        if line.content.get("kind") == CHANGE:
            lost.append(line.hash)
    return Tail(last, missing=committed is not None)


def addition(
    backwards: Iterator[bytes], committed: str | None, head: Mapping[str, Any], content: Mapping[str, Any]
) -> tuple[bytes, str]:
    """The bytes to append to a trail (see `look_at_tail`) so that it tells of a change, and the hash of its line.

    `head` says when, who and which `store`; what the tail shows to be wrong is told in a line of its own before.
    """
    tail = look_at_tail(backwards, head["store"], committed)
    parts, last = [b"\n"] if tail.torn or tail.unended else [], tail.last
    if not tail.whole:
        line, last = compose({**head, **_repair_of(tail, committed)}, last)
        parts.append(line)
    line, last = compose({**head, "kind": CHANGE, **content}, last)
    return b"".join((*parts, line)), last


def taking_back(backwards: Iterator[bytes], head: Mapping[str, Any], hash: str) -> bytes:
    """The bytes to append to a trail so that it tells that the change of the line with this hash never came."""
    tail = look_at_tail(backwards, head["store"], hash)
    line, _ = compose({**head, **_repair_of(replace(tail, never_came=(hash,), missing=False), None)}, tail.last)
    return b"\n" + line if tail.torn or tail.unended else line


def changes_that_may_have_come(trail: bytes, store: str) -> int:
    """How many changes of the store of this name a trail tells of, but for those that it tells of as never made."""
    lines = [line for line in map(parse, trail.split(b"\n")) if line.content.get("store") == store]
    never_came = {hash for line in lines for hash in line.never_came}
    return sum(1 for line in lines if line.content.get("kind") == CHANGE and line.hash not in never_came)


def _repair_of(tail: Tail, committed: str | None) -> dict[str, Any]:
    """What is not as it should be, for a line that tells it."""
    return {
        "kind": REPAIR,
        "what": _words(tail),
        "torn": hashlib.sha256(tail.torn).hexdigest() if tail.torn else None,
        "never_came": tail.never_came,
        "missing": committed if tail.missing else None,
        "begins": tail.of_another,
    }


def _words(tail: Tail) -> str:
    words = []
    if tail.torn:
        words.append("The line before was cut by a crash; its change never came.")
    if tail.never_came:
        count = len(tail.never_came)
        words.append(f"{count} change{'s' if count > 1 else ''} told above never came.")
    if tail.missing:
        words.append("The line that the store was saved with last is not in the trail: something was cut off.")
    if tail.of_another:
        words.append("A new store begins here; what is told above is of the one before it, or never came.")
    return " ".join(words)
