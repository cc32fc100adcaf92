"""Mending many findings in one change."""

import pytest

from tests.conftest import Clock
from tests.services.audit_world import World, slot_off
from tokentui.domain.errors import Conflict, Invalid
from tokentui.domain.records import Endpoint, Secret
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import generate_primaries, generate_primary, reveal_primary, set_endpoints_active
from tokentui.services.mending import unmap_dead
from tokentui.services.undo import undo_last

POST, GET, DELETE = Slot


@pytest.fixture
def world(admin: Desk, clock: Clock) -> World:
    return World(admin, clock)


def mapping(world: World) -> tuple[Slot, ...] | None:
    found = world.desk.reader().assignment(world.erp.id, world.orders.id)
    return found.slots if found else None


def id_of(world: World) -> str:
    return f"{world.erp.id}.{world.orders.id}"


class TestUnmappingWhatIsDead:
    def test_takes_the_slots_that_are_off_and_leaves_the_others(self, world: World) -> None:
        slot_off(world)
        assert unmap_dead(world.desk, [id_of(world)]) == (id_of(world),)
        assert mapping(world) == (GET,)

    def test_takes_all_of_it_where_the_endpoint_is_inactive_and_can_be_undone(self, world: World) -> None:
        set_endpoints_active(world.desk, [world.orders.id], False)
        unmap_dead(world.desk, [id_of(world)])
        assert mapping(world) is None
        undo_last(world.desk)
        assert mapping(world) == (GET,)

    def test_takes_all_of_it_where_primary_tokens_alone_are_let_in(self, world: World) -> None:
        world.edit(world.orders, authentication=Authentication.INTERNAL)
        unmap_dead(world.desk, [id_of(world)])
        assert mapping(world) is None

    def test_leaves_what_has_come_alive_meanwhile_and_what_is_no_more(self, world: World) -> None:
        before = world.desk.store.stamp()
        assert unmap_dead(world.desk, [id_of(world), f"{world.erp.id}.{world.stock.id}"]) == ()
        assert world.desk.store.stamp() == before

    def test_of_several_is_one_change(self, world: World) -> None:
        world.map(world.erp, world.stock, GET)
        set_endpoints_active(world.desk, [world.orders.id, world.stock.id], False)
        unmap_dead(world.desk, [id_of(world), f"{world.erp.id}.{world.stock.id}"])
        assert world.desk.reader().assignments_of(world.erp.id) == ()
        undo_last(world.desk)
        assert len(world.desk.reader().assignments_of(world.erp.id)) == 2


class TestGeneratingPrimaries:
    def values(self, world: World) -> list[str]:
        return [reveal_primary(world.desk, world.orders, slot) for slot in (POST, GET)]

    def standing(self, endpoint: Endpoint, *slots: Slot) -> dict[Slot, Secret]:
        return {slot: endpoint.primaries[slot] for slot in slots}

    def test_of_several_slots_and_endpoints_is_one_change(self, world: World) -> None:
        before, stock = self.values(world), reveal_primary(world.desk, world.stock, GET)
        orders, other = self.standing(world.orders, POST, GET), self.standing(world.stock, GET)
        generate_primaries(world.desk, {world.orders.id: orders, world.stock.id: other})
        assert not set(before) & set(self.values(world))
        assert reveal_primary(world.desk, world.stock, GET) != stock
        undo_last(world.desk)
        assert self.values(world) == before
        assert reveal_primary(world.desk, world.stock, GET) == stock

    def test_is_of_the_values_that_were_asked_about_all_or_none(self, world: World) -> None:
        orders, other = self.standing(world.orders, POST), self.standing(world.stock, GET)
        generate_primary(world.desk, world.stock.id, GET)
        before = self.values(world)
        with pytest.raises(Conflict):
            generate_primaries(world.desk, {world.orders.id: orders, world.stock.id: other})
        assert self.values(world) == before

    def test_of_a_slot_that_is_off_is_refused(self, world: World) -> None:
        expected = self.standing(world.orders, POST)
        world.edit(world.orders, methods=(GET,))
        with pytest.raises(Invalid):
            generate_primaries(world.desk, {world.orders.id: expected})
