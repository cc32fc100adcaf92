"""Whatever is done with a store, in whatever order and through whichever handle, it holds what a plain model says."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.conftest import BEGINNING, MASTER_KEY
from tests.domain.worlds import assign, endpoint, token
from tokentui.domain.errors import Conflict, NotFound, StoreError
from tokentui.domain.records import Assignment, Endpoint, EndpointToken, Record
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.undo import undo_last
from tokentui.store.generations import KEPT, Generations
from tokentui.store.memory import Memory, MemoryStore
from tokentui.store.protocol import RecordT, Store, Transaction
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault

#: Two that work at one store.
HANDS = st.integers(0, 1)
CHOICE = st.integers(0, 99)
#: Where a test is not kept waiting by the disk.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

Records = dict[str, Record]
#: What a change did: id → the record before and after.
Done = dict[str, tuple[Record | None, Record | None]]


class Stop(Exception):
    """Ends a change from inside."""


@dataclass
class Backend:
    """Gives handles on one store, and tells which files it has replaced."""

    open: Callable[[], Store]
    close: Callable[[], None] = lambda: None
    file: Path | None = None
    replaced: list[bytes] = field(default_factory=list)


def memory_backend() -> Backend:
    memory = Memory()
    return Backend(lambda: MemoryStore(memory))


def file_backend() -> Backend:
    folder = TemporaryDirectory(dir=_MEMORY)
    file = Path(folder.name) / "data" / "tokens.json"
    return Backend(lambda: TinyDBStore(file), folder.cleanup, file)


class StoreModel(RuleBasedStateMachine):
    """Changes of two desks at one store, each told to the model; after each the store is asked for all of it."""

    make: ClassVar[Callable[[], Backend]]

    def __init__(self) -> None:
        super().__init__()
        self.backend = type(self).make()
        vault = KeyVault(lambda: MASTER_KEY)
        self.desks = [Desk(self.backend.open(), vault, clock=lambda: BEGINNING) for _ in range(2)]
        self.model: Records = {}
        self.done: tuple[list[Done], list[Done]] = ([], [])
        self.names = count()

    def teardown(self) -> None:
        self.backend.close()

    # ------------------------------------------------------------------ what is done

    @rule(hand=HANDS, others=st.booleans())
    def add(self, hand: int, others: bool) -> None:
        number = next(self.names)
        self.change(hand, {}, [token(f"t{number}"), *([endpoint(f"e{number}")] if others else [])])

    @precondition(lambda self: self.of(EndpointToken) and self.of(Endpoint))
    @rule(hand=HANDS, token=CHOICE, endpoint=CHOICE)
    def map(self, hand: int, token: int, endpoint: int) -> None:
        mapped = assign(_one(self.of(EndpointToken), token), _one(self.of(Endpoint), endpoint), Slot.GET)
        if mapped.id not in self.model:
            self.change(hand, {}, [mapped])

    @precondition(lambda self: self.model)
    @rule(hand=HANDS, which=st.lists(CHOICE, min_size=1, max_size=3))
    def edit(self, hand: int, which: list[int]) -> None:
        chosen = {record.id: record for record in (_one([*self.model.values()], one) for one in which)}
        self.change(hand, {}, [_edited(record) for record in chosen.values()])

    @precondition(lambda self: self.removable())
    @rule(hand=HANDS, which=CHOICE)
    def remove(self, hand: int, which: int) -> None:
        record = _one(self.removable(), which)
        self.change(hand, {record.id: record}, [])

    @precondition(lambda self: self.model)
    @rule(hand=HANDS, which=CHOICE, off=st.sampled_from([-1, 1]), gone=st.booleans(), more=st.booleans())
    def use_a_stale_rev(self, hand: int, which: int, off: int, gone: bool, more: bool) -> None:
        record = _one([*self.model.values()], which)
        stale = replace(record, rev=record.rev + off)

        def deed(transaction: Transaction) -> None:
            if more:
                transaction.put(token("never"))
            transaction.remove(stale) if gone else transaction.put(stale)

        self.fail(hand, Conflict, deed)

    @rule(hand=HANDS)
    def stop_inside(self, hand: int) -> None:
        def deed(transaction: Transaction) -> None:
            transaction.put(token("never"))
            raise Stop

        self.fail(hand, Stop, deed)

    @precondition(lambda self: self.model)
    @rule(hand=HANDS, which=CHOICE)
    def put_twice(self, hand: int, which: int) -> None:
        record = _one([*self.model.values()], which)

        def deed(transaction: Transaction) -> None:
            transaction.put(transaction.put(record))

        self.fail(hand, StoreError, deed)

    @rule(hand=HANDS)
    def change_nothing(self, hand: int) -> None:
        before = self.desks[hand].store.stamp()
        self.change(hand, {}, [])
        assert self.desks[hand].store.stamp() == before

    @rule(hand=HANDS)
    def reopen(self, hand: int) -> None:
        self.desks[hand].store = self.backend.open()

    @rule(hand=HANDS)
    def undo(self, hand: int) -> None:
        done = self.done[hand]
        if not done:
            with pytest.raises(NotFound):
                undo_last(self.desks[hand])
        elif not self.can_be_undone(done[-1]):
            with pytest.raises(Conflict):
                undo_last(self.desks[hand])
        else:
            with self.replacing():
                undo_last(self.desks[hand])
            for id, (before, _) in done.pop().items():
                self.set(id, before)

    # ------------------------------------------------------------------ the model

    def of(self, kind: type[RecordT]) -> list[RecordT]:
        return [record for record in self.model.values() if isinstance(record, kind)]

    def mapped(self, id: str) -> set[str]:
        """The ids of the assignments of a token or an endpoint."""
        return {each.id for each in self.of(Assignment) if id in (each.token_id, each.endpoint_id)}

    def removable(self) -> list[Record]:
        return [record for record in self.model.values() if not self.mapped(record.id)]

    def can_be_undone(self, done: Done) -> bool:
        """Whether all stands as it was left, nothing that goes is mapped, and what comes back leads somewhere."""
        for id, (before, after) in done.items():
            standing = self.model.get(id)
            if (standing and replace(standing, rev=0)) != (after and replace(after, rev=0)):
                return False
            if before is None and not self.mapped(id) <= {*done}:
                return False
            if isinstance(before, Assignment) and not {before.token_id, before.endpoint_id} <= {*self.model}:
                return False
        return True

    def set(self, id: str, record: Record | None) -> None:
        """As the store keeps it: what was there goes up by one, what is new or comes back begins at one."""
        standing = self.model.pop(id, None)
        if record is not None:
            self.model[id] = replace(record, rev=standing.rev + 1 if standing else 1)

    def change(self, hand: int, gone: Records, put: list[Record]) -> None:
        """A change that is saved."""
        before = dict(self.model)
        with self.replacing(bool(gone or put)), self.desks[hand].change("changed") as transaction:
            for record in gone.values():
                transaction.remove(record)
                self.set(record.id, None)
            for record in put:
                returned = transaction.put(record)
                self.set(record.id, record)
                assert returned == self.model[record.id]
        done = {id: (before.get(id), self.model.get(id)) for id in [*gone, *(record.id for record in put)]}
        assert [(each.before, each.after) for each in transaction.replaced] == [*done.values()]
        if done:
            self.done[hand].append(done)

    def fail(self, hand: int, error: type[Exception], deed: Callable[[Transaction], None]) -> None:
        """A change that fails, and saves nothing."""
        before = self.desks[hand].store.stamp()
        with pytest.raises(error), self.desks[hand].change("failed") as transaction:
            deed(transaction)
        assert self.desks[hand].store.stamp() == before

    @contextmanager
    def replacing(self, saves: bool = True) -> Iterator[None]:
        """Note what a change that is saved inside replaces."""
        file = self.backend.file
        before = file.read_bytes() if file is not None and file.exists() else None
        yield
        if saves and before is not None:
            self.backend.replaced.append(before)

    # ------------------------------------------------------------------ what must hold

    @invariant()
    def every_handle_shows_what_the_model_holds(self) -> None:
        fresh = self.backend.open()
        for store in (*(desk.store for desk in self.desks), fresh):
            reader = store.reader()
            found: list[Record] = [*reader.iter_tokens(), *reader.iter_endpoints(), *reader.iter_assignments()]
            assert {record.id: record for record in found} == self.model
            assert len(found) == len(self.model)
            assert (reader.counts().tokens, reader.counts().endpoints) == (
                len(self.of(EndpointToken)),
                len(self.of(Endpoint)),
            )
            assert store.stamp() == fresh.stamp()

    @invariant()
    def what_is_asked_for_is_found(self) -> None:
        reader = self.desks[0].store.reader()
        for token_ in self.of(EndpointToken):
            assert reader.token_by_name(token_.name.upper()) == token_
            assert reader.holder_of(token_.secret.digest) == token_
            assert {each.id for each in reader.assignments_of(token_.id)} == self.mapped(token_.id)
        for endpoint_ in self.of(Endpoint):
            assert reader.endpoint_by_ref(endpoint_.ref) == endpoint_

    @invariant()
    def the_last_files_that_were_replaced_are_kept(self) -> None:
        if self.backend.file is not None:
            kept = Generations(self.backend.file).kept()
            assert [each.path.read_bytes() for each in reversed(kept)] == self.backend.replaced[-KEPT:]

    @invariant()
    def the_trail_tells_of_every_change(self) -> None:
        trail = self.desks[1].store.activity().verify(None, BEGINNING)
        assert not trail.problems


def _one(among: list[RecordT], choice: int) -> RecordT:
    return among[choice % len(among)]


def _edited(record: Record) -> Record:
    match record:
        case EndpointToken():
            return replace(record, enabled=not record.enabled)
        case Endpoint():
            return replace(record, active=not record.active)
        case Assignment():
            return replace(record, slots=(Slot.POST,) if record.slots == (Slot.GET,) else (Slot.GET,))
    raise AssertionError(record)


@pytest.mark.parametrize(("make", "examples"), [(memory_backend, 60), (file_backend, 30)], ids=["memory", "file"])
def test_a_store_holds_what_a_plain_model_says_whatever_is_done_with_it(
    make: Callable[[], Backend], examples: int
) -> None:
    machine = type(StoreModel.__name__, (StoreModel,), {"make": staticmethod(make)})
    limits = settings(max_examples=examples, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(machine, settings=limits)
