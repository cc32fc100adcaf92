"""What is inside a store file, and the refusal of everything that is not a whole store of ours."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from tokentui.domain.errors import StoreError
from tokentui.store.codec import LATER, TABLES
from tokentui.store.shape import flaw
from tokentui.store.tables import JsonText, Table, Tables, split

APPLICATION = "tokentui"
SCHEMA_VERSION = 1

#: What every store has had from the beginning.
_TABLES = {"meta", *TABLES.values()} - LATER


def meta_of(tables: Tables) -> dict[str, Any]:
    """What the store says of itself: application, schema version, id of the key it is sealed with."""
    meta: dict[str, Any] = tables["meta"]["1"]
    return meta


def is_newer(tables: Tables) -> bool:
    """Whether a newer TokenTUI wrote it, so that it can be looked at only."""
    return bool(meta_of(tables)["schema_version"] > SCHEMA_VERSION)


def new_tables() -> Tables:
    """The tables of a store without records."""
    meta = {"application": APPLICATION, "schema_version": SCHEMA_VERSION, "key_id": None}
    return Tables({"meta": {"1": meta}, **{table: {} for table in TABLES.values()}})


def parse(path: Path, content: bytes) -> Tables:
    """The tables in `content`; raises `StoreError` for anything that a TokenTUI did not write whole.

    A file with a table a line is parsed as its tables are asked for, and what is wrong inside one is told then.
    """
    if not content.strip():
        raise StoreError(
            f"The store {path} is empty, which no TokenTUI leaves behind. Restore a backup or move it away."
        )
    lines = split(content)
    if lines is None or not lines.keys() >= _TABLES:  # another program's layout of a file that may be ours
        lines = {name: memoryview(orjson.dumps(table)) for name, table in _object(path, content).items()}
    absent: dict[str, Table] = {name: {} for name in LATER - lines.keys()}
    tables = Tables(absent, lines, lambda name, line: _table(path, name, line, tables))
    _check_ours(path, tables, lines)
    return tables


def _object(path: Path, content: bytes) -> dict[str, Any]:
    found = _json(path, content)
    if not isinstance(found, dict):
        raise _foreign(path)
    return found


def _json(path: Path, content: JsonText) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise StoreError(
            f"The store {path} is cut or damaged (column {error.colno:,}). Restore a backup or move it away."
        ) from None


def _too_new(path: Path) -> StoreError:
    return StoreError(
        f"The store {path} was written by a newer TokenTUI, in a way that this one cannot show. Update TokenTUI."
    )


def _foreign(path: Path) -> StoreError:
    return StoreError(f"{path} belongs to another program. Name another store with --store.")


def _table(path: Path, name: str, line: JsonText, tables: Tables) -> Table:
    """One table; raises `StoreError` where it is damaged, or was written in a newer way."""
    table = _json(path, line)
    if not isinstance(table, dict):
        raise StoreError(f"The store {path} is damaged: its {name} are missing. Restore a backup.")
    problem = flaw({name: table})
    if problem and is_newer(tables):
        raise _too_new(path)
    if problem:
        raise StoreError(f"The store {path} is damaged: {problem}. Restore a backup.")
    if name == "assignments":
        _share_slots(table)
    return table


def _share_slots(assignments: Table) -> None:
    """Let assignments to the same slots have one list: of 200,000 that spares 30 MB."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for document in assignments.values():
        slots = document["slots"]
        document["slots"] = shared.setdefault(tuple(slots), slots)


def _check_ours(path: Path, tables: Tables, lines: Mapping[str, JsonText]) -> None:
    meta = tables["meta"].get("1") if "meta" in lines and lines["meta"][:1] == b"{" else None
    if not isinstance(meta, dict) or meta.get("application") != APPLICATION:
        raise _foreign(path)
    problem = _meta_flaw(meta)
    missing = [name for name in TABLES.values() if lines.get(name, b"{" if name in LATER else b"")[:1] != b"{"]
    if not problem and missing and is_newer(tables):
        raise _too_new(path)
    if missing and not problem:
        problem = f"its {missing[0]} are missing"
    if problem:
        raise StoreError(f"The store {path} is damaged: {problem}. Restore a backup.")


def _meta_flaw(meta: dict[str, Any]) -> str:
    version = meta.get("schema_version")
    if type(version) is not int or version < 1:
        return "it has no schema version"
    return "" if isinstance(meta.get("key_id"), str | None) else "the name of its key is no text"
