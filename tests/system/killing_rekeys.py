"""Kills rekeys of a store at random moments, and looks after each kill whether every value opens as before.

`python -m tests.system.killing_rekeys FOLDER KILLS SEED` prints what it found, as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tokentui.cli.compose import Office
from tokentui.cli.rekeying import rekey_with
from tokentui.domain.errors import TokenTuiError
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication
from tokentui.services.endpoints import add_endpoint, reveal_primary
from tokentui.services.tokens import add_token, reveal_token
from tokentui.store.vault import key_id

#: So few that the steps with the key files take as long as the rest, and enough that sealing takes time.
TOKENS = 20
#: After so many kills a new store is begun, so that the trail stays short.
KILLS_EACH = 25
#: How many rekeys a process does unless it is killed.
REKEYS = 50


def office_at(folder: Path) -> Office:
    return Office(folder / "data" / "tokens.json", folder / "config" / "key")


def fill(folder: Path) -> None:
    desk = office_at(folder).desk
    add_endpoint(desk, EndpointFields(name="Orders", group="g", authentication=Authentication.TOKEN))
    for number in range(TOKENS):
        add_token(desk, TokenFields(name=f"app-{number}"))


def values(folder: Path) -> list[str]:
    """All values; raises `TokenTuiError` where one does not open."""
    desk = office_at(folder).desk
    reader = desk.reader()
    primaries = [reveal_primary(desk, each, slot) for each in reader.iter_endpoints() for slot in each.primaries]
    return [*primaries, *(reveal_token(desk, token) for token in reader.iter_tokens())]


def rekey_again(folder: Path, told: int) -> None:
    """Rekey again and again, each time as a command of its own would; tell the mark when it is done."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for _ in range(REKEYS):
        office = office_at(folder)
        rekey_with(office, office.desk)
        os.write(told, f"{office.store.key_id}\n".encode())


def killed_rekey(folder: Path, chance: random.Random) -> list[str]:
    """Let a process rekey once or twice, kill it within the next time; the marks that it told."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        rekey_again(folder, writing)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        done, took = _progress(told, chance.randint(1, 2))
        time.sleep(took * chance.uniform(0, 1.1))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return [*done, *told.read().decode().split()]


def _progress(told: Iterator[bytes], wanted: int) -> tuple[list[str], float]:
    done, took, since = [], 0.0, time.perf_counter()
    for _ in range(wanted):
        done.append(next(told).decode().strip())
        now = time.perf_counter()
        took, since = now - since, now
    return done, took


def state(folder: Path) -> str:
    """How far the killed run came: nothing, key begun with, store saved under it, or all of it."""
    office = office_at(folder)
    begun = {each.name.split(".")[-2] for each in (folder / "config").glob("key.*.new")}
    mark = office.store.key_id
    if mark in begun:
        return "saved"
    return "begun" if begun else "whole"


def search(folder: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill so many rekeys; tells which left a value that does not open, or lost a key that was in use."""
    chance = random.Random(seed)
    states = {"whole": 0, "begun": 0, "saved": 0}
    unreadable, lost = [], []
    kept: list[str] = []
    marks: set[str] = set()
    for number in range(kills):
        place = folder / str(number // KILLS_EACH)
        if number % KILLS_EACH == 0:
            fill(place)
            kept, marks = values(place), set()
        marks.update(killed_rekey(place, chance))
        states[state(place)] += 1
        try:
            if values(place) != kept:
                unreadable.append(f"{number}: other values")
        except TokenTuiError as error:
            unreadable.append(f"{number}: {error}")
        ring = office_at(place).key.ring
        lost += [mark for mark in marks if ring.find(mark) is None]
        if key_id(office_at(place).key.open().master) != office_at(place).store.key_id:
            lost.append("the key in use")
    return {"kills": kills, **states, "unreadable": unreadable, "lost": lost}


if __name__ == "__main__":
    print(json.dumps(search(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201  # its purpose
