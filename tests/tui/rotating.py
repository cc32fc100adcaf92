"""What the tests of rotation have in common: the way to the dialog, and requests that were seen."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.tui.conftest import NOW
from tests.tui.driving import Ui
from tokentui.domain.records import EndpointToken
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import Desk
from tokentui.services.rotating import rotate
from tokentui.store.request_log import RequestLog
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

#: The first three tokens of the demo.
NAMES = ("bank-import", "bi-dashboard", "bookkeeping")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def show_tokens(ui: Ui) -> None:
    await ui.press("2")
    await ui.at(EndpointTokensScreen)
    await ui.until(lambda: ui.lines[2].endswith("37 of 37") and ui.cursor_line)


async def ask_to_rotate(ui: Ui, name: str = "bank-import") -> None:
    """Open the dialog for one token."""
    await show_tokens(ui)
    await ui.go(name)
    await ui.press("r")
    await ui.at(Rotate)


def token(ui: Ui, name: str = "bank-import") -> EndpointToken:
    return ui.desk.reader().token_by_name(name)


def rotated_earlier(desk: Desk, of: EndpointToken, ago: timedelta) -> EndpointToken:
    """The token, rotated some time ago, with a grace time that runs for a day from now."""
    (rotated,) = rotate(replace(desk, clock=lambda: NOW - ago), [of.id], NOW + DAY)
    return rotated


def saw(desk: Desk, of: EndpointToken, ago: timedelta, *, previous: bool = False) -> None:
    """The verifier let this token in some time ago."""
    seen = SeenRequest(
        at=NOW - ago, method="GET", path="/", token_id=of.id, previous=previous, status=200, reason="allowed"
    )
    RequestLog(Path(desk.store.location)).record([seen])
