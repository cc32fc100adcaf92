"""Restoring: the difference is told first, the store is what it was then, and others' stale edits are conflicts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import MASTER_KEY
from tests.domain.worlds import NOTE
from tests.store.shop import LATER, Shop, open_shop
from tokentui.domain.activity import EntryState
from tokentui.domain.errors import Conflict, SealError, StoreError
from tokentui.domain.fields import TokenFields
from tokentui.domain.records import Record
from tokentui.domain.slots import Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.resealing import resealed
from tokentui.services.restoring import (
    Candidate,
    Difference,
    Standing,
    candidate_of,
    check_key,
    difference,
    key_of,
    restore,
    standing_of,
)
from tokentui.services.tokens import add_token, edit_token, reveal_token, set_enabled
from tokentui.store.backup import open_backup, write_backup
from tokentui.store.problems import Code
from tokentui.store.queries import EVERYTHING
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.trail_queries import ActivityQuery
from tokentui.store.vault import KeyVault, key_id

VAULT = KeyVault(lambda: MASTER_KEY)
OTHER_KEY = bytes(reversed(MASTER_KEY))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return open_shop(tmp_path / "shop")


@pytest.fixture
def file(shop: Shop, tmp_path: Path) -> Path:
    """A backup of the shop as it is at the beginning."""
    write_backup(shop.files.store, tmp_path / "b.tar", NOTE)
    return tmp_path / "b.tar"


def kept(shop: Shop) -> dict[str, Record]:
    """All records by id, but for `rev`."""
    reader = shop.desk().reader()
    records: tuple[Record, ...] = (*reader.iter_endpoints(), *reader.iter_tokens(), *reader.iter_assignments())
    return {record.id: replace(record, rev=0) for record in records}


def looked_at(shop: Shop, desk: Desk) -> Standing:
    return standing_of(shop.files, desk.store.stamp(), LATER)


def planned(shop: Shop, desk: Desk, file: Path) -> tuple[Candidate, Standing, Difference]:
    standing = looked_at(shop, desk)
    candidate = candidate_of(open_backup(file), file.name, VAULT)
    return candidate, standing, difference(standing, candidate)


def restored(shop: Shop, file: Path) -> Difference:
    desk = shop.desk()
    candidate, standing, change = planned(shop, desk, file)
    assert isinstance(desk.store, TinyDBStore)
    begin = partial(desk.store.change_anew, trail=open_backup(file).trail) if standing.damaged else desk.store.change
    restore(desk, candidate, standing, change, begin)
    return change


def change_a_lot(shop: Shop) -> None:
    desk = shop.desk()
    add_token(desk, TokenFields(name="later"))
    erp = desk.reader().token(shop.id("erp"))
    edit_token(desk, erp, TokenFields(name="erp", description="Another"), value="x" * 40)
    set_enabled(desk, [shop.id("crm")], True)
    assign(desk, erp.id, add={}, remove={shop.id("Orders"): (Slot.POST, Slot.GET)})
    assign(desk, shop.id("crm"), add={shop.id("Pets"): (Slot.GET,)}, remove={})


# ---------------------------------------------------------------------- what it does


def test_the_store_is_what_it_was_and_the_difference_says_what_changes(shop: Shop, file: Path) -> None:
    before = kept(shop)
    change_a_lot(shop)
    change = restored(shop, file)
    assert kept(shop) == before
    told = {(each.kind, each.name): each.revs for each in change.changes}
    assert [name for name, (_, after) in told.items() if not after] == [
        ("token", "later"),
        ("assignment", "crm → shop/pets"),
    ]
    assert [name for name, (old, _) in told.items() if not old] == [("assignment", "erp → shop/orders")]
    assert ("token", "erp") in told
    assert ("token", "app") not in told
    assert shop.check().problems == ()


def test_where_nothing_differs_nothing_is_to_be_done(shop: Shop, file: Path) -> None:
    assert planned(shop, shop.desk(), file)[2].changes == ()


def test_a_value_is_told_by_no_more_than_a_fingerprint(shop: Shop, file: Path) -> None:
    change_a_lot(shop)
    _, _, change = planned(shop, shop.desk(), file)
    (erp,) = (each for each in change.changes if each.name == "erp")
    assert all(len(str(each)) == len("#01234567") for each in erp.fields["secret"])


def test_it_is_one_change_which_the_trail_tells_and_which_can_be_restored_away(shop: Shop, file: Path) -> None:
    change_a_lot(shop)
    before = kept(shop)
    restored(shop, file)
    (last, *_) = shop.desk().store.activity().page(ActivityQuery(), EVERYTHING, LATER).rows
    assert (last.what, last.state) == ("restored b.tar", EntryState.DONE)
    assert {change.name for change in last.changes} >= {"later", "erp", "crm"}
    restored(shop, shop.files.generations.kept()[0].path)
    assert kept(shop) == before
    assert shop.check().problems == ()


def test_who_still_edits_what_was_there_before_meets_a_conflict(shop: Shop, file: Path) -> None:
    change_a_lot(shop)
    desk = shop.desk()
    stale = desk.reader().token(shop.id("erp"))
    restored(shop, file)
    assert desk.reader().token(stale.id).rev > stale.rev
    with pytest.raises(Conflict):
        edit_token(desk, stale, TokenFields(name="mine"))


def test_a_record_that_was_gone_comes_back_above_every_rev_that_it_had(shop: Shop, file: Path) -> None:
    desk = shop.desk()
    app, orders = shop.id("app"), shop.id("Orders")
    for slot in (Slot.GET, Slot.POST):
        assign(desk, app, add={orders: (slot,)}, remove={})
    stale = desk.reader().assignment(app, orders)
    assert stale is not None
    assign(desk, app, add={}, remove={orders: tuple(Slot)})
    restored(shop, file)
    back = desk.reader().assignment(app, orders)
    assert back is not None
    assert back.slots == (Slot.DELETE,)
    assert back.rev > stale.rev


def test_a_rev_that_an_edited_trail_makes_up_is_not_believed(shop: Shop, file: Path) -> None:
    *lines, last = shop.files.trail.read_bytes().splitlines(keepends=True)
    shop.files.trail.write_bytes(b"".join(lines) + last.replace(b'"rev":[', b'"rev":[18446744073709551615,'))
    emptied(shop)
    restored(shop, file)
    assert max(token.rev for token in shop.desk().reader().iter_tokens()) < 10


def test_what_was_saved_since_the_difference_was_shown_is_not_lost(shop: Shop, file: Path) -> None:
    change_a_lot(shop)
    desk = shop.desk()
    candidate, standing, change = planned(shop, desk, file)
    add_token(desk, TokenFields(name="meanwhile"))
    before = kept(shop)
    with pytest.raises(Conflict, match="meanwhile"):
        restore(desk, candidate, standing, change, desk.store.change)
    assert kept(shop) == before


# ---------------------------------------------------------------------- a store that is damaged or gone


def cut(shop: Shop) -> None:
    shop.files.store.write_bytes(shop.files.store.read_bytes()[:700])


def emptied(shop: Shop) -> None:
    shop.files.store.write_bytes(b"")


def scribbled_on(shop: Shop) -> None:
    tables = shop.tables
    tables["tokens"][shop.id("erp")]["enabled"] = "yes"
    shop.put(tables)


def overwritten(shop: Shop) -> None:
    shop.files.store.write_text('{"somebody": "else"}')


@pytest.mark.parametrize("damage", [cut, emptied, scribbled_on, overwritten])
def test_a_damaged_store_is_restored_over_and_kept_beside(
    shop: Shop, file: Path, damage: Callable[[Shop], None]
) -> None:
    before, revs = kept(shop), {token.id: token.rev for token in shop.desk().reader().iter_tokens()}
    damage(shop)
    damaged = shop.files.store.read_bytes()
    restored(shop, file)
    assert kept(shop) == before
    (aside,) = shop.files.store.parent.glob("tokens.json.damaged-*")
    assert aside.read_bytes() == damaged
    assert aside.stat().st_mode & 0o777 == 0o600
    assert all(token.rev > revs[token.id] for token in shop.desk().reader().iter_tokens())
    assert shop.desk().store.activity().verify(None, LATER).problems == ()
    assert shop.check().problems == ()


def test_a_second_damage_in_the_same_second_is_kept_too(shop: Shop, file: Path) -> None:
    for content in (b"one", b"two"):
        shop.files.store.write_bytes(content)
        restored(shop, file)
    asides = sorted(shop.files.store.parent.glob("tokens.json.damaged-*"))
    assert [path.read_bytes() for path in asides] == [b"one", b"two"]


def test_where_the_disk_is_full_the_damaged_file_stays_where_it_is(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied(shop)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", full)
        with pytest.raises(StoreError, match="Nothing was saved"):
            restored(shop, file)
    assert shop.files.store.read_bytes() == b""
    assert not [*shop.files.store.parent.glob("tokens.json.damaged-*")]
    restored(shop, file)
    assert shop.check().problems == ()


def test_on_another_machine_the_trail_comes_along_and_goes_on(shop: Shop, file: Path, tmp_path: Path) -> None:
    there = Shop(tmp_path / "there")
    restored(there, file)
    assert kept(there) == kept(shop)
    told = [entry.what for entry in there.desk().store.activity().page(ActivityQuery(), EVERYTHING, LATER).rows]
    assert told[0] == "restored b.tar"
    assert "added erp" in told
    assert there.desk().store.activity().verify(None, LATER).problems == ()
    assert (there.files.store.stat().st_mode & 0o777, there.files.trail.stat().st_mode & 0o777) == (0o600, 0o600)


def test_a_store_that_is_gone_comes_back_and_its_own_trail_goes_on(shop: Shop, file: Path) -> None:
    change_a_lot(shop)
    lines = len(shop.files.trail.read_bytes().splitlines())
    shop.files.store.unlink()
    restored(shop, file)
    assert len(shop.files.trail.read_bytes().splitlines()) == lines + 2
    assert {problem.code for problem in shop.check().problems} == {Code.CHANGES_LOST}
    assert shop.subjects(Code.CHANGES_LOST) == {"later", "erp", "crm", "crm → shop/pets", "erp → shop/orders"}


# ---------------------------------------------------------------------- what is refused


def candidate_from(shop: Shop, content: bytes, vault: KeyVault | None = VAULT) -> Candidate:
    path = shop.folder / "candidate"
    path.write_bytes(content)
    return candidate_of(open_backup(path), "candidate", vault)


def edited(shop: Shop, change: Callable[[dict[str, object]], object]) -> bytes:
    import json

    tables = shop.tables
    change(tables)
    return json.dumps(tables).encode()


def test_an_empty_a_cut_and_a_foreign_file_are_refused(shop: Shop) -> None:
    whole = shop.files.store.read_bytes()
    for content in (b"", whole[:-1], whole[:400], b'{"_default":{}}', b"PK\x03\x04"):
        with pytest.raises(StoreError, match=r"cannot be restored: .*Nothing was changed"):
            candidate_from(shop, content)


def test_a_newer_one_is_refused(shop: Shop) -> None:
    content = edited(shop, lambda tables: tables["meta"]["1"].update(schema_version=99))  # type: ignore[index]
    with pytest.raises(StoreError, match="newer TokenTUI"):
        candidate_from(shop, content)


def test_one_with_a_seal_that_does_not_open_is_refused_and_named(shop: Shop) -> None:
    def swap(tables: dict[str, object]) -> None:
        tokens = tables["tokens"]
        tokens[shop.id("erp")]["secret"] = tokens[shop.id("app")]["secret"]  # type: ignore[index]
        tokens[shop.id("app")]["secret"] = tokens[shop.id("crm")]["secret"]  # type: ignore[index]
        tokens[shop.id("crm")]["secret"] = tokens[shop.id("erp")]["previous"]  # type: ignore[index]
        del tokens[shop.id("erp")]["previous"]  # type: ignore[index]

    with pytest.raises(StoreError, match="3 sealed values in it do not open, the first that of erp"):
        candidate_from(shop, edited(shop, swap))


def test_one_with_two_tokens_of_one_name_is_refused(shop: Shop) -> None:
    def rename(tables: dict[str, object]) -> None:
        tables["tokens"][shop.id("erp")]["name"] = "CRM"  # type: ignore[index]

    with pytest.raises(StoreError, match="the same name"):
        candidate_from(shop, edited(shop, rename))


def test_assignments_that_lead_nowhere_are_left_out(shop: Shop) -> None:
    def take_away(tables: dict[str, object]) -> None:
        del tables["tokens"][shop.id("app")]  # type: ignore[attr-defined]

    candidate = candidate_from(shop, edited(shop, take_away))
    assert candidate.left_out == 1
    assert not any(shop.id("app") in id for id in candidate.records.by_id)


def test_one_that_was_sealed_with_another_key_is_refused_by_its_name(shop: Shop, file: Path) -> None:
    candidate, standing, _ = planned(shop, shop.desk(), file)
    older = replace(candidate, key_id=key_id(OTHER_KEY))
    with pytest.raises(SealError, match=f"{key_id(OTHER_KEY)}.*--sealed-with"):
        check_key(older, key_of(standing, key_id(MASTER_KEY)), None)
    check_key(candidate, key_of(standing, None), None)


def test_sealed_anew_its_values_are_the_same_and_those_that_stand_stay_as_they_are(
    shop: Shop, file: Path, tmp_path: Path
) -> None:
    other = KeyVault(lambda: OTHER_KEY)
    candidate, _, _ = planned(shop, shop.desk(), file)
    moved = resealed(candidate.records, VAULT, other, candidate.records)
    assert {place.secret.digest for place in moved.places()}.isdisjoint(
        place.secret.digest for place in candidate.records.places()
    )
    back = resealed(moved, other, VAULT, candidate.records)
    assert back.by_id == candidate.records.by_id
    erp = moved.by_id[shop.id("erp")]
    desk = shop.desk()
    assert reveal_token(replace(desk, vault=other), erp) == reveal_token(desk, desk.reader().token(erp.id))  # type: ignore[arg-type]
    with pytest.raises(SealError):
        resealed(candidate.records, other, VAULT, candidate.records)
