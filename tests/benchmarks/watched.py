"""An open application whose every step is measured: from a key until what it leads to stands on the screen."""

import asyncio
import gc
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from textual.css.query import NoMatches
from textual.events import Key

from tests.benchmarks.a_month import ENDPOINTS, desk_at
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.screens.page_screen import AnyPage, PageScreen
from tokentui.tui.widgets.listing import Listing
from tokentui.tui.widgets.place_line import PlaceLine
from tokentui.tui.widgets.row_table import RowTable

#: The screen stands still when nothing was drawn for so long, in seconds.
_STILL = 0.05
_PATIENCE = 30.0

Condition = Callable[[], object]


class Took(NamedTuple):
    """How long a step took, in milliseconds: on the clock, and of the processor, by all threads together."""

    clock: float
    processor: float


@dataclass
class Steps:
    """What was measured: of all rounds the best, as others work on the machine, too.

    A step may be done again and again in a round; then the slowest of these counts.
    """

    _best: dict[tuple[str, int], Took] = field(default_factory=dict)
    _done: Counter[str] = field(default_factory=Counter)

    def add(self, step: str, took: Took) -> None:
        key = step, self._done[step]
        self._done[step] += 1
        self._best[key] = Took(*map(min, self._best.get(key, took), took))

    def end_round(self) -> None:
        self._done.clear()

    @property
    def slowest(self) -> dict[str, Took]:
        """By the name of the step."""
        found: dict[str, Took] = {}
        for (step, _), took in self._best.items():
            found[step] = Took(*map(max, found.get(step, took), took))
        return found


@dataclass
class Watched:
    """An open application, whose every step is measured: from the key to the last thing drawn for it."""

    app: TokenTuiApp
    steps: Steps
    _drawn: tuple[float, float] = (0.0, 0.0)

    def watch(self) -> None:
        """Textual has no public word for it: what is drawn goes to the driver."""
        driver = self.app._driver
        assert driver is not None
        write = driver.write

        def written(data: str) -> None:
            self._drawn = _now()
            write(data)

        driver.write = written  # type: ignore[method-assign]  # it goes on to the real one

    @property
    def page(self) -> AnyPage:
        return next(screen for screen in reversed(self.app.screen_stack) if isinstance(screen, PageScreen))

    @property
    def listing(self) -> Listing[Any]:
        """The list on the page that is shown."""
        return next(each for each in self.page.query(Listing) if each.is_on_screen)

    @property
    def table(self) -> RowTable[Any]:
        return self.listing.table

    async def step(self, name: str, key: str, shown: Condition) -> None:
        """Press a key, and note how long it took until what it leads to is shown."""
        begin = self._drawn = _now()
        self.app.post_message(Key(key, key if len(key) == 1 else None))
        await self._note(name, begin, shown)

    async def news(self, name: str) -> None:
        """Wait until the list asks for what is new, and note how long it took until that is shown."""
        await self._until(lambda: not self.listing.is_settled, name)
        shown = self.table.total
        begin = self._drawn = _now()
        await self._note(name, begin, lambda: self.table.total > shown and self.in_view())

    async def _note(self, name: str, begin: tuple[float, float], shown: Condition) -> None:
        """The step has ended with the last thing drawn before the screen stands still."""
        await self._until(lambda: _holds(shown), name)
        met = _now()
        while time.perf_counter() - max(met[0], self._drawn[0]) < _STILL:
            await asyncio.sleep(_STILL / 5)
        end = self._drawn if self._drawn[0] > begin[0] else met
        self.steps.add(name, Took(*((after - before) * 1000 for before, after in zip(begin, end, strict=True))))

    async def _until(self, condition: Condition, what: str) -> None:
        end = time.perf_counter() + _PATIENCE
        while not condition():
            assert time.perf_counter() < end, f"{what}: it never came; {self.app.screen}"
            await asyncio.sleep(0.001)

    def in_view(self) -> bool:
        """Whether all rows that belong there are there."""
        table = self.table
        top = table.scroll_offset.y
        there = range(top, min(top + table.visible_rows, table.total))
        return bool(table.visible_rows) and all(table._rows.get(place) is not None for place in there)

    def has(self, total: int, state: str = "") -> Condition:
        """So many rows are shown, and these words stand in the line above."""
        return lambda: self.table.total == total and self.in_view() and state in self.state

    @property
    def state(self) -> str:
        line = self.page.query_one(PlaceLine)
        return " · ".join((*line.filters, line.state))

    def has_typed(self, text: str, total: int) -> Condition:
        """So many rows are shown, which are those with the text."""
        return lambda: self.listing.view.text == text and self.listing.is_settled and self.has(total)()

    def has_order(self, sort: str, reverse: bool) -> Condition:
        """The rows are in this order."""
        return lambda: (
            self.listing.is_settled and (self.listing.view.sort, self.listing.view.reverse) == (sort, reverse)
        )

    def at(self, place: int) -> Condition:
        """The cursor is there."""
        return lambda: self.table.cursor_row == place and self.in_view()


def _now() -> tuple[float, float]:
    """Seconds on the clock, and of the processor."""
    return time.perf_counter(), time.process_time()


def _holds(condition: Condition) -> bool:
    """A screen that is just coming has no list yet."""
    try:
        return bool(condition())
    except (NoMatches, StopIteration):
        return False


@asynccontextmanager
async def watched(store: Path, size: tuple[int, int], steps: Steps) -> AsyncIterator[Watched]:
    app = TokenTuiApp(desk_at(store))
    with _as_the_command_line_begins():
        async with app.run_test(size=size):
            app.animation_level = "none"
            ui = Watched(app, steps)
            ui.watch()
            await ui._until(lambda: _holds(lambda: ui.table.total == ENDPOINTS), "the first list")
            yield ui
            app.exit()


@contextmanager
def _as_the_command_line_begins() -> Iterator[None]:
    """Nobody looks for garbage until the first list is there; and never among what was there, all tests with it."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()
