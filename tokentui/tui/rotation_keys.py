"""The keys that rotate, retire and copy in another form, for whatever shows endpoint tokens in a list."""

from typing import Any

from textual import work

from tokentui.store.queries import MappingRow, TokenRow
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.widgets.row_table import RowTable


class RotationKeys:
    """A mixin over a table of tokens; a key is for the marked rows, or else for the row under the cursor."""

    @property
    def rotation_page(self) -> AnyPage:
        """The screen that asks, performs and tells."""
        raise NotImplementedError

    @property
    def rotation_table(self) -> RowTable[Any]:
        """The table with the tokens."""
        raise NotImplementedError

    @property
    def may_retire(self) -> bool:
        """Whether a grace time runs in one of the rows that a key would be for."""
        table, now = self.rotation_table, self.rotation_page.workplace.now()
        rows: tuple[TokenRow | MappingRow, ...] = table.marked_rows or ((table.row,) if table.row else ())
        return any(row.token.in_grace(now) for row in rows)

    @work
    async def action_rotate(self) -> None:
        from tokentui.tui.rotate_deed import rotate_in_dialogs

        table = self.rotation_table
        if await rotate_in_dialogs(self.rotation_page, table.target_ids):
            table.clear_marks()

    @work
    async def action_retire(self) -> None:
        from tokentui.tui.rotate_deed import retire_after_question

        table = self.rotation_table
        if await retire_after_question(self.rotation_page, table.target_ids):
            table.clear_marks()

    @work
    async def action_copy_as(self) -> None:
        from tokentui.tui.copy_as_deed import copy_as

        row: TokenRow | MappingRow | None = self.rotation_table.row
        if row is not None:
            await copy_as(self.rotation_page, row.token)
