"""What is inside a store file, and the refusal of everything that is not a whole store of ours."""

from pathlib import Path
from typing import Any

import orjson

from tokentui.domain.errors import StoreError
from tokentui.store.codec import TABLES, Tables
from tokentui.store.shape import flaw

APPLICATION = "tokentui"
SCHEMA_VERSION = 1


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
    return {"meta": {"1": meta}, **{table: {} for table in TABLES.values()}}


def parse(path: Path, content: bytes) -> Tables:
    """The tables in `content`; raises `StoreError` for anything that a TokenTUI did not write whole."""
    if not content.strip():
        raise StoreError(
            f"The store {path} is empty, which no TokenTUI leaves behind. Restore a backup or move it away."
        )
    try:
        tables = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise StoreError(
            f"The store {path} is cut or damaged (line {error.lineno}, column {error.colno}). "
            "Restore a backup or move it away."
        ) from None
    _check_ours(path, tables)
    return tables  # type: ignore[no-any-return]  # its shape was just checked


def _check_ours(path: Path, tables: object) -> None:
    foreign = StoreError(f"{path} belongs to another program. Name another store with --store.")
    if not isinstance(tables, dict) or not isinstance(tables.get("meta"), dict):
        raise foreign
    meta = tables["meta"].get("1")
    if not isinstance(meta, dict) or meta.get("application") != APPLICATION:
        raise foreign
    problem = _meta_flaw(meta) or _tables_flaw(tables)
    if problem and not _meta_flaw(meta) and is_newer(tables):
        raise StoreError(
            f"The store {path} was written by a newer TokenTUI, in a way that this one cannot show. Update TokenTUI."
        )
    if problem:
        raise StoreError(f"The store {path} is damaged: {problem}. Restore a backup.")


def _meta_flaw(meta: dict[str, Any]) -> str:
    version = meta.get("schema_version")
    if type(version) is not int or version < 1:
        return "it has no schema version"
    return "" if isinstance(meta.get("key_id"), str | None) else "the name of its key is no text"


def _tables_flaw(tables: dict[str, Any]) -> str:
    for table in TABLES.values():
        if not isinstance(tables.get(table), dict):
            return f"its {table} are missing"
    return flaw(tables)
