"""Before anything is cut off, the question tells how often it was called lately; where nobody knows, it says that."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.tui.conftest import NOW, Open
from tests.tui.driving import Ui
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.services.tokens import set_enabled
from tokentui.store.queries import RequestFilter
from tokentui.tui.dialogs.confirm import Confirm

DAY_AGO = NOW - timedelta(hours=24)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A desk at whose store crm came 214 times to the customers in the last hour, and their GET primary 3 times."""
    reader = desk.reader()
    crm, customers = reader.token_by_name("crm"), reader.endpoint_by_ref("partners/customers")
    one = SeenRequest(
        at=NOW - timedelta(hours=1),
        method="GET",
        path=customers.path,
        endpoint_id=customers.id,
        slot=Slot.GET,
        token_id=crm.id,
        kind="endpoint",
        status=200,
        reason="allowed",
    )
    primary = replace(one, token_id=f"{customers.id}.GET", kind="primary")
    desk.store.requests.record([*[one] * 214, *[primary] * 3, replace(one, at=NOW - timedelta(days=2))])
    return desk


def numbers(desk: Desk) -> dict[str, int]:
    """How often crm came, how often to GET of the customers, and how often anybody came there."""
    reader, requests = desk.reader(), desk.store.requests
    crm, customers = reader.token_by_name("crm"), reader.endpoint_by_ref("partners/customers")
    get = RequestFilter(endpoint_ids=frozenset({customers.id}), slots=frozenset({Slot.GET}))
    return {
        "all": requests.calls([crm.id], DAY_AGO),
        "mapped": requests.calls([crm.id], DAY_AGO, get),
        "here": requests.calls_at([customers.id], DAY_AGO),
    }


async def on_token(ui: Ui, name: str = "crm") -> None:
    await ui.press("2")
    await ui.go(name)


async def on_customers(ui: Ui) -> None:
    await ui.go("Customers")
    await ui.press("enter")
    await ui.see("Secondary tokens", "crm")


async def disable(ui: Ui) -> None:
    await on_token(ui)
    await ui.press("e")


async def deactivate(ui: Ui) -> None:
    await on_token(ui)
    await ui.press("d")


async def save_disabled(ui: Ui) -> None:
    await on_token(ui)
    await ui.press("enter")
    await ui.see("Token settings")
    await ui.tab_to("enabled")
    await ui.press("space", "ctrl+s")


async def unassign(ui: Ui) -> None:
    await on_token(ui)
    await ui.press("s")
    await ui.see("Assign")
    await ui.go("partners/customers")
    await ui.press("right", "space", "w")


async def unmap(ui: Ui) -> None:
    await on_customers(ui)
    await ui.go("crm")
    await ui.press("right", "space")


async def generate(ui: Ui) -> None:
    await on_customers(ui)
    await ui.go("crm")
    await ui.press("right", "g")


async def close(ui: Ui) -> None:
    await ui.go("Customers")
    await ui.press("d")


async def move(ui: Ui) -> None:
    await ui.go("Customers")
    await ui.press("enter")
    await ui.see("Secondary tokens")
    await ui.press("t")
    await ui.tab_to("path")
    await ui.press("end")
    await ui.write("/moved")
    await ui.press("ctrl+s")


async def undo(ui: Ui) -> None:
    set_enabled(ui.desk, [ui.desk.reader().token_by_name("crm").id], False)
    set_enabled(ui.desk, [ui.desk.reader().token_by_name("crm").id], True)
    await on_token(ui)
    await ui.press("u")


#: What leads to a question, and what that tells of calls.
QUESTIONS: dict[str, tuple[Callable[[Ui], Awaitable[None]], str]] = {
    "disable": (disable, "3 endpoints, called {all} times in the last 24 h by this token."),
    "deactivate": (deactivate, "3 endpoints, called {all} times in the last 24 h by this token."),
    "save a disabled one": (save_disabled, "3 endpoints, called {all} times in the last 24 h by this token."),
    "unassign": (unassign, "1 endpoint, called {mapped} times in the last 24 h by this token."),
    "unmap": (unmap, "Called {mapped} times in the last 24 h by this token."),
    "generate": (generate, "Called 3 times in the last 24 h by this token."),
    "deactivate an endpoint": (close, "Called {here} times in the last 24 h."),
    "take a path from an endpoint": (move, "Called {here} times in the last 24 h."),
    "undo": (undo, "Called {all} times in the last 24 h by this token."),
}


@pytest.mark.parametrize("cut", QUESTIONS)
async def test_a_question_before_a_cut_tells_how_often_it_was_called_lately(
    open_ui: Open, desk: Desk, cut: str
) -> None:
    keys, told = QUESTIONS[cut]
    counted = numbers(desk)
    assert counted["all"] > counted["mapped"] > 214
    assert counted["here"] > counted["mapped"]
    async with open_ui(desk) as ui:
        await keys(ui)
        await ui.at(Confirm)
        await ui.see(told.format_map(counted))


async def test_the_calls_of_several_tokens_are_told_together(open_ui: Open, desk: Desk) -> None:
    ids = [desk.reader().token_by_name(name).id for name in ("chatbot", "crm")]
    together = desk.store.requests.calls(ids, DAY_AGO, RequestFilter(let_in=True))
    async with open_ui(desk) as ui:
        await on_token(ui, "chatbot")
        await ui.press("space", "space", "d")
        await ui.see("Deactivate 2 tokens?", f"called {together} times in the last 24 h by these tokens.")


async def test_where_no_requests_are_recorded_yet_the_question_says_so(
    open_ui: Open, desk: Desk, store: Path
) -> None:
    store.with_name("requests.sqlite").unlink()
    async with open_ui(desk) as ui:
        await disable(ui)
        await ui.see("Refused at once at 3 endpoints (POST GET):", "3 endpoints; no requests are recorded yet.")


async def test_where_they_cannot_be_read_calls_are_unknown_and_the_deed_is_done(
    open_ui: Open, desk: Desk, store: Path
) -> None:
    store.with_name("requests.sqlite").write_bytes(b"damaged, and long enough for the header of a database" * 9)
    async with open_ui(desk) as ui:
        await disable(ui)
        await ui.see(
            "Refused at once at 3 endpoints (POST GET):", "3 endpoints; how often it was called is unknown: The"
        )
        await ui.press("y")
        await ui.told("crm is disabled.")
        assert not desk.reader().token_by_name("crm").enabled
