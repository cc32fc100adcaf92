"""The store in a TinyDB file keeps the contract, and lets nothing of TinyDB be seen."""

import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from tinydb.table import Table
from tinydb.utils import LRUCache

from tests.domain.worlds import NOTE, assign, endpoint, token
from tests.store.contract import OpenStore, StoreContract, save
from tests.store.page_contract import PageContract
from tokentui.domain.errors import ReadOnly, SealError, StoreError
from tokentui.domain.records import Record
from tokentui.domain.slots import Slot
from tokentui.store import file_format, safe_storage
from tokentui.store.protocol import Store
from tokentui.store.queries import EVERYTHING, MappingQuery, TokenQuery, TokenSort
from tokentui.store.tables import Tables
from tokentui.store.tinydb_store import TinyDBStore

ERP = token("erp")


class TestTinyDBStore(StoreContract, PageContract):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> OpenStore:
        def open_it() -> Store:
            return TinyDBStore(tmp_path / "data" / "tokens.json")

        return open_it


# ---------------------------------------------------------------------- TinyDB stays inside


def test_records_hold_no_type_of_tinydb(store: TinyDBStore) -> None:
    mapped = endpoint("po", primaries={Slot.POST: "p"})
    save(store, ERP, mapped, assign(ERP, mapped))
    reader = store.reader()
    records: tuple[Record, ...] = (reader.token(ERP.id), reader.endpoint(mapped.id), *reader.assignments_of(ERP.id))
    for record in records:
        kinds = {type(getattr(record, each.name)) for each in fields(record)}
        assert not [kind for kind in kinds if kind.__module__.startswith("tinydb")]


def test_the_query_cache_is_off(store: TinyDBStore, monkeypatch: pytest.MonkeyPatch) -> None:
    capacities: list[int] = []

    class Cache(LRUCache[object, object]):
        def __init__(self, capacity: int) -> None:
            capacities.append(capacity)
            super().__init__(capacity)

    monkeypatch.setattr(Table, "query_cache_class", Cache)
    save(store, ERP)
    assert set(capacities) == {0}


def test_ids_are_our_own_and_stand_as_keys_in_the_file(store: TinyDBStore) -> None:
    save(store, ERP)
    assert list(json.loads(Path(store.location).read_bytes())["tokens"]) == [ERP.id]


# ---------------------------------------------------------------------- opening


def test_looking_makes_no_file(store: TinyDBStore, tmp_path: Path) -> None:
    store.reader().counts()
    assert not store.exists
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_store_takes_no_change_and_makes_no_lock(tmp_path: Path) -> None:
    store = TinyDBStore(tmp_path / "tokens.json", read_only=True)
    with pytest.raises(ReadOnly), store.change(NOTE):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Which files were parsed, each time they were."""
    files: list[Path] = []

    def noted(path: Path, lines: list[bytes]) -> Tables:
        files.append(path)
        return file_format.parse(path, lines)

    monkeypatch.setattr(safe_storage, "parse", noted)
    return files


def test_the_parsed_file_is_reused_while_its_stamp_stands(store: TinyDBStore, parsed: list[Path]) -> None:
    save(store, ERP)
    other = TinyDBStore(Path(store.location))
    for _ in range(3):
        store.reader().counts()
        other.reader().counts()
    assert len(parsed) == 1  # by the other: who saved knows what was saved
    save(store, replace(ERP, rev=1))
    for _ in range(3):
        other.reader().counts()
    assert len(parsed) == 2


def test_a_reader_is_reused_while_nobody_saved(store: TinyDBStore) -> None:
    save(store, ERP)
    assert store.reader() is store.reader()


def test_a_change_inside_a_change_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    store = TinyDBStore(tmp_path / "tokens.json", lock_timeout=0.05)
    with store.change(NOTE), pytest.raises(StoreError, match="being changed already"), store.change(NOTE):
        pass


def test_nothing_is_written_for_a_change_that_puts_nothing(store: TinyDBStore) -> None:
    with store.change(NOTE):
        pass
    assert not store.exists


# ---------------------------------------------------------------------- the key it is marked with


def test_the_first_value_marks_the_store_with_its_key(tmp_path: Path) -> None:
    store = TinyDBStore(tmp_path / "tokens.json", key_id=lambda: "ours")
    assert store.key_id is None
    save(store, ERP)
    assert store.key_id == TinyDBStore(tmp_path / "tokens.json").key_id == "ours"


def test_a_store_marked_with_another_key_takes_no_new_value_but_a_toggle(tmp_path: Path) -> None:
    save(TinyDBStore(tmp_path / "tokens.json", key_id=lambda: "theirs"), ERP)
    store = TinyDBStore(tmp_path / "tokens.json", key_id=lambda: "ours")
    with pytest.raises(SealError):
        save(store, token("shop"))
    save(store, replace(ERP, rev=1, enabled=False))
    assert store.reader().counts().tokens == 1
    assert not store.reader().token(ERP.id).enabled


def test_a_toggle_asks_for_no_key(tmp_path: Path) -> None:
    save(TinyDBStore(tmp_path / "tokens.json"), ERP)

    def lost() -> str:
        raise SealError("lost")

    save(TinyDBStore(tmp_path / "tokens.json", key_id=lost), replace(ERP, rev=1, enabled=False))


def test_an_interpreter_that_only_reads_does_not_load_the_lock_or_the_ciphers(store: TinyDBStore) -> None:
    save(store, ERP)
    script = (
        "import sys; from pathlib import Path; from tokentui.store.tinydb_store import TinyDBStore;"
        f"assert TinyDBStore(Path({store.location!r})).reader().counts().tokens == 1;"
        "print(sorted({'tokentui.store.lock', 'cryptography', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_requests_that_cannot_be_read_leave_the_list_and_say_why(tmp_path: Path) -> None:
    store = TinyDBStore(tmp_path / "tokens.json")
    save(store, token("zebra"), token("alpha"), endpoint("po"))
    damaged = tmp_path / "requests.sqlite"
    damaged.write_bytes(b"damaged, and long enough for the header of a database" * 9)
    for sort in (TokenSort.NAME, TokenSort.LAST_SEEN):
        page = store.reader().token_page(TokenQuery(sort=sort), EVERYTHING)
        assert [(row.token.name, row.last_seen_at) for row in page.rows] == [("alpha", None), ("zebra", None)]
        assert page.trouble.startswith(f"The requests seen {damaged} cannot be read")
        mapped = store.reader().mapping_page(MappingQuery(endpoint_id="endpoint-po", sort=sort), EVERYTHING)
        assert (len(mapped.rows), mapped.trouble) == (2, page.trouble)
    damaged.unlink()
    assert store.reader().token_page(TokenQuery(sort=TokenSort.LAST_SEEN), EVERYTHING).trouble == ""
