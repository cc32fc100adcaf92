"""What the screen does with large stores: a filter keystroke, a toggle, and the bytes that go to the terminal."""

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from textual.events import Key

from tests.benchmarks.large_store import large_store
from tests.benchmarks.pseudo_terminal import terminal
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import Desk
from tokentui.services.tokens import set_enabled
from tokentui.store.keyfile import read_key
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

pytestmark = pytest.mark.benchmark


async def until(met: Callable[[], bool]) -> float:
    """Milliseconds until the condition is met."""
    begin = time.perf_counter()
    while not met():
        assert time.perf_counter() - begin < 30, "it never came"
        await asyncio.sleep(0.001)
    return (time.perf_counter() - begin) * 1000


def tokens_screen(app: TokenTuiApp) -> EndpointTokensScreen:
    assert isinstance(app.screen, EndpointTokensScreen)
    return app.screen


@pytest.mark.parametrize(("tokens", "budget"), [(10_000, 60), (100_000, 250)])
async def test_a_filter_keystroke_shows_new_rows_in_time(
    tmp_path: Path, tokens: int, budget: float, capsys: pytest.CaptureFixture[str]
) -> None:
    store, key = large_store(tmp_path, tokens, 500)
    app = TokenTuiApp(Desk(TinyDBStore(store), KeyVault(lambda: read_key(key))))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        await until(lambda: isinstance(app.screen, EndpointTokensScreen) and app.screen.listing.table.total == tokens)
        await pilot.press("slash")
        times = []
        for length, key_ in enumerate("0042", start=1):
            table = tokens_screen(app).listing.table
            app.post_message(_key(key_))
            wanted = sum("0042"[:length] in f"{number:06}" for number in range(tokens))
            times.append(await until(lambda table=table, wanted=wanted: table.total == wanted))  # type: ignore[misc]  # bound now
            await pilot.pause()
    with capsys.disabled():
        shown = ", ".join(f"{each:.0f}" for each in times)
        print(f"\nfilter, {tokens:,} tokens: {shown} ms a keystroke, budget {budget} ms")
    assert statistics.median(times) <= budget


def _key(character: str) -> Key:
    return Key(character, character)


async def test_a_toggle_is_painted_before_the_disk_has_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store_file, key = large_store(tmp_path, 10_000, 500)
    desk = Desk(TinyDBStore(store_file), KeyVault(lambda: read_key(key)))
    first = desk.reader().token_by_name("application-000000")
    painted, durable = [], []
    app = TokenTuiApp(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        await until(lambda: isinstance(app.screen, EndpointTokensScreen) and app.screen.listing.table.total == 10_000)
        for _ in range(5):
            set_enabled(desk, [first.id], False)
            table = tokens_screen(app).listing.table
            await until(lambda table=table: table.row is not None and not table.row.token.enabled)  # type: ignore[misc]  # bound now
            await pilot.pause()
            before = desk.store.stamp()
            app.post_message(_key("e"))
            painted.append(
                await until(lambda table=table: table.row is not None and table.row.token.enabled)  # type: ignore[misc]  # bound now
            )
            rest = await until(lambda before=before: desk.store.stamp() != before)  # type: ignore[misc]  # bound now
            durable.append(painted[-1] + rest)
    with capsys.disabled():
        print(f"\ntoggle at 10,000 tokens: painted {statistics.median(painted):.0f} ms (budget 30), ", end="")
        print(f"durable {statistics.median(durable):.0f} ms (budget 60)")
    assert statistics.median(painted) < statistics.median(durable)


def test_the_bytes_to_the_terminal_stay_within_their_budgets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, key = large_store(tmp_path, 10_000, 500)
    command = [sys.executable, "-m", "tokentui", "--store", str(store), "--key-file", str(key)]
    with terminal(command) as opened:
        first = len(opened.sent(2.0))
        keys = []
        for _ in range(10):
            opened.press("j")
            keys.append(len(opened.sent(0.3)))
        idle = len(opened.sent(20.0))
    with capsys.disabled():
        print(
            f"\nbytes at 120×40: first frame {first:,} (50,000), key {statistics.median(keys):,.0f} (1,500), ", end=""
        )
        print(f"20 s idle {idle:,} (333)")
    assert first <= 50_000
    assert statistics.median(keys) <= 1_500
    assert idle <= 333


def test_a_minute_idle_on_a_list_that_tells_when_tokens_were_last_seen_stays_within_its_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, key = large_store(tmp_path, 1_000, 50)
    desk = Desk(TinyDBStore(store), KeyVault(lambda: read_key(key)))
    now = desk.clock()
    seen = enumerate(desk.reader().iter_tokens())
    desk.store.requests.record(
        SeenRequest(
            at=now - timedelta(seconds=7 * number),
            method="GET",
            path="/",
            token_id=token.id,
            status=200,
            reason="allowed",
        )
        for number, token in seen
    )
    command = [sys.executable, "-m", "tokentui", "--store", str(store), "--key-file", str(key)]
    with terminal(command) as opened:
        opened.wait_for("Endpoint 00001")
        opened.press("2")
        opened.wait_for("application-000000")
        opened.sent(3.0)
        begin, idle = time.monotonic(), 0
        while time.monotonic() < begin + 60:
            idle += len(opened.sent(5.0, begin + 60 - time.monotonic()))
    with capsys.disabled():
        print(f"\na minute idle on the token list: {idle:,} bytes (1,000)")
    assert idle <= 1_000
