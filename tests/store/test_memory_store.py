"""The store in memory keeps the contract: it is not TinyDB that the contract describes."""

import pytest

from tests.domain.worlds import NOTE
from tests.store.contract import OpenStore, StoreContract
from tests.store.page_contract import PageContract
from tokentui.domain.errors import ReadOnly, StoreError
from tokentui.store.memory import Memory, MemoryStore
from tokentui.store.protocol import Store


class TestMemoryStore(StoreContract, PageContract):
    @pytest.fixture
    def open_store(self) -> OpenStore:
        memory = Memory()

        def open_it() -> Store:
            return MemoryStore(memory)

        return open_it


def test_a_read_only_store_takes_no_change() -> None:
    with pytest.raises(ReadOnly), MemoryStore(read_only=True).change(NOTE):
        pass


def test_a_change_inside_a_change_is_refused_instead_of_waited_for() -> None:
    store = MemoryStore(lock_timeout=0.01)
    with store.change(NOTE), pytest.raises(StoreError), store.change(NOTE):
        pass
