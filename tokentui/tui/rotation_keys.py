"""The keys that rotate, retire and copy in another form, for whatever shows endpoint tokens in a list."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual.dom import DOMNode

from tokentui.store.queries import MappingRow, TokenRow
from tokentui.tui.screens.page_screen import AnyPage, PageScreen
from tokentui.tui.turns import Once
from tokentui.tui.widgets.listing import Listing

#: Does it with these tokens; whether it was done.
_Deed = Callable[[AnyPage, frozenset[str]], Awaitable[bool]]


class RotationKeys:
    """A mixin over a listing of tokens; a key is for the marked rows, or else for the row under the cursor."""

    listing: Listing[Any]
    _deeds: Once

    @property
    def retire_hindrance(self) -> str:
        """Why there is nothing to retire: no grace time runs in any of the rows that a key would be for."""
        table, now = self.listing.table, self._rotation_page.workplace.now()
        rows: tuple[TokenRow | MappingRow, ...] = table.target_rows
        if any(row.token.in_grace(now) for row in rows):
            return ""
        whose = f"of {rows[0].token.name}" if len(rows) == 1 else "of what is marked"
        return f"Nothing to retire: no older value {whose} is in its grace time."

    @property
    def _rotation_page(self) -> AnyPage:
        """The screen that asks, performs and tells."""
        page = self.screen if isinstance(self, DOMNode) else None
        assert isinstance(page, PageScreen)
        return page

    def action_rotate(self) -> None:
        from tokentui.tui.rotate_deed import rotate_in_dialogs

        self._begin(rotate_in_dialogs)

    def action_retire(self) -> None:
        from tokentui.tui.rotate_deed import retire_after_question

        self._begin(retire_after_question)

    def _begin(self, deed: _Deed) -> None:
        """With the rows that the key fell on: the cursor may stand on another when the dialog is answered."""
        self._deeds.begin(partial(self._do, deed, self.listing.table.target_ids), deed)

    async def _do(self, deed: _Deed, ids: frozenset[str]) -> None:
        if await deed(self._rotation_page, ids):
            self.listing.table.clear_marks()

    def action_copy_as(self) -> None:
        from tokentui.tui.copy_as_deed import copy_as

        row: TokenRow | MappingRow | None = self.listing.table.row
        if row is not None:
            self._deeds.begin(partial(copy_as, self._rotation_page, row.token), "copy as")
