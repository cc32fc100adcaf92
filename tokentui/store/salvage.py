"""Reading a store file that may be damaged: all documents that can be made out, and a word on each that cannot.

A store opens whole or not at all. Here every line is looked at by itself, and where one is broken every document in
it, so that all damages are told and not the first alone.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tokentui.domain.errors import StoreError
from tokentui.store.codec import LATER, TABLES
from tokentui.store.file_format import RESTORE, SCHEMA_VERSION, is_newer, loses, parse, without_advice
from tokentui.store.gone import gone
from tokentui.store.layout import lines_of
from tokentui.store.problems import Code, Problem, Severity

RawTable = dict[str, Any]

#: How each line of a table begins, also one that was cut or damaged further on.
_TABLE = re.compile(rb'\{?"([a-z_]{1,64})":(?=\{)')
#: How documents begin: by the id, and the field that comes first in those of this table.
_FIRST_FIELDS = {"tokens": b"name", "endpoints": b"name", "assignments": b"slots", "acknowledgements": b"code"}
_ID = re.compile(rb'"([^"\\]{1,200})":')


@dataclass(slots=True)
class Salvaged:
    """What could be made out of a store file."""

    #: Table → id → document, whatever its shape.
    tables: dict[str, RawTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Tables of which no document was lost.
    whole: set[str] = field(default_factory=set)
    #: Why no TokenTUI opens it; empty where it does.
    refusal: str = ""

    @property
    def meta(self) -> Mapping[str, Any]:
        """What the store says of itself, as far as that can be made out."""
        meta = self.tables.get("meta", {}).get("1")
        return meta if isinstance(meta, dict) else {}

    def text(self, name: str) -> str | None:
        """A text of `meta`: `key_id`, or `trail`."""
        found = self.meta.get(name)
        return found if isinstance(found, str) else None

    @property
    def newer(self) -> bool:
        """Whether a newer TokenTUI wrote it."""
        version = self.meta.get("schema_version")
        return type(version) is int and version > SCHEMA_VERSION


def salvage(path: Path) -> Salvaged:
    """What the file at `path` holds; never raises for what is in it or that it is not there."""
    try:
        lines = read_lines(path)
    except FileNotFoundError:
        return _missing_store(path)
    except OSError as error:
        why = f"The store {path} cannot be read: {error.strerror or error}."
        return _unopened(Code.STORE_UNREADABLE, path, why, "Make it readable for its owner, or restore a backup.")
    return made_out(path, lines)


def _missing_store(path: Path) -> Salvaged:
    with suppress(StoreError):
        trouble = gone(path)
        if trouble is not None:
            return _unopened(Code.STORE_MISSING, path, trouble.message, trouble.way_back)
    return _unopened(Code.STORE_MISSING, path, f"There is no store {path}.", "Name the store with --store.")


def made_out(path: Path, lines: list[bytes]) -> Salvaged:
    """What these lines of a store file hold; `path` is what messages call it."""
    try:
        tables = parse(path, lines)
    except StoreError as error:
        return _made_out_of_damage(path, lines, str(error))
    found = Salvaged()
    if is_newer(tables):
        found.tables["meta"] = dict(tables["meta"])
        found.problems.append(_newer(path))
        return found
    _take_in(found, _texts(lines))
    return found


def read_lines(path: Path) -> list[bytes]:
    """The content of a file by lines, as a store file is read; raises `OSError`, also where it is no file."""
    with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("it is not a regular file")
        return lines_of(file)


def _unopened(code: Code, path: Path, message: str, remedy: str = RESTORE) -> Salvaged:
    problem = Problem(code=code, subject=path.name, message=without_advice(message), remedy=remedy)
    return Salvaged(problems=[problem], refusal=message)


def _newer(path: Path) -> Problem:
    return Problem(
        code=Code.STORE_NEWER,
        severity=Severity.NOTE,
        subject=path.name,
        message="A newer TokenTUI wrote it: its records are looked at by that one only.",
        remedy="Update TokenTUI.",
    )


# ---------------------------------------------------------------------- a file that does not open


def _made_out_of_damage(path: Path, lines: list[bytes], refusal: str) -> Salvaged:
    """What can be made out of a file that no TokenTUI opens."""
    content = b"".join(lines)
    if not content.strip():
        return _unopened(Code.STORE_EMPTY, path, refusal)
    found = Salvaged(refusal=refusal)
    _take_in(found, _texts(lines))
    if not found.tables.keys() & {*TABLES.values()}:
        return _unopened(Code.STORE_FOREIGN if _is_json(content) else Code.STORE_CUT, path, refusal)
    missing = [name for name in ("meta", *TABLES.values()) if name not in found.tables and name not in LATER]
    code = Code.STORE_CUT if missing else Code.META_DAMAGED
    found.problems.insert(0, Problem(code=code, subject=path.name, message=without_advice(refusal), remedy=RESTORE))
    found.problems += [_missing(name) for name in missing]
    return found


def _missing(name: str) -> Problem:
    return Problem(code=Code.TABLE_MISSING, subject=name, message=f"The table {name} is missing.", remedy=RESTORE)


def _texts(lines: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Name and JSON text of each table, be it cut; what has not a table a line is laid out anew, if it can be."""
    filled = [line for line in lines if line.strip()]
    if not all(map(_TABLE.match, filled)):
        with suppress(orjson.JSONDecodeError):
            whole = orjson.loads(b"".join(lines))
            tables = whole.items() if isinstance(whole, dict) else ()
            yield from ((name, orjson.dumps(table)) for name, table in tables)
            return
    for line in filled:
        name = _TABLE.match(line)
        if name is not None:
            ending = b"}" if line is filled[-1] else b","
            yield name[1].decode(), line[name.end() :].removesuffix(b"\n").removesuffix(ending)


# ---------------------------------------------------------------------- documents


def _take_in(found: Salvaged, texts: Iterator[tuple[str, bytes]]) -> None:
    for name, text in texts:
        table = _whole(text)
        if table is not None and name not in found.tables:
            found.tables[name] = table
            found.whole.add(name)
        else:
            found.whole.discard(name)
            _take_piecemeal(found, name, text)


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _whole(text: bytes) -> RawTable | None:
    """The documents of a JSON text, if nothing in it is broken or there twice."""
    try:
        table = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return table if isinstance(table, dict) and not loses(text, orjson.dumps(table)) else None


def _take_piecemeal(found: Salvaged, name: str, text: bytes) -> None:
    """Take the documents of a broken table that are not broken themselves."""
    table = found.tables.setdefault(name, {})
    pieces = [*_pieces(name, text)]
    if not pieces:
        message = f"The {name} cannot be read, and no record among them can be made out."
        found.problems.append(_damaged(Code.TABLE_DAMAGED, name, message))
    for piece in pieces:
        documents = _documents(piece)
        if documents is None:
            found.problems.append(_broken(name, piece))
            continue
        for id in documents.keys() & table.keys():
            found.problems.append(_damaged(Code.RECORD_DOUBLED, f"{name} {id}", "It is there twice."))
        table.update(documents)


def _pieces(name: str, text: bytes) -> Iterator[bytes]:
    """The text between the places at which documents seem to begin."""
    first = _FIRST_FIELDS.get(name, b"")
    starts = [each.start() for each in re.finditer(rb'(?<=[{,])"[^"\\]{1,200}":\{(?="' + first + rb'":)', text)]
    ends = [*(start - 1 for start in starts[1:]), len(text) - text.endswith(b"}")]
    return (text[start:end] for start, end in zip(starts, ends, strict=True)) if starts else iter(())


def _documents(piece: bytes) -> RawTable | None:
    """What stands in a piece of a table; None where it is broken."""
    whole = _whole(b"".join((b"{", piece, b"}")))
    return whole if whole is not None else _whole(b"".join((b"{", piece, b"}}")))


def _broken(name: str, piece: bytes) -> Problem:
    id = _ID.match(piece)
    subject = f"{name} {id[1].decode('utf-8', 'replace')}" if id else name
    return _damaged(Code.RECORD_DAMAGED, subject, "It cannot be read, or something in it is there twice.")


def _damaged(code: Code, subject: str, message: str) -> Problem:
    return Problem(code=code, subject=subject, message=message, remedy=RESTORE)
