"""The command line's budget: a list of 1,000 tokens takes at most twice as long as importing click and TinyDB does.

Measured as whole processes, in turns, with byte code that is compiled already, as where the package is installed.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tokentui
from tokentui.cli.compose import Office
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.records import Assignment, EndpointToken
from tokentui.domain.slots import Slot
from tokentui.services.endpoints import build_endpoint

TOKENS, ENDPOINTS, ASSIGNED = 1_000, 50, 3
ROUNDS = 30
BUDGET = 2.0

BARE = [sys.executable, "-c", "import click, tinydb"]
LIST = [sys.executable, "-c", "from tokentui.cli import main; main()"]


def fill(office: Office) -> None:
    desk = office.desk
    with desk.change("filled") as transaction:
        fields = (EndpointFields(name=f"Endpoint {number}", group="g") for number in range(ENDPOINTS))
        endpoints = [build_endpoint(desk, checked_endpoint(each)) for each in fields]
        for endpoint in endpoints:
            transaction.put(endpoint)
        for number in range(TOKENS):
            id, now = desk.new_id(), desk.clock()
            secret = desk.seal(f"{number:064}", id, "value")
            transaction.put(EndpointToken(id=id, name=f"application-{number}", secret=secret, created_at=now))
            for turn in range(ASSIGNED):
                endpoint = endpoints[(number + turn) % ENDPOINTS]
                transaction.put(Assignment(token_id=id, endpoint_id=endpoint.id, slots=(Slot.GET,), created_at=now))


def took(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
    return time.perf_counter() - start


@pytest.mark.benchmark
def test_a_list_of_1000_tokens_is_within_twice_the_bare_imports(tmp_path: Path) -> None:
    store = tmp_path / "tokens.json"
    fill(Office(store, tmp_path / "key"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {
        "PYTHONPATH": str(Path(tokentui.__file__).parents[1]),
        "PYTHONPYCACHEPREFIX": str(tmp_path / "pyc"),
    }
    listing = [*LIST, "--store", str(store), "tokens", "list", "--json"]
    for command in (BARE, listing):
        took(command, environment)
    times = [(took(BARE, environment), took(listing, environment)) for _ in range(ROUNDS)]
    bare, listed = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"\nbare {bare * 1000:.0f} ms, list of {TOKENS} {listed * 1000:.0f} ms, ratio {listed / bare:.2f}")
    assert listed <= BUDGET * bare
