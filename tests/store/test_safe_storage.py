"""The store file: its owner's alone, replaced whole or not at all, and refused where it is not ours."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.domain.worlds import NOTE, token
from tests.store.contract import save
from tokentui.domain.errors import ReadOnly, StoreError
from tokentui.store.tinydb_store import TinyDBStore

ERP, SHOP = token("erp"), token("shop")
LEFT = ".tokens.json.4711.0badcafe.tmp"


@pytest.fixture
def file(store: TinyDBStore) -> Path:
    """A store file with one token in it."""
    save(store, ERP)
    return Path(store.location)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ---------------------------------------------------------------------- whose it is


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_file_lock_and_folders_are_the_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    store = TinyDBStore(tmp_path / "one" / "two" / "tokens.json")
    save(store, ERP)
    save(store, replace(ERP, rev=1))
    assert mode(tmp_path / "one") == mode(tmp_path / "one" / "two") == 0o700
    assert {path.name: mode(path) for path in (tmp_path / "one" / "two").iterdir()} == {
        "activity.jsonl": 0o600,
        "tokens.json": 0o600,
        "tokens.json.generations": 0o700,
        "tokens.json.lock": 0o600,
    }


def test_a_file_that_others_could_read_is_the_owners_alone_after_a_change(store: TinyDBStore, file: Path) -> None:
    file.chmod(0o644)
    save(store, SHOP)
    assert mode(file) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_change_by_root_leaves_the_file_to_its_owner(store: TinyDBStore, file: Path) -> None:
    os.chown(file, 12345, 54321)
    save(store, SHOP)
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)


def test_a_symbolic_link_stays_one_and_the_file_behind_it_changes(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "tokens.json", tmp_path / "link.json"
    link.symlink_to(real)
    save(TinyDBStore(link), ERP)
    save(TinyDBStore(link), SHOP)
    assert link.is_symlink()
    assert TinyDBStore(real).reader().counts().tokens == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "real"]


# ---------------------------------------------------------------------- what is refused


def document(**more: Any) -> dict[str, Any]:
    """A store file without records, as Python has it."""
    meta = {"application": "tokentui", "schema_version": 1, "key_id": None}
    return {"meta": {"1": meta}, "endpoints": {}, "tokens": {}, "assignments": {}, **more}


REFUSED = {
    "empty": b"",
    "blank": b" \n\n",
    "no JSON": b"hello",
    "null": b"null",
    "a list": b"[]",
    "an object": b"{}",
    "another TinyDB": b'{"_default": {"1": {"name": "x"}}}',
    "another application": json.dumps(document(meta={"1": {"application": "other"}})).encode(),
    "no version": json.dumps(document(meta={"1": {"application": "tokentui", "key_id": None}})).encode(),
    "version true": json.dumps(
        document(meta={"1": {"application": "tokentui", "schema_version": True, "key_id": None}})
    ).encode(),
    "version 0": json.dumps(
        document(meta={"1": {"application": "tokentui", "schema_version": 0, "key_id": None}})
    ).encode(),
    "key id a list": json.dumps(
        document(meta={"1": {"application": "tokentui", "schema_version": 1, "key_id": []}})
    ).encode(),
    "tokens missing": json.dumps({name: table for name, table in document().items() if name != "tokens"}).encode(),
    "tokens a list": json.dumps(document(tokens=[])).encode(),
    "a token that is a number": json.dumps(document(tokens={"id": 5})).encode(),
    "a token without fields": json.dumps(document(tokens={"id": {}})).encode(),
    "latin-1": json.dumps(document(), indent=1).encode().replace(b"tokentui", b"\xe9"),
    "too deep": b"[" * 100_000,
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(document()).encode(),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_whole_store_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "tokens.json"
    file.write_bytes(content)
    for _ in range(2):
        with pytest.raises(StoreError, match=str(file)):
            TinyDBStore(file).reader().counts()
        with pytest.raises(StoreError, match=str(file)):
            save(TinyDBStore(file), ERP)
    assert file.read_bytes() == content


def a_table_a_line(tables: dict[str, Any]) -> str:
    lines = (f"{json.dumps(name)}:{json.dumps(table, separators=(',', ':'))}" for name, table in tables.items())
    return "{" + ",\n".join(lines) + "}"


LAYOUTS: dict[str, Callable[[Any], str]] = {
    "one line": lambda tables: json.dumps(tables, separators=(",", ":")),
    "one line and a newline": lambda tables: json.dumps(tables, separators=(",", ":")) + "\n",
    "indented": lambda tables: json.dumps(tables, indent=2),
    "sorted": lambda tables: json.dumps(tables, sort_keys=True),
    "not ASCII": lambda tables: json.dumps(tables, ensure_ascii=False),
    "two lines": lambda tables: json.dumps(tables, separators=(",", ":")).replace('},"meta"', '},\n"meta"'),
    "other lines": lambda tables: json.dumps(tables, separators=(",", ":")).replace(',"', ',\n"'),
    "more tables": lambda tables: json.dumps({**tables, "_default": {}, "more": {"1": {}}}),
    "very many lines": lambda tables: json.dumps(tables, indent=0).replace("\n", "\n" * 100),
}


@pytest.mark.parametrize("laid_out", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_store_that_another_program_laid_out_anew_is_read_and_changed(
    store: TinyDBStore, file: Path, laid_out: Callable[[Any], str]
) -> None:
    file.write_text(laid_out(json.loads(file.read_bytes())))
    assert store.reader().token(ERP.id).name == "erp"
    save(store, SHOP)
    assert TinyDBStore(file).reader().counts().tokens == 2


@pytest.mark.parametrize("laid_out", [a_table_a_line, json.dumps], ids=["a table a line", "one line"])
@pytest.mark.parametrize("name", ["more", "ž", '"', "\\", "a\nb", "", "x" * 200])
def test_tables_that_are_not_ours_are_kept_whatever_their_names(
    store: TinyDBStore, file: Path, name: str, laid_out: Callable[[Any], str]
) -> None:
    file.write_text(laid_out({name: {"1": {"kept": True}}, **json.loads(file.read_bytes())}))
    with store.change(NOTE) as transaction:
        transaction.put(transaction.reader.token(ERP.id))
    assert json.loads(file.read_bytes())[name] == {"1": {"kept": True}}


def test_a_file_that_is_cut_anywhere_is_refused_and_left_as_it_is(store: TinyDBStore, file: Path) -> None:
    whole = file.read_bytes().rstrip()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(StoreError):
            store.reader().counts()
        with pytest.raises(StoreError):
            save(store, SHOP)
        assert file.read_bytes() == whole[:length]


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "loop", "below a file"])
def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "tokens.json"
    match kind:
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "device":
            file = Path("/dev/null")
        case "loop":
            file.symlink_to(file)
        case _:
            file.write_bytes(b"")
            file = file / "tokens.json"
    with pytest.raises(StoreError):
        TinyDBStore(file).reader()


def test_a_newer_schema_is_opened_to_be_looked_at_only(store: TinyDBStore, file: Path) -> None:
    newer = file.read_bytes().replace(b'"schema_version":1', b'"schema_version":2')
    file.write_bytes(newer)
    assert store.read_only
    assert store.reader().token(ERP.id).name == "erp"
    with pytest.raises(ReadOnly, match="newer TokenTUI"):
        save(store, SHOP)
    assert file.read_bytes() == newer


def test_a_newer_schema_that_cannot_be_shown_is_not_called_damaged(store: TinyDBStore, file: Path) -> None:
    newer = file.read_bytes().replace(b'"schema_version":1', b'"schema_version":2').replace(b'"enabled"', b'"state"')
    file.write_bytes(newer)
    with pytest.raises(StoreError, match="Update TokenTUI"):
        store.reader().counts()


def test_a_store_that_has_gone_is_told_and_never_taken_for_an_empty_one(store: TinyDBStore, file: Path) -> None:
    store.reader()
    file.rename(file.with_name("moved"))
    for deed in (store.reader, store.stamp, lambda: save(store, SHOP)):
        with pytest.raises(StoreError, match="has gone"):
            deed()
    assert not file.exists()
    file.with_name("moved").rename(file)
    assert store.reader().counts().tokens == 1


def test_a_folder_that_has_gone_is_not_made_again(store: TinyDBStore, file: Path) -> None:
    file.parent.rename(file.parent.with_name("moved"))
    with pytest.raises(StoreError, match="has gone"):
        save(store, SHOP)
    assert not file.parent.exists()


def test_another_file_in_its_place_is_noticed(store: TinyDBStore, file: Path, tmp_path: Path) -> None:
    store.reader()
    other = TinyDBStore(tmp_path / "other.json")
    save(other, SHOP)
    os.replace(other.location, file)
    assert store.reader().token(SHOP.id).name == "shop"
    file.write_bytes(b"")
    with pytest.raises(StoreError, match="is empty"):
        store.reader()


def test_tinydb_cannot_write_outside_a_change(store: TinyDBStore) -> None:
    with pytest.raises(StoreError):
        store._storage.write({})
