"""A listing shows the answer to what was asked last, and the cursor comes where it was sent, whatever is late."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from textual.pilot import Pilot

from tests.domain.worlds import token
from tests.tui.driving import wait_for
from tests.tui.widgets.listing_app import Held, ListingApp, desk_with
from tokentui.store.queries import Window
from tokentui.tui.widgets.filter_bar import FilterBar
from tokentui.tui.widgets.listing import View

NAMES = [f"app-{number:03}" for number in range(1000)]


@dataclass
class Shown:
    """A listing on the screen."""

    app: ListingApp
    pilot: Pilot[None]

    @property
    def lines(self) -> list[str]:
        table = self.app.listing.table
        return [strip.text.rstrip() for strip in table.render_lines(table.size.region)]

    @property
    def cursor_line(self) -> str:
        return next((line.split()[1] for line in self.lines if line.startswith("›")), "")

    async def cursor_on(self, name: str) -> None:
        await wait_for(lambda: self.cursor_line == name, lambda: "\n".join(self.lines))

    async def asked(self, held: Held) -> None:
        """Until the question whose answer is held back has been asked."""
        await wait_for(held.ready.is_set)

    async def all_answered(self) -> None:
        """Until all that is not held back has been answered, and the answers have been seen to."""
        await wait_for(lambda: not self.app.workers)
        await self.pilot.pause()

    async def others_answered(self) -> None:
        """As `all_answered`, where an answer is held back: the one thread that is left answers in turn."""
        await self.pilot.pause()
        await self.app.workplace.look(lambda reader: None)
        await self.pilot.pause()


@asynccontextmanager
async def shown() -> AsyncIterator[Shown]:
    app = ListingApp(desk_with(NAMES))
    async with app.run_test(size=(80, 24)) as pilot:
        listing = Shown(app, pilot)
        await listing.cursor_on("app-000")
        yield listing


def reversed_order(view: View, window: Window) -> bool:
    return view.reverse


def at_the_end(view: View, window: Window) -> bool:
    return window.offset > 700


async def test_a_page_that_comes_late_does_not_overwrite_the_rows_of_another_order() -> None:
    async with shown() as listing:
        late = listing.app.hold(at_the_end)
        await listing.pilot.press("end")
        await listing.asked(late)
        await listing.pilot.press("O")
        await listing.cursor_on("app-000")
        late.let_go()
        await listing.all_answered()
        assert listing.cursor_line == "app-000"
        assert [line.split()[0] for line in listing.lines[1:-1]] == NAMES[22:0:-1]


async def test_a_page_that_comes_late_does_not_overwrite_what_somebody_saved_meanwhile() -> None:
    async with shown() as listing:
        late = listing.app.hold(at_the_end)
        await listing.pilot.press("end")
        await listing.asked(late)
        with listing.app.workplace.desk.store.change() as transaction:
            last = transaction.reader.token_by_name("app-999")
            transaction.put(replace(last, name="app-999-renamed"))
        listing.app.listing.reload()
        await listing.cursor_on("app-999-renamed")
        late.let_go()
        await listing.all_answered()
        assert listing.cursor_line == "app-999-renamed"


async def test_no_row_of_a_new_order_stands_among_those_of_the_old() -> None:
    async with shown() as listing:
        late = listing.app.hold(reversed_order)
        await listing.pilot.press("O")
        await listing.asked(late)
        await listing.pilot.press("end")
        await listing.others_answered()
        assert listing.cursor_line == "…"
        late.let_go()
        await listing.cursor_on("app-000")


async def test_after_a_question_in_vain_the_rows_in_view_come_with_the_next_key() -> None:
    async with shown() as listing:
        with listing.app.store_away():
            await listing.pilot.press("O")
            await wait_for(lambda: listing.app.said)
        await listing.all_answered()
        await listing.pilot.press("end")
        await listing.cursor_on("app-000")


async def test_another_filter_begins_at_the_top_even_if_somebody_saves_meanwhile() -> None:
    async with shown() as listing:
        await listing.pilot.press("pagedown", "pagedown")
        late = listing.app.hold()
        listing.app.listing.view = View(text="app-1", sort="name")
        await listing.asked(late)
        listing.app.listing.reload()
        await listing.cursor_on("app-100")
        late.let_go()


async def test_the_cursor_comes_to_the_row_it_was_sent_to_even_if_somebody_saves_meanwhile() -> None:
    async with shown() as listing:
        late = listing.app.hold()
        listing.app.listing.go_to(token("app-500").id)
        await listing.asked(late)
        listing.app.listing.reload()
        await listing.cursor_on("app-500")
        late.let_go()


async def test_what_one_filters_by_after_sending_the_cursor_to_a_row_counts() -> None:
    async with shown() as listing:
        late = listing.app.hold()
        listing.app.listing.go_to(token("app-150").id)
        await listing.asked(late)
        listing.app.listing.view = View(text="app-1", sort="name")
        await listing.cursor_on("app-100")
        late.let_go()


async def test_the_filter_gives_way_to_a_row_that_must_be_shown() -> None:
    async with shown() as listing:
        await listing.pilot.press("slash", *"app-1", "enter")
        await listing.cursor_on("app-100")
        listing.app.listing.go_to(token("app-500").id, surely=True)
        await listing.cursor_on("app-500")
        assert listing.app.listing.view.text == ""
        assert not listing.app.query_one(FilterBar).display
        await listing.pilot.press("slash", *"app-2")
        await listing.cursor_on("app-200")


async def test_the_filter_stays_where_it_does_not_hide_the_row() -> None:
    async with shown() as listing:
        await listing.pilot.press("slash", *"app-1", "enter")
        await listing.cursor_on("app-100")
        listing.app.listing.go_to(token("app-150").id, surely=True)
        await listing.cursor_on("app-150")
        assert listing.app.listing.view.text == "app-1"


async def test_a_filter_in_which_one_types_gives_way_and_keeps_the_keys() -> None:
    async with shown() as listing:
        await listing.pilot.press("slash", *"app-1")
        await listing.cursor_on("app-100")
        listing.app.listing.go_to(token("app-500").id, surely=True)
        await listing.cursor_on("app-500")
        await listing.pilot.press(*"app-2")
        await listing.cursor_on("app-200")


async def test_a_row_that_the_list_does_not_hold_leaves_the_cursor_where_it_is() -> None:
    async with shown() as listing:
        await listing.pilot.press("end")
        await listing.cursor_on("app-999")
        listing.app.listing.go_to("token-nobody", surely=True)
        await listing.all_answered()
        assert listing.cursor_line == "app-999"


async def test_a_row_that_stands_in_view_is_gone_to_without_a_line_moving() -> None:
    async with shown() as listing:
        await listing.pilot.press("pagedown", "pagedown")
        await listing.all_answered()
        before = [line.split()[-1] for line in listing.lines]
        listing.app.listing.go_to(token(before[5]).id)
        await listing.cursor_on(before[5])
        assert [line.split()[-1] for line in listing.lines] == before


async def test_of_several_rows_the_cursor_goes_to_the_first_that_the_list_holds() -> None:
    async with shown() as listing:
        listing.app.listing.go_to("token-nobody", token("app-321").id, token("app-123").id)
        await listing.cursor_on("app-321")
