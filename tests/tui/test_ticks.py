"""The ticks of Assign endpoint tokens, without a screen."""

from tokentui.domain.slots import Slot
from tokentui.tui.ticks import Ticks

POST, GET, DELETE = Slot
MAPPED = {"a": frozenset((POST, GET)), "b": frozenset((GET,))}


def test_nothing_is_to_be_saved_before_a_tick_is_another_than_it_was() -> None:
    ticks = Ticks.of(MAPPED)
    assert not ticks.delta
    assert not ticks.toggled({"a": frozenset((POST,))}).toggled({"a": frozenset((POST,))}).delta


def test_the_delta_counts_slots_not_endpoints() -> None:
    ticks = Ticks.of(MAPPED).toggled({"c": frozenset((POST, GET, DELETE))}).toggled({"b": frozenset((GET,))})
    assert ticks.delta.text == "+3 −1"
    assert ticks.delta.add == {"c": frozenset((POST, GET, DELETE))}
    assert ticks.delta.remove == {"b": frozenset((GET,))}


def test_many_slots_are_all_ticked_and_only_where_all_are_all_are_taken_away() -> None:
    group = {"b": frozenset((POST, GET)), "c": frozenset((GET,))}
    once = Ticks.of(MAPPED).toggled(group)
    assert once.ticked == {**MAPPED, **group}
    assert once.toggled(group).ticked == {"a": MAPPED["a"]}


def test_an_endpoint_without_ticks_is_not_among_the_ticked() -> None:
    assert "b" not in Ticks.of(MAPPED).toggled({"b": frozenset((GET,))}).ticked


def test_edits_stand_on_top_of_what_is_mapped_by_now() -> None:
    ticks = Ticks.of(MAPPED).toggled({"a": frozenset((POST,))}).toggled({"c": frozenset((GET,))})
    now = {"a": frozenset((POST, DELETE)), "d": frozenset((POST,))}
    rebased = ticks.rebased(now)
    assert rebased.mapped == now
    assert rebased.ticked == {"a": frozenset((DELETE,)), "c": frozenset((GET,)), "d": frozenset((POST,))}
    assert rebased.delta == ticks.delta


def test_an_edit_that_somebody_else_has_saved_is_no_edit_any_more() -> None:
    ticks = Ticks.of(MAPPED).toggled({"c": frozenset((GET,))}).toggled({"b": frozenset((GET,))})
    now = {"a": MAPPED["a"], "c": frozenset((GET,))}
    assert not ticks.rebased(now).delta
