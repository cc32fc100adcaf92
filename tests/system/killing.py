"""Kills writers of a store at random moments, and looks after each kill whether anything is lost.

`python -m tests.system.killing FOLDER KILLS SEED TOKENS` prints what it found, as JSON; so many tokens are there
already.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.domain.worlds import NOTE, token
from tokentui.domain.errors import TokenTuiError
from tokentui.services.desk import utc_now
from tokentui.store.tinydb_store import TinyDBStore

#: How many writes a writer does unless it is killed.
WRITES = 200
#: After so many kills a new store is begun, so that writes stay short.
KILLS_EACH = 25


def write(file: Path, names: Iterator[str], acknowledged: int) -> None:
    """Add a token for each name, and tell of it once it is saved."""
    store = TinyDBStore(file)
    for name in names:
        with store.change(NOTE) as transaction:
            transaction.put(token(name))
        os.write(acknowledged, f"{name}\n".encode())


def killed_writer(file: Path, number: int, chance: random.Random) -> list[str]:
    """Let a writer work until some writes are acknowledged, kill it within the next one; what it acknowledged."""
    reading, writing = os.pipe()
    writer = os.fork()
    if writer == 0:
        write(file, (f"app-{number}-{each}" for each in range(WRITES)), writing)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as acknowledged:
        done, took = _progress(acknowledged, chance.randint(1, 8))
        moment = time.perf_counter() + took * chance.random()
        while time.perf_counter() < moment:
            pass
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        rest = acknowledged.read().decode()
    return [*done, *rest.split()]


def _progress(acknowledged: Iterator[bytes], wanted: int) -> tuple[list[str], float]:
    """The first acknowledgements, and how long the last of them took."""
    done, took, since = [], 0.0, time.perf_counter()
    for _ in range(wanted):
        done.append(next(acknowledged).decode().strip())
        now = time.perf_counter()
        took, since = now - since, now
    return done, took


def search(folder: Path, kills: int, seed: int, tokens: int) -> dict[str, object]:
    """Kill so many writers; tells what was acknowledged, missing, unreadable and wrong in the trail.

    `died_writing` is how many left half a file beside the store.
    """
    chance = random.Random(seed)
    _fill(folder / "template" / "tokens.json", tokens)
    acknowledged: list[str] = []
    missing: list[str] = []
    unreadable: list[str] = []
    broken: list[str] = []
    total, died_writing = 0, 0
    for number in range(kills):
        file = folder / str(number // KILLS_EACH) / "tokens.json"
        if number % KILLS_EACH == 0:
            acknowledged = []
            shutil.copytree(folder / "template", file.parent)
        done = killed_writer(file, number, chance)
        acknowledged += done
        total += len(done)
        died_writing += any(file.parent.glob("*.tmp"))
        try:
            store = TinyDBStore(file)
            names = {each.name for each in store.reader().iter_tokens()}
            missing += [name for name in acknowledged if name not in names]
            broken += store.activity().verify(None, utc_now()).problems
        except TokenTuiError as error:
            unreadable.append(str(error))
    return {
        "tokens": tokens,
        "kills": kills,
        "acknowledged": total,
        "died_writing": died_writing,
        "missing": missing,
        "unreadable": unreadable,
        "broken": broken,
    }


def _fill(file: Path, tokens: int) -> None:
    """A store that holds so many tokens."""
    file.parent.mkdir(parents=True)
    if tokens:
        with TinyDBStore(file).change(NOTE) as transaction:
            for number in range(tokens):
                transaction.put(token(f"here-{number}"))


if __name__ == "__main__":
    folder, *numbers = sys.argv[1:]
    print(json.dumps(search(Path(folder), *map(int, numbers))))  # noqa: T201  # its purpose
