"""Which columns fit a width, and how wide they are."""

import pytest

from tokentui.tui.widgets.columns import GAP, GUTTER, Column, column_at, lay_out, natural_width

COLUMNS = (
    Column("name", "Name", 10, flex=2),
    Column("description", "Description", 20, flex=1, drop=3),
    Column("seen", "Last seen", 10, drop=1),
    Column("age", "Age", 10, drop=1),
    Column("enabled", "Enabled", 9),
)


def keys(width: int) -> list[str]:
    return [place.column.key for place in lay_out(COLUMNS, width)]


def test_columns_with_the_highest_drop_vanish_first_and_the_rightmost_of_equals() -> None:
    assert keys(69) == ["name", "description", "seen", "age", "enabled"]
    assert keys(68) == ["name", "seen", "age", "enabled"]
    assert keys(46) == ["name", "seen", "enabled"]
    assert keys(34) == ["name", "enabled"]


def test_columns_without_drop_never_vanish_but_are_squeezed() -> None:
    places = lay_out(COLUMNS, 15)
    assert [place.column.key for place in places] == ["name", "enabled"]
    assert places[-1].x + places[-1].width <= 15


@pytest.mark.parametrize("width", range(80))
def test_no_column_stands_outside_the_width(width: int) -> None:
    assert all(place.x + place.width <= width for place in lay_out(COLUMNS, width))


def test_what_is_left_over_is_shared_by_flex_to_the_last_cell() -> None:
    places = lay_out(COLUMNS, natural_width(COLUMNS) + 10)
    assert [place.width for place in places] == [16, 24, 10, 10, 9]


def test_the_first_column_stands_right_of_the_gutter_and_columns_are_a_gap_apart() -> None:
    first, second, *_ = lay_out(COLUMNS, 100)
    assert first.x == GUTTER
    assert second.x == GUTTER + first.width + GAP


def test_a_gap_belongs_to_the_column_before_it_and_the_gutter_to_none() -> None:
    first, second, *_ = places = lay_out(COLUMNS, 100)
    assert column_at(places, 0) is None
    assert column_at(places, second.x - 1) is first.column
    assert column_at(places, second.x) is second.column
    assert column_at(places, 99_999) is None


def test_no_columns_are_no_error() -> None:
    assert lay_out((), 80) == ()
