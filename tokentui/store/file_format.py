"""What is inside a store file, and the refusal of everything that is not a whole store of ours."""

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import Any

import orjson

from tokentui.domain.errors import StoreError
from tokentui.store.codec import LATER, TABLES, Document
from tokentui.store.layout import JsonText, pieces, quotes, split
from tokentui.store.record_tables import PACKED, table_of
from tokentui.store.shape import flaw
from tokentui.store.tables import Documents, Piece, PlainTable, Table, Tables, Unparsed

APPLICATION = "tokentui"
SCHEMA_VERSION = 1
#: What mends a store. Commands stand at the end of a sentence and without a dot: they are copied.
RESTORE = "Restore a backup or a generation: tokentui store generations, then: tokentui store restore 1"

#: What every store has had from the beginning.
_TABLES = {"meta", *TABLES.values()} - LATER


def meta_of(tables: Tables) -> Document:
    """What the store says of itself: application, schema version, id of the key it is sealed with."""
    return tables["meta"]["1"]


def is_newer(tables: Tables) -> bool:
    """Whether a newer TokenTUI wrote it, so that it can be looked at only."""
    return bool(meta_of(tables)["schema_version"] > SCHEMA_VERSION)


def new_tables() -> Tables:
    """The tables of a store without records."""
    meta = {"application": APPLICATION, "schema_version": SCHEMA_VERSION, "key_id": None}
    return Tables({"meta": PlainTable({"1": meta}), **{name: table_of(name) for name in TABLES.values()}})


def parse(path: Path, lines: list[bytes]) -> Tables:
    """The tables in the lines of a file; raises `StoreError` for anything that a TokenTUI did not write whole.

    A file with a table a line is parsed as its tables are asked for, and what is wrong inside one is told then.
    """
    if all(not line or line.isspace() for line in lines):
        raise StoreError(f"The store {path} is empty, which no TokenTUI leaves behind. {RESTORE}")
    texts = _once(path, split(lines) or ())
    if not texts.keys() >= _TABLES:  # another program's layout of a file that may be ours
        texts = _laid_out_anew(path, b"".join(lines))
    tables = Tables({"meta": _checked_meta(path, texts)})
    newer = is_newer(tables)
    _check_whole(path, newer, texts)
    absent = {name: table_of(name) for name in LATER - texts.keys()}
    return Tables(
        {**tables, **absent},
        {name: Unparsed(text, partial(_table, path, newer, name)) for name, text in texts.items()},
    )


def _once(path: Path, tables: Iterable[tuple[str, memoryview]]) -> dict[str, memoryview]:
    texts: dict[str, memoryview] = {}
    for name, text in tables:
        if name in texts:
            raise _damaged(path, f"its {name} are there twice")
        texts[name] = text
    return texts


def _laid_out_anew(path: Path, content: bytes) -> dict[str, memoryview]:
    found = _json(path, content)
    if not isinstance(found, dict):
        raise _foreign(path)
    if loses(content, orjson.dumps(found)):
        raise _damaged(path, "something in it is there twice")
    return {name: memoryview(orjson.dumps(table)) for name, table in found.items()}


def _json(path: Path, content: JsonText) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise StoreError(f"The store {path} is cut or damaged. {RESTORE}") from None


def _damaged(path: Path, problem: str) -> StoreError:
    return StoreError(f"The store {path} is damaged: {problem}. {RESTORE}")


def without_advice(refusal: str) -> str:
    """What is wrong with a store file, for those who say themselves what to do."""
    return refusal.removesuffix(f" {RESTORE}")


def _too_new(path: Path) -> StoreError:
    return StoreError(
        f"The store {path} was written by a newer TokenTUI, in a way that this one cannot show. Update TokenTUI."
    )


def _foreign(path: Path) -> StoreError:
    return StoreError(f"{path} belongs to another program. Name another store with --store.")


def _table(path: Path, newer: bool, name: str, text: memoryview) -> Table:
    """One table; raises `StoreError` where it is damaged, or was written in a newer way."""
    read = partial(_piece, path, newer, name)
    try:
        return table_of(name, starmap(read, pieces(text) if name in PACKED else [(bytes(text), 1)]), text)
    except ValueError:  # it is damaged, was cut at a wrong place, or holds a document twice: the whole tells
        _json(path, text)
        return table_of(name, [read(bytes(text), 1)], text)


def _piece(path: Path, newer: bool, name: str, text: bytes, begin: int) -> Piece:
    """A piece of a table, after a look at its documents; raises `ValueError` where it is no JSON."""
    documents: Documents = orjson.loads(text)
    problem = flaw({name: documents})
    if problem:
        raise _too_new(path) if newer else _damaged(path, problem)
    again = orjson.dumps(documents)
    if loses(text, again):
        raise _damaged(path, f"something in its {name} is there twice")
    return Piece(documents, begin if again == text else None)


def loses(text: bytes, again: bytes) -> bool:
    """Whether less is left when a JSON text was read and written again.

    Where a name stands twice in an object, a parser keeps the last one and says nothing.
    """
    return again != text and quotes(again) != quotes(text)


def _checked_meta(path: Path, texts: Mapping[str, memoryview]) -> Table:
    """The table that tells what the file is; raises `StoreError` where that is not a store of ours."""
    table = _json(path, texts["meta"]) if "meta" in texts else None
    meta = table.get("1") if isinstance(table, dict) else None
    if not isinstance(meta, dict) or meta.get("application") != APPLICATION:
        raise _foreign(path)
    problem = _meta_flaw(meta)
    if problem:
        raise _damaged(path, problem)
    return _table(path, False, "meta", texts["meta"])


def _check_whole(path: Path, newer: bool, texts: Mapping[str, memoryview]) -> None:
    missing = [name for name in TABLES.values() if texts.get(name, b"{" if name in LATER else b"")[:1] != b"{"]
    if missing:
        raise _too_new(path) if newer else _damaged(path, f"its {missing[0]} are missing")


def _meta_flaw(meta: dict[str, Any]) -> str:
    version = meta.get("schema_version")
    if type(version) is not int or version < 1:
        return "it has no schema version"
    if not isinstance(meta.get("trail"), str | None):
        return "what it says of its activity trail is no text"
    return "" if isinstance(meta.get("key_id"), str | None) else "the name of its key is no text"
