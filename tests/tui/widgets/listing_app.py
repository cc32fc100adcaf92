"""An application with one listing over a thousand tokens, whose store answers as late as a test wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from textual.app import App, ComposeResult
from textual.message import Message

from tests.domain.worlds import token
from tokentui.domain.errors import StoreError
from tokentui.services.desk import Desk
from tokentui.store.memory import MemoryStore
from tokentui.store.protocol import Reader
from tokentui.store.queries import Page, TokenQuery, TokenRow, TokenSort, Window
from tokentui.store.vault import KeyVault
from tokentui.tui.token_rows import COLUMNS
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.workplace import Workplace

#: The longest that an answer is held back, in seconds: a test that fails must still come to its end.
LONGEST = 30.0

Which = Callable[[View, Window], bool]


def desk_with(names: list[str]) -> Desk:
    """A desk at a store in memory that holds tokens with these names."""
    desk = Desk(MemoryStore(), KeyVault(lambda: bytes(32)))
    with desk.store.change() as transaction:
        for name in names:
            transaction.put(token(name))
    return desk


class Held:
    """An answer that is ready, and waits until it is let go."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self._go = threading.Event()

    def wait(self) -> None:
        self.ready.set()
        self._go.wait(LONGEST)

    def let_go(self) -> None:
        self._go.set()


class ListingApp(App[None]):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.workplace = Workplace(desk)
        self.said: list[Message] = []
        self._held: list[tuple[Which, Held]] = []
        self._failing = False
        source: Source[TokenRow] = Source(COLUMNS, lambda row, key: row.token.name, lambda row: "", self._page)
        self.listing = Listing(source, self.workplace)

    def compose(self) -> ComposeResult:
        yield self.listing

    def on_mount(self) -> None:
        self.listing.table.focus()

    def on_unmount(self) -> None:
        self.workplace.close()

    def on_listing_failed(self, message: Listing.Failed) -> None:
        self.said.append(message)

    def _page(self, reader: Reader, view: View, window: Window) -> Page[TokenRow]:
        if self._failing:
            raise StoreError("The store is away.")
        query = TokenQuery(text=view.text, sort=TokenSort(view.sort), reverse=view.reverse)
        page = reader.token_page(query, window)
        for which, held in [each for each in self._held if each[0](view, window)][:1]:
            self._held.remove((which, held))
            held.wait()
        return page

    def hold(self, which: Which = lambda view, window: True) -> Held:
        """Hold back the answer to the next question of this kind."""
        held = Held()
        self._held.append((which, held))
        return held

    @contextmanager
    def store_away(self) -> Iterator[None]:
        """Meanwhile the store does not answer."""
        self._failing = True
        yield
        self._failing = False
