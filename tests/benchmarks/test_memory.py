"""Memory with 100,000 tokens, each mapped to two endpoints: what a process of its own has at most, and in the end."""

import sys
from pathlib import Path

import pytest

from tests.benchmarks.large_store import large_store
from tests.benchmarks.pseudo_terminal import Terminal, terminal
from tokentui.services.desk import Desk
from tokentui.services.tokens import set_enabled
from tokentui.store.keyfile import read_key
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault

BUDGET = 250

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

#: Asks a store all that builds something which is kept.
ASKING = """
import sys
from pathlib import Path
from tokentui.store.queries import EndpointQuery, TokenQuery, TokenSort, Window
from tokentui.store.tinydb_store import TinyDBStore
reader = TinyDBStore(Path(sys.argv[1])).reader()
print("opened", flush=True)
sys.stdin.readline()
reader.endpoint_page(EndpointQuery(), Window(0, 50))
for sort in TokenSort:
    reader.token_page(TokenQuery(sort=sort), Window(0, 50))
reader.token_page(TokenQuery(text="7"), Window(0, 50))
reader.token_by_name("application-000007")
reader.holder_of("nobody's")
print("asked", flush=True)
sys.stdin.readline()
"""


def test_a_store_that_was_asked_everything_is_within_the_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = large_store(tmp_path, 100_000, 500)
    with terminal([sys.executable, "-c", ASKING, str(store)]) as opened:
        opened.wait_for("opened")
        told = f"opened {opened.megabytes('VmRSS'):.0f} MB, "
        opened.press("\n")
        opened.wait_for("asked")
        told += measured(opened)
        most = opened.megabytes("VmHWM")
    with capsys.disabled():
        print(f"\nstore of {store.stat().st_size / 1e6:.0f} MB: {told}")
    assert most <= BUDGET


def test_the_ui_on_the_token_list_is_within_the_budget_also_when_others_save(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, key = large_store(tmp_path, 100_000, 500)
    others = Desk(TinyDBStore(store), KeyVault(lambda: read_key(key)))
    first = others.reader().token_by_name("application-000000")
    command = [sys.executable, "-m", "tokentui", "--store", str(store), "--key-file", str(key)]
    told = []
    with terminal(command) as opened:
        opened.wait_for("Endpoint 00001")
        opened.sent(2.0)
        told.append(f"first list {measured(opened)}")
        opened.press("2")
        opened.wait_for("application-000000")
        told.append(f"token list {measured(opened)}")
        for keys in ("/0042", "\x1b"):
            opened.press(keys)
            opened.sent(2.0, 6.0)
        told.append(f"after a filter {measured(opened)}")
        for enabled in (False, True, False):
            set_enabled(others, [first.id], enabled)
            opened.sent(2.0, 6.0)
        told.append(f"after three changes by others {measured(opened)}")
        most = opened.megabytes("VmHWM")
    with capsys.disabled():
        print("\n" + "\n".join(told))
    assert most <= BUDGET


def measured(process: Terminal) -> str:
    return f"{process.megabytes('VmRSS'):.0f} MB, at most {process.megabytes('VmHWM'):.0f} (budget {BUDGET})"
