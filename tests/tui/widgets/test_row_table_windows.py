"""Which rows are loaded, and which are asked for."""

from tests.tui.widgets.row_table_app import Row, page_of, rows
from tokentui.store.queries import Page, Window
from tokentui.tui.widgets.row_windows import MOST_ROWS, RowWindows, WindowRequests, wanted_window


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


RESULT = rows(100_000)


def loaded(*windows: Window) -> RowWindows[Row]:
    held: RowWindows[Row] = RowWindows()
    for window in windows or (Window(0, 0),):
        held.put(page_of(RESULT, window))
    return held


def test_nothing_is_wanted_while_view_and_margins_are_loaded() -> None:
    assert wanted_window(loaded(Window(0, 200)), range(22)) is None


def test_the_margin_of_two_screens_below_is_asked_for_before_it_is_seen() -> None:
    assert wanted_window(loaded(Window(0, 200)), range(135, 157)) == Window(200, 200)


def test_the_margin_above_is_asked_for_up_to_what_is_loaded() -> None:
    assert wanted_window(loaded(Window(1000, 200)), range(1040, 1062)) == Window(800, 200)


def test_the_end_of_the_result_is_asked_for_as_a_full_window() -> None:
    assert wanted_window(loaded(), range(99_978, 100_000)) == Window(99_800, 200)


def test_nothing_beyond_the_result_is_wanted() -> None:
    held: RowWindows[Row] = RowWindows()
    held.put(page_of(RESULT[:5], Window()))
    assert wanted_window(held, range(22)) is None


def test_a_tall_view_gets_a_window_that_fills_it_and_its_margins() -> None:
    window = wanted_window(loaded(), range(500, 600))
    assert window == Window(300, 500)


def test_one_window_is_asked_for_at_a_time_and_then_where_the_view_is() -> None:
    requests, held = WindowRequests(2.0, Clock()), loaded()
    assert requests.next(held, range(22)) == Window(0, 200)
    assert [requests.next(held, range(place, place + 22)) for place in range(0, 90_000, 22)] == [None] * 4091
    requests.answered()
    assert requests.next(held, range(90_000, 90_022)) == Window(89_956, 200)


def test_a_window_answered_without_its_rows_is_not_asked_for_again_at_once() -> None:
    requests, held = WindowRequests(2.0, Clock()), loaded()
    assert requests.next(held, range(22))
    requests.answered()
    assert requests.next(held, range(22)) is None


def test_an_answer_that_does_not_come_is_given_up_in_time() -> None:
    clock = Clock()
    requests, held = WindowRequests(2.0, clock), loaded()
    assert requests.next(held, range(22))
    clock.now += 2.1
    assert requests.next(held, range(22)) == Window(0, 200)


def test_another_result_does_not_wait_for_the_answers_of_the_one_before() -> None:
    requests, held = WindowRequests(2.0, Clock()), loaded()
    assert requests.next(held, range(22))
    requests.forget()
    assert requests.next(held, range(22)) == Window(0, 200)


def test_the_rows_held_are_bounded_and_near_the_newest() -> None:
    held = loaded(*(Window(offset, 200) for offset in range(0, 20_000, 200)))
    assert len(held) <= MOST_ROWS
    assert held.get(19_999) == RESULT[19_999]
    assert held.get(0) is None


def test_a_page_of_another_total_lets_go_of_what_was_loaded() -> None:
    held = loaded(Window(0, 200))
    held.put(Page(tuple(RESULT[500:510]), 500, 99_999, 99_999))
    assert (held.get(0), held.get(500), held.total) == (None, RESULT[500], 99_999)


def test_the_place_after_a_reload_is_that_of_the_row() -> None:
    held = loaded(Window(0, 200))
    changed = [Row("new", "new"), *RESULT[:50]]
    assert held.place_after(page_of(changed, Window(0, 60)), 7, 7) == 8


def test_a_cursor_that_moved_on_while_the_page_was_fetched_is_not_pulled_back() -> None:
    held = loaded(Window(0, 200))
    changed = [Row("new", "new"), *RESULT[:50]]
    assert held.place_after(page_of(changed, Window(0, 60, around="id-7")), 9, 7) == 10
    far: Page[Row] = Page((), 0, 51, 51, at=8)
    assert held.place_after(far, 9, 7) == 10


def test_the_place_of_a_row_that_has_gone_stays() -> None:
    held = loaded(Window(0, 200))
    assert held.place_after(page_of([row for row in RESULT[:50] if row.id != "id-7"], Window(0, 60)), 7, 7) == 7
