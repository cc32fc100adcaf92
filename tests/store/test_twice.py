"""A name that stands twice in a store file: JSON parsers keep the last one and say nothing, so it is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.domain.worlds import NOTE, assign, endpoint, token
from tests.store.contract import save
from tests.store.test_safe_storage import a_table_a_line
from tokentui.domain.errors import StoreError
from tokentui.domain.slots import Slot
from tokentui.store import layout
from tokentui.store.protocol import Reader
from tokentui.store.tinydb_store import TinyDBStore

PO = endpoint("po", primaries={Slot.POST: "p", Slot.GET: "g"})
TOKENS = [token(f"application-{number}") for number in range(40)]
FIRST = TOKENS[0]


class Twice(dict[str, Any]):
    """An object that is written with its first member again at its end."""

    def items(self) -> list[tuple[str, Any]]:  # type: ignore[override]  # no view holds a key twice
        members = [*super().items()]
        return [*members, members[0]]


def twice(tables: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The tables, in which the object at the end of the keys has a member twice."""
    if not keys:
        return Twice(tables)
    return {**tables, keys[0]: twice(tables[keys[0]], *keys[1:])}


LAYOUTS: list[Callable[[dict[str, Any]], str]] = [
    a_table_a_line,
    lambda tables: json.dumps(tables, separators=(",", ":")),
    lambda tables: json.dumps(tables, indent=2),
]
PLACES = {
    "a table": (),
    "an endpoint": ("endpoints",),
    "a token": ("tokens",),
    "an assignment": ("assignments",),
    "a primary token": ("endpoints", PO.id, "primaries"),
    "a field": ("tokens", FIRST.id),
    "a part of a value": ("tokens", FIRST.id, "secret"),
    "a field of an assignment": ("assignments", f"{FIRST.id}.{PO.id}"),
    "meta": ("meta", "1"),
}


@pytest.fixture
def file(store: TinyDBStore) -> Path:
    """A store file with some of each."""
    save(store, PO, *TOKENS, *(assign(each, PO) for each in TOKENS))
    return Path(store.location)


def is_refused(file: Path, content: str) -> bool:
    """Whether the content is called damaged by who looks and by who would change it, and stays as it is."""
    file.write_text(content)
    for deed in (lambda store: look(store.reader()), change):
        with pytest.raises(StoreError, match=f"{file} is damaged: .* twice. Restore a backup"):
            deed(TinyDBStore(file))
    return file.read_text() == content


def look(reader: Reader) -> None:
    assert reader.counts().tokens == len(reader.assignments_at(PO.id)) == len(TOKENS)


def change(store: TinyDBStore) -> None:
    with store.change(NOTE) as transaction:
        look(transaction.reader)
        transaction.put(token("another"))


@pytest.mark.parametrize("laid_out", LAYOUTS, ids=["a table a line", "one line", "indented"])
@pytest.mark.parametrize("keys", PLACES.values(), ids=PLACES.keys())
def test_what_is_twice_in_a_file_is_damage_however_the_file_is_laid_out(
    file: Path, keys: tuple[str, ...], laid_out: Callable[[dict[str, Any]], str]
) -> None:
    assert is_refused(file, laid_out(twice(json.loads(file.read_bytes()), *keys)))


@pytest.mark.parametrize("name", ["tokens", "tok\\u0065ns", "more"])
def test_a_table_that_is_twice_is_damage_however_its_name_is_spelled(file: Path, name: str) -> None:
    more = {**json.loads(file.read_bytes()), "more": {}}
    assert is_refused(file, a_table_a_line(more)[:-1] + f',\n"{name}":{{}}}}')


def test_a_record_that_is_twice_is_found_where_its_table_is_read_in_pieces(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "_BLOCK", 1)  # so each document is a piece of its own
    tables = json.loads(file.read_bytes())
    look(TinyDBStore(file).reader())
    for table in ("tokens", "assignments"):
        assert is_refused(file, a_table_a_line(twice(tables, table)))


@pytest.mark.parametrize("text", ['"', '\\"', "\\", '":{"', '\\\\"', "},", '},"x":{'])
def test_texts_with_quotation_marks_and_backslashes_are_no_damage(
    file: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    tables = json.loads(file.read_bytes())
    for document in tables["tokens"].values():
        document["description"] = text
    for size in (1, 1 << 18):
        monkeypatch.setattr(layout, "_BLOCK", size)
        for laid_out in LAYOUTS:
            file.write_text(laid_out(tables).replace("/", "\\/"))
            assert {each.description for each in TinyDBStore(file).reader().iter_tokens()} == {text}
