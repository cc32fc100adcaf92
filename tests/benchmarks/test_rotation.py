"""1,000 tokens rotated as one change: the budget is 2 s; against the least that any such rotation has to do."""

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import orjson
import pytest

from tests.benchmarks.test_store import made
from tests.conftest import MASTER_KEY
from tokentui.domain import values
from tokentui.services.desk import Desk
from tokentui.services.handing_out import hand_out
from tokentui.services.rotating import rotate
from tokentui.store.private_files import write_private
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault

ROTATED = 1_000
BUDGET = 2.0

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]


def seconds(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_a_thousand_tokens_rotate_as_one_change_within_the_budget(tmp_path: Path, size: int) -> None:
    """The least: a value drawn, sealed and opened again for each token, and what is to last written through: the
    tables, a line that tells of it, and the values. In turns, so that both meet the same disk.
    """
    store = made(tmp_path, size)
    desk = Desk(store=TinyDBStore(store), vault=KeyVault(lambda: MASTER_KEY))
    ids = [token.id for token in desk.reader().iter_tokens()][:ROTATED]
    files = count()

    def rotation() -> None:
        until = desk.clock() + timedelta(hours=24)
        hand_out(desk, tmp_path / f"new-{next(files)}.csv", lambda: rotate(desk, ids, until))

    def least() -> None:
        for id in ids:
            secret = desk.seal(values.generate(os.urandom), id, "value")
            desk.vault.reveal(secret, id, "value")
        tables = orjson.dumps(orjson.loads(store.read_bytes()))
        for content in (orjson.dumps(ids), tables, orjson.dumps(ids)):
            write_private(tmp_path / f"bare-{next(files)}", content)

    took, bare = zip(*((seconds(rotation), seconds(least)) for _ in range(5)), strict=True)
    ratio = statistics.median(took) / statistics.median(bare)
    print(
        f"\n{ROTATED:,} of {size:,} tokens rotated and handed out: {statistics.median(took):.2f} s, worst "
        f"{max(took):.2f} s (budget {BUDGET:g}); {ratio:.1f} times the least, {statistics.median(bare):.2f} s"
    )
    assert statistics.median(took) <= BUDGET
    assert ratio <= 6
