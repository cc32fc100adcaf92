"""A million requests of a month, as a busy company's proxies would bring them, and the store that they were for."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from tests.benchmarks.large_store import large_store
from tokentui.domain.records import Endpoint
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import Desk
from tokentui.store.keyfile import read_key
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
REQUESTS, TOKENS, ENDPOINTS, ADDRESSES = 1_000_000, 3_000, 500, 800
DAYS = 30
#: So much of all is the busiest application's.
BUSIEST = 0.3
_AT_ONCE = 20_000
#: Names a folder where it is kept from one run to the next: to make it takes a minute or two.
KEPT = "TOKENTUI_BENCHMARK_MONTH"


def a_month(folder: Path) -> Path:
    """The store file of a month, in the folder that `KEPT` names, or else in this one; its key is `key_of`."""
    folder = Path(os.environ.get(KEPT, folder))
    store, whole = folder / "data" / "tokens.json", folder / "whole"
    if not whole.exists():
        large_store(folder, TOKENS, ENDPOINTS)
        every = traffic(desk_at(store), REQUESTS)
        with desk_at(store).store.requests.recording() as recording:
            while batch := list(islice(every, _AT_ONCE)):
                recording.record(batch)
        whole.touch()
    return store


def copied(store: Path, folder: Path) -> Path:
    """Another such store, for who changes it; it is on the disk, so that nobody has to wait for that later."""
    shutil.copytree(store.parent.parent, folder / "month")
    os.sync()
    return folder / "month" / "data" / store.name


def key_of(store: Path) -> Path:
    """The key file of `a_month`'s store."""
    return store.parent.parent / "config" / "key"


def desk_at(store: Path) -> Desk:
    """A desk at the end of that month."""
    key = read_key(key_of(store))
    return Desk(TinyDBStore(store), KeyVault(lambda: key), clock=lambda: NOW)


@dataclass(frozen=True, slots=True)
class _Caller:
    token_id: str
    endpoints: tuple[Endpoint, ...]
    addresses: tuple[str, ...]


def callers(desk: Desk, dice: Random) -> list[_Caller]:
    """The tokens with where they are mapped; each comes from one address or a few."""
    reader = desk.reader()
    endpoints = {each.id: each for each in reader.iter_endpoints()}
    mapped: dict[str, list[Endpoint]] = {}
    for one in reader.iter_assignments():
        mapped.setdefault(one.token_id, []).append(endpoints[one.endpoint_id])
    addresses = [f"10.{place // 200}.{place % 200}.{place % 7 + 1}" for place in range(ADDRESSES)]
    return [
        _Caller(token.id, tuple(mapped[token.id]), tuple(dice.choices(addresses, k=dice.choice((1, 1, 2, 5)))))
        for token in reader.iter_tokens()
    ]


def traffic(desk: Desk, number: int, until: datetime = NOW, days: float = DAYS) -> Iterator[SeenRequest]:
    """So many requests up to a moment, the newest last; the same ones each time."""
    dice = Random(7)
    every = callers(desk, dice)
    weights = [1 / (place + 30) for place in range(len(every))]
    for begin in range(0, number, _AT_ONCE):
        many = min(_AT_ONCE, number - begin)
        for place, caller in enumerate(dice.choices(every, weights, k=many), begin):
            at = until - timedelta(days=days) * (number - place) / number
            yield _one(dice, every[0] if dice.random() < BUSIEST else caller, at)


def _one(dice: Random, caller: _Caller, at: datetime) -> SeenRequest:
    endpoint = caller.endpoints[dice.random() < 0.2]
    fields = {
        "at": at,
        "method": dice.choice(("GET", "GET", "GET", "HEAD")),
        "path": endpoint.path,
        "endpoint_id": endpoint.id,
        "slot": "GET",
        "token_id": caller.token_id,
        "kind": "endpoint",
        "previous": dice.random() < 0.01,
        "address": dice.choice(caller.addresses),
        "status": 200,
        "reason": "allowed",
        "duration": dice.randrange(4, 40),
    }
    return SeenRequest(**{**fields, **_refusal(dice)})  # type: ignore[arg-type]  # each has its own type


def _refusal(dice: Random) -> dict[str, object]:
    """Of one in twenty, why it was refused; nothing for the others."""
    one = dice.random()
    if one < 0.02:
        return {"status": 403, "reason": "insufficient_scope"}
    if one < 0.03:
        stranger = f"{dice.randrange(500) * 7_919_777:08x}"[-8:]
        return {"token_id": "", "kind": "", "fingerprint": stranger, "status": 401, "reason": "unknown_token"}
    if one < 0.04:
        return {"token_id": "", "kind": "", "status": 401, "reason": "no_credential"}
    if one < 0.045:
        gone = {
            "endpoint_id": "",
            "slot": "",
            "path": f"/wp-login{dice.randrange(90)}.php",
            "token_id": "",
            "kind": "",
        }
        return {**gone, "status": 403, "reason": "unknown_endpoint"}
    return {"status": 403, "reason": "ip_not_allowed"} if one < 0.05 else {}
