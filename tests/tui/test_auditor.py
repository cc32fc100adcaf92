"""Who audits beside everything else: what is kept, what is looked at anew, and that nobody waits for it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from time import perf_counter

import pytest

from tests.conftest import Clock
from tests.tui.conftest import KEY, NOW, Open
from tests.tui.driving import Ui
from tokentui.domain.fields import TokenFields
from tokentui.domain.policy import Policy
from tokentui.services import auditing
from tokentui.services.desk import Desk
from tokentui.services.tokens import add_token
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault
from tokentui.tui.auditor import FRESH, Auditor, Closed


@pytest.fixture
def ticking(store: Path) -> Desk:
    """The demo's desk, with a clock that can be set."""
    return Desk(TinyDBStore(store), KeyVault(lambda: KEY), clock=Clock(NOW), random=Random(1).randbytes)


@pytest.fixture
def auditor(ticking: Desk) -> Iterator[Auditor]:
    auditor = Auditor(ticking, Policy())
    yield auditor
    auditor.close()


class Slow:
    """An audit that waits in the middle until it is let go on; it breathes meanwhile, as any audit does."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._audit = auditing.audit

    def __call__(
        self, reader: object, requests: object, policy: object, now: object, breathe: Callable[[], None]
    ) -> object:
        self.begun.set()
        while not self.go_on.wait(0.001):
            breathe()
        return self._audit(reader, requests, policy, now, breathe)  # type: ignore[arg-type]  # whatever it was given


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    slow = Slow()
    monkeypatch.setattr(auditing, "audit", slow)
    yield slow
    slow.go_on.set()


async def test_an_audit_is_kept_while_nobody_saves(auditor: Auditor) -> None:
    assert auditor.last is None
    first = await auditor.audit()
    assert first.findings
    assert await auditor.audit() is first
    assert auditor.last is first


async def test_a_change_is_audited_anew(auditor: Auditor, ticking: Desk) -> None:
    first = await auditor.audit()
    add_token(ticking, TokenFields(name="zeta"))
    assert len((await auditor.audit()).findings) == len(first.findings) + 1


async def test_time_alone_brings_findings_too(auditor: Auditor, ticking: Desk) -> None:
    first = await auditor.audit()
    assert isinstance(ticking.clock, Clock)
    ticking.clock.now += FRESH - timedelta(seconds=10)
    assert await auditor.audit() is first
    ticking.clock.now += timedelta(days=30)
    assert len((await auditor.audit()).findings) > len(first.findings)


async def test_one_that_nobody_waits_for_any_more_ends_in_the_middle(auditor: Auditor, slow: Slow) -> None:
    waiting = asyncio.ensure_future(auditor.audit())
    assert await asyncio.to_thread(slow.begun.wait, 10)
    auditor.close()
    with pytest.raises(Closed):
        await waiting


async def test_a_key_does_not_wait_for_an_audit(open_ui: Open, slow: Slow) -> None:
    async with open_ui() as ui:
        assert await asyncio.to_thread(slow.begun.wait, 10)
        await ui.press("2")
        await ui.until(lambda: ui.lines[2].endswith("37 of 37"))
        await ui.press("4")
        await ui.see("Looking at the whole store…")
        await _rename_first_token(ui)
        assert "finding" not in ui.lines[0]
        slow.go_on.set()
        await ui.see(" findings")


async def _rename_first_token(ui: Ui) -> None:
    """Questions and changes go on: Token settings open, and are saved."""
    await ui.press("2")
    await ui.until(lambda: ui.cursor_line.startswith("› bank-import"))
    await ui.press("enter")
    await ui.see("─ Token settings ─")
    await ui.write("-2")
    await ui.press("enter")
    await ui.told("Renamed bank-import to bank-import-2.")


async def test_leaving_does_not_wait_for_an_audit(open_ui: Open, slow: Slow) -> None:
    async with open_ui() as ui:
        assert await asyncio.to_thread(slow.begun.wait, 10)
        begin = perf_counter()
        await ui.press("q")
        await ui.until(lambda: not ui.app.is_running)
        assert perf_counter() - begin < 5
        assert not slow.go_on.is_set()
