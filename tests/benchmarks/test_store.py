"""The store at 10,000 and 100,000 tokens: what a toggle, a page, a filter and an opening take."""

import os
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import orjson
import pytest

from tests.benchmarks.large_store import no_documents, write_store
from tests.conftest import MASTER_KEY
from tests.domain.worlds import NOTE
from tokentui.domain.records import Assignment, Endpoint, EndpointToken, Secret
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.desk import Desk
from tokentui.services.tokens import set_enabled
from tokentui.store.codec import document_of
from tokentui.store.private_files import write_private
from tokentui.store.queries import TokenQuery, TokenSort, Window
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault

NOW = datetime(2025, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
ENDPOINTS = 500
WORDS = ("nightly", "export", "portal", "partner", "scanner", "mobile", "billing", "gateway")

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]


def secret(chance: random.Random) -> Secret:
    """As long as a real one."""
    return Secret(
        sealed=chance.randbytes(92).hex()[:124],
        digest=chance.randbytes(32).hex(),
        hint=chance.randbytes(32).hex()[:44],
        generated_at=NOW,
    )


def id_of(chance: random.Random) -> str:
    text = chance.randbytes(16).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def made(folder: Path, size: int, mapped_to: int = 2) -> Path:
    """A store of so many tokens, each mapped to some endpoints."""
    chance = random.Random(size)
    tables = no_documents()
    for number in range(ENDPOINTS):
        endpoint = Endpoint(
            id=id_of(chance),
            name=f"Endpoint {number}",
            group="group",
            slug=f"slug-{number}",
            path=f"/api/endpoint/group/slug-{number}",
            authentication=Authentication.TOKEN,
            primaries={Slot.POST: secret(chance), Slot.GET: secret(chance)},
            created_at=NOW,
            rev=1,
        )
        tables["endpoints"][endpoint.id] = document_of(endpoint)
    endpoints = list(tables["endpoints"])
    for number in range(size):
        name = f"{chance.choice(WORDS)}-{chance.choice(WORDS)}-{number}"
        about = " ".join(chance.choices(WORDS, k=4))
        token = EndpointToken(
            id=id_of(chance), name=name, description=about, secret=secret(chance), created_at=NOW, rev=1
        )
        tables["tokens"][token.id] = document_of(token)
        for endpoint_id in chance.sample(endpoints, mapped_to):
            mapped = Assignment(token_id=token.id, endpoint_id=endpoint_id, slots=(Slot.GET,), created_at=NOW, rev=1)
            tables["assignments"][mapped.id] = document_of(mapped)
    file = folder / f"{size}.json"
    write_store(file, tables)
    return file


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("small"), 10_000)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("large"), 100_000)


def milliseconds(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return (time.perf_counter() - start) * 1000


def best(deed: Callable[[], object], rounds: int = 5) -> float:
    return min(milliseconds(deed) for _ in range(rounds))


def test_a_toggle_is_durable_within_the_budget_of_60_ms_at_10_000(small: Path) -> None:
    """Against the least that any such store does: dump the tables, write them through, replace."""
    desk = Desk(store=TinyDBStore(small), vault=KeyVault(lambda: MASTER_KEY))
    page = desk.reader().token_page(TokenQuery(), Window(0, 50))
    switches = ((row.id, on) for on in (False, True) for row in page.rows)
    tables = orjson.loads(small.read_bytes())
    numbers = count()
    toggles, bares = [], []

    def bare() -> None:
        temporary = small.with_name(f"bare-{next(numbers)}")
        write_private(temporary, orjson.dumps(tables))
        os.replace(temporary, small.with_name("bare"))

    for id, on in switches:  # in turns, so that both meet the same disk
        toggles.append(milliseconds(lambda: set_enabled(desk, [id], on)))  # noqa: B023  # called at once
        bares.append(milliseconds(bare))
    toggle, least = statistics.median(toggles), statistics.median(bares)
    print(f"\ntoggle at 10,000: {toggle:.1f} ms, worst {max(toggles):.1f} ms (budget 60); bare write {least:.1f} ms")
    assert toggle <= 2.5 * least + 5


def test_opening_takes_little_more_than_parsing(small: Path, large: Path) -> None:
    for file in (small, large):
        parse = best(lambda: orjson.loads(file.read_bytes()), 3)  # noqa: B023  # called at once
        opened = best(lambda: TinyDBStore(file).reader(), 3)  # noqa: B023  # as above
        first = best(lambda: TinyDBStore(file).reader().token_page(TokenQuery(), Window(0, 50)), 3)  # noqa: B023
        print(f"\n{file.stem}: parse {parse:.0f} ms, open {opened:.0f} ms, open and first page {first:.0f} ms")
        assert opened <= 2.5 * parse


@pytest.mark.parametrize(("size", "budget"), [("small", 60), ("large", 250)])
def test_a_filter_keystroke_is_within_its_budget(request: pytest.FixtureRequest, size: str, budget: int) -> None:
    reader = TinyDBStore(request.getfixturevalue(size)).reader()
    first = milliseconds(lambda: reader.token_page(TokenQuery(), Window(0, 50)))
    typed = ["n", "ni", "nig", "night", "nightly p", "nightly portal", "nothing at all"]
    keys = [milliseconds(lambda: reader.token_page(TokenQuery(text=text), Window(0, 50))) for text in typed]  # noqa: B023
    again = [best(lambda: reader.token_page(TokenQuery(text=text), Window(0, 50))) for text in typed]  # noqa: B023
    print(f"\n{size}: first page {first:.0f} ms, first key {keys[0]:.0f}, keys {max(again):.1f} ms (budget {budget})")
    for sort in TokenSort:
        took = milliseconds(lambda: reader.token_page(TokenQuery(sort=sort), Window(0, 50)))  # noqa: B023
        print(f"by {sort}: {took:.0f} ms")
    assert max(keys) <= budget


def test_a_cursor_window_does_not_grow_with_the_store(small: Path, large: Path) -> None:
    took = {}
    for file in (small, large):
        reader = TinyDBStore(file).reader()
        reader.token_page(TokenQuery(), Window(0, 50))
        took[file] = best(lambda: reader.token_page(TokenQuery(), Window(5000, 50)), 50)  # noqa: B023
    print(f"\na window of 50 rows: {took[small]:.2f} ms at 10,000, {took[large]:.2f} ms at 100,000")
    assert took[large] <= 2 * took[small] + 0.2


def test_what_a_change_costs_is_told_step_by_step(small: Path) -> None:
    store = TinyDBStore(small)
    token = next(store.reader().iter_tokens())

    def put() -> None:
        nonlocal token
        with store.change(NOTE) as transaction:
            token = transaction.put(replace(token, enabled=not token.enabled))

    put()
    content = orjson.loads(small.read_bytes())
    dumped = best(lambda: orjson.dumps(content))
    print(f"\na change of one record: {best(put, 20):.1f} ms; dumping the whole {dumped:.1f}")
