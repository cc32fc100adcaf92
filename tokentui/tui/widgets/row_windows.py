"""The rows of a result that a table has loaded, and which window of it to ask for next."""

from collections.abc import Callable
from time import monotonic
from typing import Generic, Protocol, TypeVar

from tokentui.store.queries import Page, Window

#: Rows asked for at a time, at least.
WINDOW_ROWS = 200
#: Screens of rows kept loaded above and below the one in view.
MARGIN_SCREENS = 2
#: Rows held at most; of more, those farthest from the newest are let go.
MOST_ROWS = 5_000


class Identified(Protocol):
    """A row: anything with an id that stays the same from one reload to the next."""

    @property
    def id(self) -> str: ...


RowT = TypeVar("RowT", bound=Identified)


class RowWindows(Generic[RowT]):
    """The loaded rows by their place in the result."""

    def __init__(self) -> None:
        self.total = 0
        self._rows: dict[int, RowT] = {}
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, place: int) -> RowT | None:
        return self._rows.get(place)

    def find(self, row_ids: frozenset[str]) -> tuple[RowT, ...]:
        """The loaded ones of `row_ids`, in the order of the result."""
        places = sorted(self._places[row_id] for row_id in row_ids if row_id in self._places)
        return tuple(self._rows[place] for place in places)

    def put(self, page: Page[RowT]) -> None:
        """Add a page. Another total says that places have moved: then what was loaded before is let go."""
        if page.total != self.total:
            self.replace(page)
            return
        self._rows.update(enumerate(page.rows, page.offset))
        if len(self._rows) > MOST_ROWS:
            self._keep_near(page.offset + len(page.rows) // 2)
        self._index()

    def replace(self, page: Page[RowT]) -> None:
        """Let everything go for `page`."""
        self.total = page.total
        self._rows = dict(enumerate(page.rows, page.offset))
        self._index()

    def update(self, row: RowT) -> bool:
        """Put `row` where the row with its id stands; False where that is not loaded."""
        place = self._places.get(row.id)
        if place is not None:
            self._rows[place] = row
        return place is not None

    def gaps(self, places: range) -> list[int]:
        """Which of `places` are in the result and not loaded."""
        return [place for place in places if place not in self._rows and 0 <= place < self.total]

    def place_after(self, page: Page[RowT], place: int, asked_from: int) -> int:
        """Where the row at `place` stands in `page`, which was asked for around the row at `asked_from`."""
        row = self._rows.get(place)
        for there, candidate in enumerate(page.rows, page.offset):
            if row is not None and candidate.id == row.id:
                return there
        return place if page.at is None else page.at + place - asked_from

    def _keep_near(self, middle: int) -> None:
        kept = range(middle - MOST_ROWS // 4, middle + MOST_ROWS // 4)
        self._rows = {place: row for place, row in self._rows.items() if place in kept}

    def _index(self) -> None:
        self._places = {row.id: place for place, row in self._rows.items()}


class WindowRequests:
    """Asks for one window at a time: while one is under way nothing else is asked, and then only what is in view.

    A window that was answered without what was wanted is not asked for again at once. An answer that does not come
    within `patience` seconds is given up.
    """

    def __init__(self, patience: float, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._patience = patience
        self._last: Window | None = None
        self._waiting = False
        self._asked_at = 0.0

    def next(self, windows: RowWindows[RowT], view: range) -> Window | None:
        """The window to ask for where the lines `view` are on screen, or None."""
        given_up = self._clock() - self._asked_at > self._patience
        if self._waiting and not given_up:
            return None
        window = wanted_window(windows, view)
        if window is None or (window == self._last and not given_up):
            return None
        self._last, self._waiting, self._asked_at = window, True, self._clock()
        return window

    def answered(self) -> None:
        self._waiting = False

    def forget(self) -> None:
        """The result is another one: what was asked before does not count."""
        self._last, self._waiting = None, False


def wanted_window(windows: RowWindows[RowT], view: range) -> Window | None:
    """The window that fills the gaps in and around `view`, or None where there are none."""
    margin = len(view) * MARGIN_SCREENS
    wanted = range(view.start - margin, view.stop + margin)
    gaps = windows.gaps(wanted)
    if not gaps:
        return None
    limit = max(WINDOW_ROWS, len(wanted))
    only_above = gaps[-1] < view.start
    offset = gaps[-1] + 1 - limit if only_above else gaps[0]
    return Window(max(0, min(offset, windows.total - limit)), limit)
