"""What every backend must do: subclass `StoreContract`, and give it a fixture `open_store`.

Each call of `open_store` gives a new handle on one and the same store, as another process would have it.
"""

import threading
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from tests.domain.worlds import NOTE, assign, endpoint, token
from tokentui.domain.errors import Conflict, NotFound, StoreError
from tokentui.domain.records import EndpointToken, Record
from tokentui.domain.slots import Slot
from tokentui.store.protocol import RecordT, Replaced, Store, Transaction
from tokentui.store.queries import EVERYTHING
from tokentui.store.trail_queries import ActivityQuery

POST, GET, DELETE = Slot
ERP, SHOP, ORDERS = token("erp"), token("shop"), endpoint("orders")

OpenStore = Callable[[], Store]


def save(store: Store, *records: Record) -> None:
    """Save the records in one change."""
    with store.change(NOTE) as transaction:
        for record in records:
            transaction.put(record)


def saved(record: RecordT) -> RecordT:
    """A new record as a store gives it back."""
    return replace(record, rev=1)


def sealed_by(key_id: str) -> EndpointToken:
    """A new token, whose value was sealed with this key just now."""
    return replace(ERP, secret=replace(ERP.secret, sealed_by=key_id))


def _mark_and_stop(store: Store, key_id: str) -> None:
    with store.change(NOTE) as transaction:
        transaction.put(ERP)
        transaction.mark(key_id)
        raise Stop


class Stop(Exception):
    """Ends a change from inside."""


class StoreContract:
    """How a store keeps records; the questions are in `PageContract`."""

    @pytest.fixture
    def store(self, open_store: OpenStore) -> Store:
        return open_store()

    # ------------------------------------------------------------------ the key that it is marked with

    def test_a_change_marks_the_store_with_another_key_and_an_exception_leaves_the_old_one(
        self, store: Store
    ) -> None:
        assert store.reader().key_id is None
        with store.change(NOTE) as transaction:
            transaction.mark("one")
        assert store.reader().key_id == "one"
        with pytest.raises(Stop):
            _mark_and_stop(store, "two")
        assert store.reader().key_id == "one"

    def test_a_value_that_was_sealed_with_another_key_is_a_conflict(self, store: Store) -> None:
        with store.change(NOTE) as transaction:
            transaction.put(sealed_by("one"))
            transaction.mark("one")
        kept = store.reader().token(ERP.id)
        with pytest.raises(Conflict, match="key"):
            save(store, replace(kept, previous=sealed_by("two").secret, secret=replace(SHOP.secret, sealed_by="two")))
        save(store, replace(kept, enabled=False))
        save(store, replace(store.reader().token(ERP.id), secret=replace(SHOP.secret, sealed_by="one")))

    def test_that_the_key_of_a_value_is_lost_is_kept_with_it(self, store: Store) -> None:
        lost = replace(ERP, secret=replace(ERP.secret, lost="one"), previous=replace(SHOP.secret, lost="two"))
        save(store, lost, SHOP)
        assert store.reader().token(ERP.id) == saved(lost)
        assert store.reader().token(SHOP.id).secret.lost == ""

    # ------------------------------------------------------------------ keeping

    def test_a_new_store_holds_nothing(self, store: Store) -> None:
        reader = store.reader()
        assert [*reader.iter_endpoints(), *reader.iter_tokens(), *reader.iter_assignments()] == []
        assert reader.counts().tokens == reader.counts().endpoints == 0

    def test_what_was_put_is_read_as_it_was_with_rev_1(self, store: Store) -> None:
        full = token("full", expires_at=ERP.created_at, previous="old", previous_until=ERP.created_at)
        guarded = endpoint("guarded", ip_filter=("10.0.0.0/8",), primaries={POST: "p"}, allow_deleting=True)
        mapped = assign(full, guarded, POST, DELETE)
        save(store, full, guarded, mapped)
        reader = store.reader()
        assert reader.token(full.id) == saved(full)
        assert reader.endpoint(guarded.id) == saved(guarded)
        assert reader.assignment(full.id, guarded.id) == saved(mapped)

    def test_whether_a_value_is_strong_is_read_without_a_key(self, store: Store) -> None:
        weak = replace(ERP, secret=replace(ERP.secret, strong=False), previous=SHOP.secret)
        save(store, weak, SHOP)
        reader = store.reader()
        assert reader.token(ERP.id) == saved(weak)
        assert not reader.token(ERP.id).secret.strong
        assert reader.token(SHOP.id).secret.strong

    def test_what_is_brought_back_has_a_rev_above_all_that_it_had(self, store: Store) -> None:
        save(store, ERP, SHOP)
        save(store, replace(ERP, rev=1, description="Later"))
        with store.change(NOTE) as transaction:
            assert transaction.bring_back(saved(ERP), above=0).rev == 3
            assert transaction.bring_back(replace(SHOP, rev=7), above=2).rev == 8
            assert transaction.bring_back(ORDERS, above=5).rev == 6
        reader = store.reader()
        assert reader.token(ERP.id) == replace(ERP, rev=3)
        assert reader.token(SHOP.id) == replace(SHOP, rev=8)
        assert reader.endpoint(ORDERS.id) == replace(ORDERS, rev=6)
        with pytest.raises(Conflict):
            save(store, replace(ERP, rev=2, description="Stale"))

    def test_a_note_can_be_told_though_no_record_is_changed(self, store: Store) -> None:
        save(store, ERP)
        with store.change(NOTE._replace(what="repaired")) as transaction:
            transaction.note_alone = True
        assert [entry.what for entry in store.activity().page(ActivityQuery(), EVERYTHING, NOTE.at).rows] == [
            "repaired",
            NOTE.what,
        ]
        assert store.activity().verify(None, NOTE.at).problems == ()

    def test_put_returns_the_record_as_it_is_saved(self, store: Store) -> None:
        with store.change(NOTE) as transaction:
            returned = transaction.put(ERP)
        assert returned == store.reader().token(ERP.id)

    def test_each_save_raises_rev_by_one(self, store: Store) -> None:
        record = ERP
        for rev in (1, 2, 3):
            with store.change(NOTE) as transaction:
                record = transaction.put(record)
            assert store.reader().token(ERP.id).rev == rev

    def test_what_was_removed_is_gone(self, store: Store) -> None:
        mapped = assign(ERP, ORDERS)
        save(store, ERP, ORDERS, mapped)
        with store.change(NOTE) as transaction:
            transaction.remove(replace(mapped, rev=1))
        reader = store.reader()
        assert reader.assignment(ERP.id, ORDERS.id) is None
        assert reader.assignments_of(ERP.id) == reader.assignments_at(ORDERS.id) == ()

    def test_a_change_leaves_all_other_records_as_they_are(self, store: Store) -> None:
        save(store, ERP, SHOP, ORDERS)
        save(store, replace(ERP, rev=1, enabled=False))
        assert store.reader().token(SHOP.id) == saved(SHOP)
        assert store.reader().endpoint(ORDERS.id) == saved(ORDERS)

    def test_replaced_tells_before_and_after_of_each_record_once_it_is_saved(self, store: Store) -> None:
        save(store, ERP)
        off = replace(ERP, rev=1, enabled=False)
        with store.change(NOTE) as transaction:
            transaction.put(off)
            transaction.put(SHOP)
            early = transaction.replaced
        assert early == ()
        assert transaction.replaced == (Replaced(saved(ERP), replace(off, rev=2)), Replaced(None, saved(SHOP)))

    # ------------------------------------------------------------------ rev

    @pytest.mark.parametrize("rev", [0, 2, -1])
    def test_a_put_on_another_rev_than_the_saved_one_is_a_conflict(self, store: Store, rev: int) -> None:
        save(store, ERP)
        with pytest.raises(Conflict), store.change(NOTE) as transaction:
            transaction.put(replace(ERP, rev=rev))

    def test_a_put_of_a_record_that_is_gone_is_a_conflict(self, store: Store) -> None:
        with pytest.raises(Conflict), store.change(NOTE) as transaction:
            transaction.put(replace(ERP, rev=1))

    @pytest.mark.parametrize("rev", [0, 2])
    def test_a_remove_on_another_rev_is_a_conflict(self, store: Store, rev: int) -> None:
        save(store, ERP)
        with pytest.raises(Conflict), store.change(NOTE) as transaction:
            transaction.remove(replace(ERP, rev=rev))

    def test_a_remove_of_what_was_never_there_is_a_conflict(self, store: Store) -> None:
        with pytest.raises(Conflict), store.change(NOTE) as transaction:
            transaction.remove(ERP)

    def test_a_record_is_changed_once_in_a_change(self, store: Store) -> None:
        with pytest.raises(StoreError):
            save(store, ERP, replace(ERP, rev=1))

    # ------------------------------------------------------------------ all or none

    @pytest.mark.parametrize("error", [Stop, KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_an_exception_inside_a_change_saves_nothing(self, store: Store, error: type[BaseException]) -> None:
        save(store, ERP)
        before = store.stamp()
        changes: list[Transaction] = []

        def stopped() -> None:
            with store.change(NOTE) as transaction:
                changes.append(transaction)
                transaction.put(SHOP)
                transaction.put(replace(ERP, rev=1, enabled=False))
                raise error

        with pytest.raises(error):
            stopped()
        assert changes[0].replaced == ()
        assert store.stamp() == before
        assert [*store.reader().iter_tokens()] == [saved(ERP)]

    def test_a_conflict_in_the_middle_saves_nothing_of_the_change(self, store: Store) -> None:
        save(store, ERP)
        with pytest.raises(Conflict):
            save(store, SHOP, ERP)
        assert [*store.reader().iter_tokens()] == [saved(ERP)]

    def test_a_change_can_follow_one_that_failed(self, store: Store) -> None:
        with pytest.raises(Stop), store.change(NOTE):
            raise Stop
        save(store, ERP)
        assert store.reader().token(ERP.id) == saved(ERP)

    # ------------------------------------------------------------------ stamps

    def test_the_stamp_changes_with_every_save(self, store: Store) -> None:
        stamps = [store.stamp()]
        record = ERP
        for _ in range(20):
            with store.change(NOTE) as transaction:
                record = transaction.put(replace(record, enabled=not record.enabled))
            stamps.append(store.stamp())
        assert len(set(stamps)) == 21

    def test_the_stamp_stays_where_nothing_was_saved(self, store: Store) -> None:
        save(store, ERP)
        before = store.stamp()
        with store.change(NOTE):
            pass
        store.reader().token(ERP.id)
        assert store.stamp() == before

    # ------------------------------------------------------------------ several at once

    def test_handles_on_one_store_see_what_the_others_saved(self, open_store: OpenStore) -> None:
        one, two = open_store(), open_store()
        save(one, ERP)
        assert two.reader().token(ERP.id) == saved(ERP)
        save(two, replace(ERP, rev=1, enabled=False))
        assert not one.reader().token(ERP.id).enabled
        assert one.stamp() == two.stamp()

    def test_of_two_changes_on_one_rev_the_second_is_a_conflict(self, open_store: OpenStore) -> None:
        one, two = open_store(), open_store()
        save(one, ERP)
        seen_by_one, seen_by_two = one.reader().token(ERP.id), two.reader().token(ERP.id)
        save(one, replace(seen_by_one, enabled=False))
        with pytest.raises(Conflict):
            save(two, replace(seen_by_two, description="lost?"))
        assert not two.reader().token(ERP.id).enabled

    def test_a_change_reads_what_was_saved_just_before_it_began(self, open_store: OpenStore) -> None:
        one, two = open_store(), open_store()
        one.reader()
        save(two, ERP)
        with one.change(NOTE) as transaction:
            assert transaction.reader.token(ERP.id) == saved(ERP)

    def test_a_reader_is_a_view_that_does_not_change(self, open_store: OpenStore) -> None:
        store = open_store()
        save(store, ERP, ORDERS)
        reader = store.reader()
        with store.change(NOTE) as transaction:
            inside = transaction.reader
            transaction.put(replace(ERP, rev=1, enabled=False))
            transaction.put(SHOP)
        for view in (reader, inside):
            assert view.token(ERP.id) == saved(ERP)
            assert view.counts().tokens == 1
            with pytest.raises(NotFound):
                view.token_by_name("shop")

    def test_threads_with_handles_of_their_own_lose_no_update(self, open_store: OpenStore) -> None:
        save(open_store(), ERP)

        def raise_rev(store: Store) -> None:
            for _ in range(10):
                with store.change(NOTE) as transaction:
                    transaction.put(transaction.reader.token(ERP.id))

        run_together(*(partial(raise_rev, open_store()) for _ in range(2)))
        assert open_store().reader().token(ERP.id).rev == 21

    def test_threads_at_one_handle_lose_no_update_and_read_whole_changes(self, store: Store) -> None:
        save(store, ERP, SHOP)
        torn: list[tuple[int, int]] = []
        writing = threading.Event()

        def write() -> None:
            for _ in range(30):
                with store.change(NOTE) as transaction:
                    for id in (ERP.id, SHOP.id):
                        transaction.put(transaction.reader.token(id))
            writing.set()

        def read() -> None:
            while not writing.is_set():
                reader = store.reader()
                revs = reader.token(ERP.id).rev, reader.token(SHOP.id).rev
                if revs[0] != revs[1]:
                    torn.append(revs)

        run_together(write, read, read)
        assert torn == []
        assert store.reader().token(ERP.id).rev == 31

    # ------------------------------------------------------------------ finding one

    def test_a_token_is_found_by_its_name_ignoring_case_and_composition(self, store: Store) -> None:
        save(store, token("Příjem"))
        for name in ("Příjem", "PŘÍJEM", unicodedata.normalize("NFD", "příjem")):
            assert store.reader().token_by_name(name).name == "Příjem"

    def test_an_endpoint_is_found_by_group_and_slug(self, store: Store) -> None:
        save(store, ORDERS)
        assert store.reader().endpoint_by_ref("orders/orders").id == ORDERS.id

    def test_what_is_not_there_is_not_found(self, store: Store) -> None:
        reader = store.reader()
        for ask in (reader.token, reader.token_by_name, reader.endpoint, reader.endpoint_by_ref):
            with pytest.raises(NotFound):
                ask("nothing")
        assert reader.assignment("no", "thing") is None
        assert reader.assignments_of("no") == reader.assignments_at("thing") == ()

    def test_the_holder_of_a_value_is_found_whatever_its_state(self, store: Store) -> None:
        shelved = token("shelved", enabled=False, active=False, previous="before")
        closed = endpoint("closed", active=False, primaries={DELETE: "primary"})
        save(store, shelved, closed)
        reader = store.reader()
        expected = {"shelved-value": shelved.id, "before": shelved.id, "primary": closed.id}
        for value, id in expected.items():
            holder = reader.holder_of(f"digest of {value}")
            assert holder is not None
            assert holder.id == id
        assert reader.holder_of("digest of nobody's") is None

    def test_assignments_are_found_from_both_ends(self, store: Store) -> None:
        other = endpoint("other")
        mapped = [assign(ERP, ORDERS, GET), assign(ERP, other), assign(SHOP, ORDERS)]
        save(store, ERP, SHOP, ORDERS, other, *mapped)
        reader = store.reader()
        assert {each.endpoint_id for each in reader.assignments_of(ERP.id)} == {ORDERS.id, other.id}
        pairs = {(each.endpoint_id, each.slots) for each in reader.assignments_of(ERP.id)}
        assert {(id, tuple(slots)) for id, slots in reader.mapped(ERP.id)} == pairs
        assert {each.token_id for each in reader.assignments_at(ORDERS.id)} == {ERP.id, SHOP.id}
        assert len([*reader.iter_assignments()]) == 3


def run_together(*deeds: Callable[[], None]) -> None:
    """Run the deeds in threads until all are done; raises what one of them raised."""
    failures: list[BaseException] = []

    def run(deed: Callable[[], None]) -> None:
        try:
            deed()
        except BaseException as error:  # noqa: BLE001  # raised again below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(deed,), daemon=True) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if failures:
        raise failures[0]
