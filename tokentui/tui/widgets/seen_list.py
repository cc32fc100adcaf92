"""The requests seen as a list: always the newest first, as they are kept."""

from dataclasses import replace

from tokentui.services.viewing import SeenRow
from tokentui.tui.widgets.listing import Listing, Source, View
from tokentui.tui.widgets.row_table import RowTable
from tokentui.tui.workplace import Workplace


class SeenList(Listing[SeenRow]):
    """A list that has one order."""

    def __init__(self, source: Source[SeenRow], workplace: Workplace) -> None:
        super().__init__(source, workplace)
        self.set_reactive(Listing.view, self.validate_view(self.view))
        self.table.set_reactive(RowTable.sort_reverse, True)

    def validate_view(self, view: View) -> View:
        """The order stays as it is."""
        return replace(view, sort="when", reverse=True)

    def hindrance(self, action: str, parameters: tuple[object, ...]) -> str:
        """There is no other order."""
        if action in ("order", "reverse"):
            return "The requests have one order: the newest come first."
        return super().hindrance(action, parameters)
