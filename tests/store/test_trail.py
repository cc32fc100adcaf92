"""The activity trail: told before it is saved, never a value in it, and nothing in it can be another unseen."""

import errno
import os
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.domain.worlds import NOTE, NOW, assign, endpoint, token
from tests.store.contract import save
from tokentui.domain.activity import Entry, EntryState
from tokentui.domain.errors import StoreError
from tokentui.domain.slots import Slot
from tokentui.store.queries import EVERYTHING
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.trail_lines import compose, parse
from tokentui.store.trail_queries import ActivityQuery, Verification

ERP, SHOP, ORDERS = token("erp"), token("shop"), endpoint("orders")
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def trail(store: TinyDBStore) -> Path:
    """Where the trail of the store is, or will be."""
    return Path(store.location).with_name("activity.jsonl")


def entries(store: TinyDBStore, **query: Any) -> list[Entry]:
    """The oldest first."""
    return list(store.activity().page(ActivityQuery(reverse=True, **query), EVERYTHING, LATER).rows)


def verified(store: TinyDBStore, noted: str | None = None) -> Verification:
    return TinyDBStore(Path(store.location)).activity().verify(noted, LATER)


class _Crash(BaseException):
    """The process ends here."""


def crash_before_the_save(store: TinyDBStore, monkeypatch: pytest.MonkeyPatch, *records: Any) -> None:
    def crashed(*_: object) -> None:
        raise _Crash

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", crashed)
        with pytest.raises(_Crash):
            save(store, *records)


# ---------------------------------------------------------------------- what it tells


def test_an_entry_tells_who_when_and_what_became_what(store: TinyDBStore) -> None:
    save(store, ERP)
    save(store, replace(ERP, rev=1, description="Nightly", enabled=False, disabled_at=NOW))
    (added, changed) = entries(store)
    assert (added.number, added.at, added.what) == (1, NOW, NOTE.what)
    assert added.who.text == "jan from 10.0.0.5 on gateway"
    (change,) = changed.changes
    assert (change.kind, change.id, change.name, change.revs) == ("token", ERP.id, "erp", (1, 2))
    assert change.fields == {
        "description": ("", "Nightly"),
        "enabled": (True, False),
        "disabled_at": (None, NOW.isoformat()),
    }


def test_a_new_value_is_told_by_the_beginning_of_its_digest_alone(store: TinyDBStore, trail: Path) -> None:
    save(store, replace(ERP, secret=replace(ERP.secret, digest="0123456789abcdef", sealed="SEALED")))
    (added,) = entries(store)
    assert added.changes[0].fields["secret"] == (None, "#01234567")
    assert b"SEALED" not in trail.read_bytes()
    assert b"012345678" not in trail.read_bytes()


def test_an_assignment_is_told_by_the_names_that_it_joins(store: TinyDBStore) -> None:
    save(store, ERP, ORDERS, assign(ERP, ORDERS, Slot.GET))
    assert [change.name for change in entries(store)[0].changes] == ["erp", "orders/orders", "erp → orders/orders"]


def test_a_change_that_changes_nothing_is_not_told(store: TinyDBStore, trail: Path) -> None:
    with store.change(NOTE):
        pass
    assert not trail.exists()


def test_the_trail_is_the_owners_alone(store: TinyDBStore, trail: Path) -> None:
    before = os.umask(0)
    try:
        save(store, ERP)
    finally:
        os.umask(before)
    assert trail.stat().st_mode & 0o777 == 0o600


# ---------------------------------------------------------------------- before it is committed


@pytest.mark.parametrize("call", ["write", "fsync", "open", "flock"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS], ids=errno.errorcode.get)
def test_where_the_trail_cannot_be_written_the_change_is_refused(
    store: TinyDBStore, trail: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    save(store, ERP)
    before, stamp = Path(store.location).read_bytes(), store.stamp()
    with monkeypatch.context() as patched:
        break_for_the_trail(patched, call, OSError(number, os.strerror(number)))
        with pytest.raises(StoreError, match=f"Nothing was changed: .*{os.strerror(number)}"):
            save(store, SHOP)
    assert Path(store.location).read_bytes() == before
    assert store.stamp() == stamp
    save(store, SHOP)
    assert verified(store).problems == ()


def break_for_the_trail(patched: pytest.MonkeyPatch, call: str, fault: OSError) -> None:
    module = __import__("fcntl") if call == "flock" else os
    original: Callable[..., Any] = getattr(module, call)

    def broken(first: Any, *args: Any, **more: Any) -> Any:
        path = os.readlink(f"/proc/self/fd/{first}") if isinstance(first, int) else os.fspath(first)
        if not path.endswith("activity.jsonl"):
            return original(first, *args, **more)
        if call == "write":
            original(first, bytes(args[0])[:100])  # the disk takes a part of it
        raise fault

    patched.setattr(module, call, broken)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_trail_that_is_no_file_refuses_the_change_and_hangs_nobody(
    store: TinyDBStore, trail: Path, kind: str
) -> None:
    trail.parent.mkdir(mode=0o700)
    trail.mkdir() if kind == "folder" else os.mkfifo(trail)
    with pytest.raises(StoreError, match="activity trail"):
        save(store, ERP)
    assert not store.exists


def test_an_entry_whose_change_never_came_is_told_as_such(
    store: TinyDBStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store, ERP)
    crash_before_the_save(store, monkeypatch, SHOP)
    assert [entry.state for entry in entries(store)] == [EntryState.DONE, EntryState.NEVER_CAME]
    save(store, ORDERS)
    states = [entry.state for entry in entries(store)]
    assert states == [EntryState.DONE, EntryState.NEVER_CAME, EntryState.REPAIR, EntryState.DONE]
    found = verified(store)
    assert found.problems == ()
    assert [note for note in found.notes if "never came" in note]


def test_an_entry_that_was_written_just_now_may_still_come(
    store: TinyDBStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store, ERP)
    crash_before_the_save(store, monkeypatch, SHOP)
    (last, *_) = store.activity().page(ActivityQuery(), EVERYTHING, NOW + timedelta(seconds=1)).rows
    assert last.state is EntryState.PENDING


def test_each_change_that_never_came_is_told_once(store: TinyDBStore, monkeypatch: pytest.MonkeyPatch) -> None:
    save(store, ERP)
    for _ in range(3):
        crash_before_the_save(store, monkeypatch, SHOP)
    save(store, ORDERS)
    never = [entry for entry in entries(store) if entry.state is EntryState.NEVER_CAME]
    told = [hash for line in lines(store) for hash in line.get("never_came", ())]
    assert sorted(told) == sorted(entry.hash for entry in never)
    assert len(never) == 3


def lines(store: TinyDBStore) -> list[dict[str, Any]]:
    content = Path(store.location).with_name("activity.jsonl").read_bytes()
    return [orjson.loads(line) for line in content.splitlines()]


def test_a_line_that_a_crash_cut_stays_and_is_told(store: TinyDBStore, trail: Path) -> None:
    save(store, ERP)
    with trail.open("ab") as file:
        file.write(b'{"at":"2025-06-01T12:0')
    assert verified(store).problems
    save(store, SHOP)
    found = verified(store)
    assert found.problems == ()
    assert "cut by a crash" in " ".join(found.notes)
    assert b'{"at":"2025-06-01T12:0\n' in trail.read_bytes()


def test_a_crash_right_before_the_newline_leaves_a_whole_line(store: TinyDBStore, trail: Path) -> None:
    save(store, ERP)
    trail.write_bytes(trail.read_bytes().removesuffix(b"\n"))
    save(store, SHOP)
    assert verified(store).problems == ()
    assert [entry.state for entry in entries(store)] == [EntryState.DONE, EntryState.DONE]


def test_a_new_store_beside_an_old_trail_is_told(store: TinyDBStore, trail: Path) -> None:
    save(store, ERP)
    Path(store.location).unlink()
    fresh = TinyDBStore(Path(store.location))
    with fresh.change_anew(NOTE) as change:
        change.put(SHOP)
    assert verified(fresh).problems == ()
    assert "A new store begins here" in " ".join(verified(fresh).notes)


def test_two_stores_in_one_folder_share_a_trail_and_each_sees_its_own(tmp_path: Path) -> None:
    one, two = TinyDBStore(tmp_path / "one.json"), TinyDBStore(tmp_path / "two.json")
    for store, record in ((one, ERP), (two, SHOP), (one, ORDERS), (two, ERP)):
        save(store, record)
    assert [len(entries(store)) for store in (one, two)] == [2, 2]
    assert verified(one).problems == verified(two).problems == ()
    assert verified(one).lines == 4
    assert {entry.state for entry in (*entries(one), *entries(two))} == {EntryState.DONE}


# ---------------------------------------------------------------------- nothing in it can be another unseen


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose trail has 50 lines."""
    file = tmp_path_factory.mktemp("fifty") / "tokens.json"
    store = TinyDBStore(file)
    for number in range(50):
        save(store, token(f"t{number}"))
    return file


def test_an_edit_of_any_single_byte_of_fifty_lines_is_found(fifty: Path) -> None:
    from tokentui.store.trail_view import TrailView

    content = fifty.with_name("activity.jsonl").read_bytes()
    committed = parse(content.splitlines()[-1]).hash
    assert content.count(b"\n") == 50
    assert TrailView(content, fifty.name, committed).verify(None, LATER).problems == ()
    dice = random.Random(50)
    missed = []
    for place, byte in enumerate(content):
        other = dice.choice([*range(byte), *range(byte + 1, 256)])
        edited = content[:place] + bytes((other,)) + content[place + 1 :]
        # Only the lines around the edit are looked at: each is checked against its own bytes and its neighbours.
        if not TrailView(around(edited, place), fifty.name, None).verify(None, LATER).problems:
            missed.append((place, byte, other))
    assert missed == []


def around(content: bytes, place: int) -> bytes:
    """The trail up to two lines behind the place; what stands before is the same for every place in a line."""
    end = place
    for _ in range(3):
        end = content.find(b"\n", end) + 1 or len(content)
    return content[:end]


@pytest.mark.parametrize("place", [0, 1, 25, 48])
def test_a_removed_line_is_found(fifty: Path, tmp_path: Path, place: int) -> None:
    raw = fifty.with_name("activity.jsonl").read_bytes().splitlines(keepends=True)
    assert broken(fifty, tmp_path, [*raw[:place], *raw[place + 1 :]])


def test_the_removed_last_line_is_found_since_the_store_knows_it(fifty: Path, tmp_path: Path) -> None:
    raw = fifty.with_name("activity.jsonl").read_bytes().splitlines(keepends=True)
    assert broken(fifty, tmp_path, raw[:-1])


@pytest.mark.parametrize("place", [0, 25, 48])
def test_two_lines_in_another_order_are_found(fifty: Path, tmp_path: Path, place: int) -> None:
    raw = fifty.with_name("activity.jsonl").read_bytes().splitlines(keepends=True)
    raw[place], raw[place + 1] = raw[place + 1], raw[place]
    assert broken(fifty, tmp_path, raw)


def test_an_added_line_is_found(fifty: Path, tmp_path: Path) -> None:
    raw = fifty.with_name("activity.jsonl").read_bytes().splitlines(keepends=True)
    line, _ = compose({"kind": "change", "store": fifty.name, "what": "nothing"}, parse(raw[10][:-1]).hash)
    assert broken(fifty, tmp_path, [*raw[:11], line, *raw[11:]])


def broken(store: Path, folder: Path, raw: list[bytes]) -> tuple[str, ...]:
    """What verifying finds where the trail of the store has these lines."""
    copy = folder / store.name
    copy.write_bytes(store.read_bytes())
    copy.with_name("activity.jsonl").write_bytes(b"".join(raw))
    return verified(TinyDBStore(copy)).problems


def test_told_of_a_head_noted_earlier_a_cut_tail_is_found_though_the_store_was_put_back_too(
    store: TinyDBStore, trail: Path
) -> None:
    save(store, ERP)
    earlier = (Path(store.location).read_bytes(), trail.read_bytes())
    save(store, SHOP)
    noted = verified(store).head
    assert verified(store, noted).problems == ()
    Path(store.location).write_bytes(earlier[0])
    trail.write_bytes(earlier[1])
    assert verified(store).problems == ()
    assert "head noted earlier" in verified(store, noted).problems[0]


def test_a_trail_that_was_taken_away_is_found_and_the_next_change_tells_it(store: TinyDBStore, trail: Path) -> None:
    save(store, ERP)
    trail.unlink()
    assert "missing" in verified(store).problems[0]
    save(store, SHOP)
    assert "something was cut off" in " ".join(verified(store).notes)


# ---------------------------------------------------------------------- reading it


def test_pages_are_the_newest_first_and_filtered_by_text_who_record_and_time(store: TinyDBStore) -> None:
    save(store, ERP)
    save(store, SHOP, ORDERS)
    save(store, assign(ERP, ORDERS, Slot.GET))
    view = store.activity()

    def found(**query: Any) -> list[int]:
        return [entry.number for entry in view.page(ActivityQuery(**query), EVERYTHING, LATER).rows]

    assert found() == [3, 2, 1]
    assert found(reverse=True) == [1, 2, 3]
    assert found(text="SHOP") == [2]
    assert found(text="erp gateway") == [3, 1]
    assert found(who="Jan") == [3, 2, 1]
    assert found(who="eva") == []
    assert found(record_id=ERP.id) == [3, 1]
    assert found(record_id=ORDERS.id) == [3, 2]
    assert found(since=LATER) == found(until=NOW) == []


def test_a_page_is_a_window_with_its_counts(store: TinyDBStore) -> None:
    from tokentui.store.queries import Window

    for number in range(10):
        save(store, token(f"t{number}"))
    page = store.activity().page(ActivityQuery(text="t1"), Window(0, 3), LATER)
    assert (page.total, page.of) == (1, 10)
    page = store.activity().page(ActivityQuery(), Window(2, 3), LATER)
    assert [entry.number for entry in page.rows] == [8, 7, 6]


def test_no_mutated_trail_makes_reading_or_verifying_fail(fifty: Path) -> None:
    from tokentui.store.trail_view import TrailView

    content = fifty.with_name("activity.jsonl").read_bytes()
    dice = random.Random(7)
    for _ in range(500):
        edited = bytearray(content)
        for _ in range(dice.randint(1, 5)):
            place = dice.randrange(len(edited))
            edited[place : place + dice.randint(0, 40)] = dice.randbytes(dice.randint(0, 20))
        view = TrailView(bytes(edited), fifty.name, None)
        assert view.verify(None, LATER).problems
        view.page(ActivityQuery(text="t1", who="jan"), EVERYTHING, LATER)
