"""The data viewer on a screen, over a month of a million requests: from each key until its rows stand there."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from tests.benchmarks.a_month import ENDPOINTS, NOW, REQUESTS, TOKENS, a_month, copied, desk_at
from tests.benchmarks.watched import Steps, Took, Watched, watched
from tests.tui.driving import SMALL, WIDE
from tokentui.services.viewing import SeenRow, seen_page
from tokentui.store.queries import Window
from tokentui.store.request_queries import RequestQuery, TallyBy, first_tallied
from tokentui.tui.dialogs.pick import Pick
from tokentui.tui.dialogs.request_details import RequestDetails
from tokentui.tui.screens.requests import RequestsScreen

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

#: What a step may take, in milliseconds of the processor: of all threads, as others work on the machine.
STEP = 100.0
ROUNDS = 3
BUSY = "application-000000"
Walk = Callable[[Watched, Path], Awaitable[None]]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a month, which nobody changes."""
    return a_month(tmp_path_factory.mktemp("month"))


@cache
def amount(store: Path, text: str = "", token: str = "", endpoint: str = "", **query: Any) -> int:
    """How many requests a list shows first."""
    desk = desk_at(store)
    if token:
        query["token_ids"] = frozenset({token})
    if endpoint:
        query["endpoint_ids"] = frozenset({endpoint})
    return seen_page(desk.store.requests, desk.reader(), RequestQuery(text=text, **query), Window()).total


def show(wide: Steps, small: Steps) -> None:
    print(f"\n{'ms, on the clock/of the processor':48} {'120×40':>12} {'80×24':>12}")
    for step, took in wide.slowest.items():
        print(f"{step:48} {_both(took):>12} {_both(small.slowest[step]):>12}")


def too_slow(steps: Steps) -> set[str]:
    return {step for step, took in steps.slowest.items() if took.processor > STEP}


def _both(took: Took) -> str:
    return f"{took.clock:.0f} / {took.processor:.0f}"


# ---------------------------------------------------------------------- the walks


async def open_viewer(ui: Watched) -> None:
    await ui.step("3: the viewer opens", "3", ui.has(REQUESTS))


async def scroll(ui: Watched, store: Path) -> None:
    await open_viewer(ui)
    rows = ui.table.visible_rows
    for page in range(1, 31):
        await ui.step("PageDown, the slowest of 30", "pagedown", ui.at(page * rows))
    await ui.step("Down", "down", ui.at(30 * rows + 1))
    await ui.step("Up", "up", ui.at(30 * rows))
    await ui.step("PageUp", "pageup", ui.at(29 * rows))
    await ui.step("End", "end", ui.at(REQUESTS - 1))
    for page in range(1, 31):
        await ui.step("PageUp from the end, the slowest of 30", "pageup", ui.at(REQUESTS - 1 - page * rows))
    await ui.step("Home", "home", ui.at(0))


async def filter_by_keys(ui: Watched, store: Path) -> None:
    await open_viewer(ui)
    await filter_by_outcome_and_period(ui, store)
    busy, there, ref = busiest(store)
    await pick(ui, "w", BUSY, amount(store, token=busy))
    await ui.step("  End of these", "end", ui.at(amount(store, token=busy) - 1))
    await ui.step("  m: refused", "m", ui.has(amount(store, token=busy, let_in=False)))
    await ui.step("  m: allowed", "m", ui.has(amount(store, token=busy, let_in=True)))
    await ui.step("Esc: all", "escape", ui.has(REQUESTS))
    await pick(ui, "e", ref, amount(store, endpoint=there))
    await ui.step("  m: refused", "m", ui.has(amount(store, endpoint=there, let_in=False)))
    await ui.step("Esc: all", "escape", ui.has(REQUESTS))
    address = seen_row(ui).request.address
    await ui.step("a: the address under the cursor", "a", ui.has(amount(store, address=address)))
    await ui.step("a: all addresses", "a", ui.has(REQUESTS))


def seen_row(ui: Watched) -> SeenRow:
    row = ui.table.row
    assert isinstance(row, SeenRow)
    return row


async def filter_by_outcome_and_period(ui: Watched, store: Path) -> None:
    for words, let_in in (("refused", False), ("allowed", True)):
        many = amount(store, let_in=let_in)
        await ui.step(f"m: {words}", "m", ui.has(many))
        await ui.step(f"  End of the {words}", "end", ui.at(many - 1))
        await ui.step("  PageUp from there", "pageup", ui.at(many - 1 - ui.table.visible_rows))
    await ui.step("m: all", "m", ui.has(REQUESTS))
    begins = NOW - timedelta(hours=1), first_tallied(NOW), NOW - timedelta(days=7)
    for words, since in zip(("last hour", "24 hours", "7 days"), begins, strict=True):
        await ui.step(f"p: {words}", "p", ui.has(amount(store, since=since), words))
    await ui.step("p: all", "p", ui.has(REQUESTS))


def busiest(store: Path) -> tuple[str, str, str]:
    """The ids of the token and of the endpoint with the most calls, and what that is called."""
    reader = desk_at(store).reader()
    token = reader.token_by_name(BUSY)
    places = [one.endpoint_id for one in reader.assignments_of(token.id)]
    there = max(places, key=lambda id: amount(store, endpoint=id))
    return token.id, there, reader.endpoint(there).ref


async def pick(ui: Watched, key: str, name: str, total: int) -> None:
    """Choose one of those with the most calls."""
    await ui.step(
        f"{key}: the dialog", key, lambda: isinstance(ui.app.screen, Pick) and _options(ui).option_count > 100
    )
    options = _options(ui)
    options.highlighted = next(
        place for place, each in enumerate(options.options) if str(each.prompt).startswith(f"{name} ")
    )
    await ui.step(f"  Enter: the busiest {'token' if key == 'w' else 'endpoint'}", "enter", ui.has(total, name))


def _options(ui: Watched) -> OptionList:
    return ui.app.screen.query_one(OptionList)


TEXTS = {
    BUSY: "of all tokens, then of one",
    "group-1/endpoint-00001": "of endpoints",
    "10.1.17": "that addresses begin with",
    "00f": "that fingerprints begin with",
    "nothing": "that nothing has",
}


async def type_text(ui: Watched, store: Path, step: str, text: str, **query: Any) -> None:
    await ui.step("/", "slash", lambda: ui.app.focused is not None and ui.app.focused is not ui.table)
    for length, letter in enumerate(text, 1):
        here = text[:length]
        await ui.step(step, letter, ui.has_typed(here, amount(store, here, **query)))


async def filter_by_typing(ui: Watched, store: Path) -> None:
    await open_viewer(ui)
    for text, what in TEXTS.items():
        await type_text(ui, store, f"a letter of a text {what}", text)
        await ui.step("Esc: no text", "escape", ui.has(REQUESTS))
    await ui.step("m: refused", "m", ui.has(amount(store, let_in=False)))
    await type_text(ui, store, "a letter, of the refused", BUSY, let_in=False)
    await ui.step("Esc: no text", "escape", ui.has(amount(store, let_in=False)))
    await ui.step("m: allowed", "m", ui.has(amount(store, let_in=True)))
    await type_text(ui, store, "a letter, of the allowed", BUSY, let_in=True)


async def look_at_sums(ui: Watched, store: Path) -> None:
    await open_viewer(ui)
    for by in TallyBy:
        sums = len(desk_at(store).store.requests.tallies(by, NOW))
        await ui.step(f"t: sums by {by}, with sparklines", "t", ui.has(sums))
        await ui.step(f"  End, by {by}", "end", ui.at(sums - 1))
        await ui.step(f"  Home, by {by}", "home", ui.at(0))
        await ui.step(f"  o: another order, by {by}", "o", ui.has_order("refused", True))
        await ui.step(f"  O: reversed, by {by}", "O", ui.has_order("refused", False))
        await ui.step("  /", "slash", lambda: ui.app.focused is not None and ui.app.focused is not ui.table)
        await ui.step(f"  a letter, by {by}", "1", lambda sums=sums: ui.table.total < sums and ui.in_view())  # type: ignore[misc]  # bound now
        await ui.step(f"  Esc, by {by}", "escape", ui.has(sums))
    await ui.step("t: the requests", "t", ui.has(REQUESTS))
    await ui.step("t: sums by token, again", "t", lambda: ui.table.total < REQUESTS and ui.in_view())
    await ui.step("Enter: the requests of a sum", "enter", lambda: ui.in_view() and "24 hours" in ui.state)


async def open_one(ui: Watched, store: Path) -> None:
    await open_viewer(ui)
    await ui.step("Enter: a request", "enter", lambda: isinstance(ui.app.screen, RequestDetails))
    await ui.step("Esc: the list", "escape", lambda: isinstance(ui.app.screen, RequestsScreen))
    await ui.step("2: Endpoint tokens", "2", ui.has(TOKENS))
    await ui.step("x: of the busiest token", "x", ui.has(amount(store, token=busiest(store)[0])))
    await ui.step("q: back", "q", ui.has(TOKENS))
    await ui.step("1: Endpoints", "1", ui.has(ENDPOINTS))
    first = next(iter(ui.table.target_ids))
    await ui.step("x: of a busy endpoint", "x", ui.has(amount(store, endpoint=first)))


@pytest.mark.parametrize("walk", [scroll, filter_by_keys, filter_by_typing, look_at_sums, open_one])
async def test_each_step_in_the_viewer_comes_while_one_looks(
    month: Path, walk: Walk, capsys: pytest.CaptureFixture[str]
) -> None:
    wide, small = Steps(), Steps()
    for steps, size in ((wide, WIDE), (small, SMALL)):
        for _ in range(ROUNDS):
            async with watched(month, size, steps) as ui:
                await walk(ui, month)
            steps.end_round()
    with capsys.disabled():
        show(wide, small)
    assert too_slow(wide) | too_slow(small) == set()


# ---------------------------------------------------------------------- while others record

#: Records 500 requests a second, in batches as they come, and tells of each batch, until nobody listens any more.
RECORDER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from tests.benchmarks.a_month import NOW, desk_at, traffic
desk = desk_at(Path(sys.argv[1]))
every = traffic(desk, 200_000, NOW + timedelta(minutes=2), 1 / 1440)
with desk.store.requests.recording() as recording:
    begin, number = time.monotonic(), 0
    while True:
        recording.record([next(every) for _ in range(50)])
        number += 1
        print(number, flush=True)
        time.sleep(max(0.0, begin + number / 10 - time.monotonic()))
"""


async def test_new_rows_and_keys_come_while_one_follows_500_requests_a_second(
    month: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, wide, small = copied(month, tmp_path), Steps(), Steps()
    recorder = subprocess.Popen([sys.executable, "-c", RECORDER, store], stdout=subprocess.PIPE)
    assert recorder.stdout is not None
    try:
        recorder.stdout.readline()
        for steps, size in ((wide, WIDE), (small, SMALL)):
            async with watched(store, size, steps) as ui:
                for _ in range(ROUNDS):
                    await follow(ui)
                    steps.end_round()
    finally:
        recorder.kill()
        recorder.communicate()
    with capsys.disabled():
        show(wide, small)
    assert too_slow(wide) | too_slow(small) == set()


async def follow(ui: Watched) -> None:
    await ui.step("3: the viewer opens", "3", lambda: ui.table.total > REQUESTS and ui.in_view())
    await ui.step("f: following", "f", lambda: "following" in ui.state)
    for _ in range(6):
        await ui.news("new rows, the slowest of 6")
    await ui.step("m: refused", "m", lambda: ui.state.startswith("● following · refused") and ui.in_view())
    await ui.step("m: allowed", "m", lambda: ui.state.startswith("● following · allowed") and ui.in_view())
    await ui.step("m: all", "m", lambda: ui.table.total > REQUESTS and ui.in_view())
    await ui.step("End, and no following", "end", lambda: ui.table.cursor_row >= REQUESTS and ui.in_view())
    await ui.step("Home", "home", ui.at(0))
    await ui.step("1: Endpoints", "1", ui.has(ENDPOINTS))
