"""The audit: of 10,000 tokens against opening the store, and beside the keys of somebody who works at 100,000."""

import asyncio
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.events import Key

from tests.benchmarks.large_store import no_documents, write_store
from tests.benchmarks.pseudo_terminal import terminal
from tests.benchmarks.test_store import NOW, id_of, secret
from tests.conftest import MASTER_KEY
from tokentui.domain.policy import Policy
from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.auditing import audit, ranked
from tokentui.services.desk import Desk
from tokentui.store.codec import Document, document_of
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault
from tokentui.tui.app import TokenTuiApp
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

POST, GET, DELETE = Slot


def made(folder: Path, tokens: int) -> Path:
    """A store as years leave it: each token mapped to two of 500 endpoints, a third of the tokens worth a look."""
    chance = random.Random(tokens)
    tables = no_documents()
    endpoints = [_endpoint(chance, number) for number in range(500)]
    for endpoint in endpoints:
        tables["endpoints"][endpoint.id] = document_of(endpoint)
    for number in range(tokens):
        _put_token(tables, chance, endpoints, number)
    file = folder / f"{tokens}.json"
    write_store(file, tables)
    return file


def _endpoint(chance: random.Random, number: int) -> Endpoint:
    kinds = (Authentication.TOKEN,) * 18 + (Authentication.INTERNAL, Authentication.NONE)
    return Endpoint(
        id=id_of(chance),
        name=f"Endpoint {number}",
        group="group",
        slug=f"slug-{number}",
        path=f"/api/endpoint/group/slug-{number}",
        authentication=chance.choice(kinds),
        allow_deleting=chance.random() < 0.2,
        ip_filter=("10.0.0.0/8",) if chance.random() < 0.7 else (),
        active=chance.random() < 0.95,
        primaries={POST: secret(chance), GET: secret(chance)},
        created_at=NOW,
        rev=1,
    )


def _put_token(
    tables: dict[str, dict[str, Document]], chance: random.Random, endpoints: list[Endpoint], number: int
) -> None:
    age = timedelta(days=chance.randrange(120), seconds=chance.randrange(86_400))
    disabled = chance.random() < 0.05
    token = EndpointToken(
        id=id_of(chance),
        name=f"application-{number}",
        secret=replace(secret(chance), generated_at=NOW - age, strong=chance.random() > 0.01),
        enabled=not disabled,
        disabled_at=NOW - age if disabled else None,
        active=chance.random() < 0.9,
        expires_at=NOW + timedelta(days=chance.randrange(-30, 400)) if chance.random() < 0.2 else None,
        created_at=NOW - age,
        rev=1,
    )
    tables["tokens"][token.id] = document_of(token)
    for endpoint in chance.sample(endpoints, 2) if chance.random() < 0.97 else ():
        slots = chance.choice(((GET,), (POST, GET), endpoint.slots))
        mapped = Assignment(token_id=token.id, endpoint_id=endpoint.id, slots=slots, created_at=NOW, rev=1)
        tables["assignments"][mapped.id] = document_of(mapped)


def _milliseconds(since: float) -> float:
    return (time.perf_counter() - since) * 1000


def test_an_audit_of_10_000_tokens_takes_as_long_as_a_few_openings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, times, openings = made(tmp_path, 10_000), [], []
    for _ in range(7):
        store = TinyDBStore(file)
        begin = time.perf_counter()
        reader = store.reader()
        reader.counts()
        next(reader.iter_assignments())  # so that all tables are parsed
        openings.append(_milliseconds(begin))
        begin = time.perf_counter()
        found = ranked(audit(reader, store.requests, Policy(), NOW).findings)
        times.append(_milliseconds(begin))
    ratio = statistics.median(took / opening for took, opening in zip(times, openings, strict=True))
    with capsys.disabled():
        print(f"\n{len(found):,} findings: {dict(Counter(finding.code.value for finding in found))}")
        print(
            f"audit of 10,000 tokens: {statistics.median(times):.0f} ms, best {min(times):.0f} (budget 300); to open "
            f"and parse all before: {statistics.median(openings):.0f} ms; ratio {ratio:.1f}"
        )
    assert len(found) > 3_000
    assert ratio <= 4


async def test_a_cursor_key_among_100_000_rows_waits_for_no_audit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(TinyDBStore(made(tmp_path, 100_000)), KeyVault(lambda: MASTER_KEY), clock=lambda: NOW)
    app = TokenTuiApp(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        await _until(lambda: isinstance(app.screen, EndpointTokensScreen) and app.screen.listing.table.total > 80_000)
        auditor = app.workplace.auditor
        begin = time.perf_counter()
        first = asyncio.ensure_future(auditor.audit())
        beside = await _keys(app, lambda: first.done())
        took = _milliseconds(begin)
        alone = await _keys(app, lambda: False)
    with capsys.disabled():
        print(
            f"\nan audit of 100,000 tokens beside keys: {took / 1000:.1f} s, {len((await first).findings):,} findings"
        )
        for name, keys in (("beside it", beside), ("alone", alone)):
            worst = sorted(keys)[-max(1, len(keys) // 20)]
            print(f"cursor key {name}: median {statistics.median(keys):.1f} ms, 95 % {worst:.1f} ms (budget 16)")
    assert statistics.median(beside) <= 16


def test_a_cursor_key_in_the_audit_sends_no_more_than_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = made(tmp_path, 10_000)
    command = [sys.executable, "-m", "tokentui", "--store", str(store), "--key-file", str(tmp_path / "key")]
    with terminal(command) as shown:
        shown.sent(2.0)
        shown.press("4")
        opened, keys = len(shown.sent(2.0)), []
        for _ in range(10):
            shown.press("j")
            keys.append(len(shown.sent(0.3)))
    with capsys.disabled():
        print(f"\nbytes of the audit at 120×40: opened {opened:,}, key {statistics.median(keys):,.0f} (budget 1,500)")
    assert statistics.median(keys) <= 1_500


async def _keys(app: TokenTuiApp, enough: Callable[[], bool]) -> list[float]:
    """Milliseconds from each of some cursor keys to its row being painted, until it is enough or 200 were pressed."""
    assert isinstance(app.screen, EndpointTokensScreen)
    table = app.screen.listing.table
    times: list[float] = []
    while len(times) < 200 and not enough():
        wanted = table.cursor_row + 1
        begin = time.perf_counter()
        app.post_message(Key("down", None))
        await _until(lambda wanted=wanted: table.cursor_row == wanted)  # type: ignore[misc]  # bound now
        await asyncio.sleep(0)  # what it changed is drawn
        times.append(_milliseconds(begin))
        await asyncio.sleep(0.01)
    return times


async def _until(met: Callable[[], bool]) -> None:
    begin = time.perf_counter()
    while not met():
        assert time.perf_counter() - begin < 60, "it never came"
        await asyncio.sleep(0.0005)
