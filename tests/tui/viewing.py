"""Opens the data viewer, reads its lines, and lets requests be seen."""

from typing import Any

from tests.tui.conftest import NOW
from tests.tui.driving import Ui
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import Desk
from tokentui.store.queries import Window
from tokentui.store.request_queries import RequestQuery
from tokentui.tui.screens.requests import RequestsScreen


def total(desk: Desk, **query: Any) -> int:
    """How many requests the query selects."""
    return desk.store.requests.page(RequestQuery(**query), Window()).total


def record(desk: Desk, token: str, endpoint: str, **fields: Any) -> None:
    """Let a request be seen, now unless said."""
    reader = desk.reader()
    there = reader.endpoint_by_ref(endpoint)
    given = {
        "at": NOW,
        "method": "GET",
        "slot": "GET",
        "path": there.path,
        "endpoint_id": there.id,
        "token_id": reader.token_by_name(token).id,
        "kind": "endpoint",
        "address": "10.20.4.38",
        "status": 200,
        "reason": "allowed",
    }
    desk.store.requests.record([SeenRequest(**{**given, **fields})])


async def open_viewer(ui: Ui) -> None:
    await ui.press("3")
    await ui.at(RequestsScreen)
    await ui.see("Outcome", "✓ allowed")


def rows(ui: Ui) -> list[str]:
    """The lines of the list."""
    begin = next(y for y, line in enumerate(ui.lines) if " Outcome" in line) + 1
    return [line for line in ui.lines[begin:20] if line.strip()]


def state(ui: Ui) -> str:
    """The place line."""
    return ui.lines[2]
