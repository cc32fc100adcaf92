"""Kills rotations of many tokens at random moments, and looks after each kill whether all were rotated or none.

`python -m tests.system.killing_rotations FOLDER KILLS SEED` prints what it found, as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conftest import MASTER_KEY
from tests.domain.worlds import NOTE
from tokentui.domain.errors import TokenTuiError
from tokentui.domain.records import EndpointToken
from tokentui.services.desk import Desk
from tokentui.services.rotating import rotate
from tokentui.services.tokens import VALUE, new_value, reveal_token
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault

#: How many tokens rotate at once.
TOKENS = 200
#: How many rotations a process does unless it is killed.
ROTATIONS = 50
#: After so many kills a new store is begun, so that the trail stays short.
KILLS_EACH = 20
#: The n-th rotation leaves the old values valid until n hours after this: so it can be told which one a token had.
EPOCH = datetime(2100, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: The progress at which all values are sealed, and nothing is saved yet.
SEALED = 0.8


def desk_at(file: Path) -> Desk:
    return Desk(store=TinyDBStore(file), vault=KeyVault(lambda: MASTER_KEY))


def fill(file: Path) -> None:
    """Make a store whose tokens had their 0th rotation."""
    desk = desk_at(file)
    with desk.store.change(NOTE) as transaction:
        for number in range(TOKENS):
            id = desk.new_id()
            secret, previous = (desk.seal(new_value(desk), id, VALUE) for _ in range(2))
            transaction.put(
                EndpointToken(
                    id=id,
                    name=f"app-{number}",
                    secret=secret,
                    previous=previous,
                    previous_until=EPOCH,
                    created_at=desk.clock(),
                )
            )


def rotate_again(file: Path, first: int, told: int) -> None:
    """Rotate all tokens as one change, again and again; tells when all values are sealed and when they are saved."""
    desk = desk_at(file)
    ids = [token.id for token in desk.reader().iter_tokens()]
    for number in range(first, first + ROTATIONS):
        rotate(desk, ids, EPOCH + number * HOUR, lambda share: SEALED <= share < 1 and os.write(told, b"sealed\n"))
        os.write(told, f"{number}\n".encode())


def killed_rotation(file: Path, first: int, chance: random.Random) -> int:
    """Let a process rotate some times, kill it within the next rotation or its saving; the last that was told."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        rotate_again(file, first, writing)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        done = _killed_within(process, told, chance)
        rest = [line for line in told.read().split() if line != b"sealed"]
    return max([done, *map(int, rest)])


def _killed_within(process: int, told: Iterator[bytes], chance: random.Random) -> int:
    """Kill the process while it seals, or mostly while it saves: rather near the end, where the files are written."""
    done, sealing, saving = 0, 0.0, 0.0
    for _ in range(chance.randint(1, 3)):
        done, sealing, saving = _rotation(told)
    wait = sealing * chance.random()
    if chance.random() < 0.8:
        next(told)
        wait = saving * chance.uniform(0.5, 1.5)
    time.sleep(wait)  # not a loop: it would take the processor from the one that is to be killed
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return done


def _rotation(told: Iterator[bytes]) -> tuple[int, float, float]:
    """The number of the next rotation, and how long its sealing and its saving took."""
    began = time.perf_counter()
    next(told)
    sealed = time.perf_counter()
    number = int(next(told))
    return number, sealed - began, time.perf_counter() - sealed


def rotations_found(file: Path) -> set[int]:
    """Which rotation the tokens had last; every value opens, the one before too."""
    desk = desk_at(file)
    found = set()
    for token in desk.reader().iter_tokens():
        assert token.previous is not None
        assert token.previous_until is not None
        values = {reveal_token(desk, token), desk.vault.reveal(token.previous, token.id, VALUE)}
        assert len(values) == 2
        found.add((token.previous_until - EPOCH) // HOUR)
    return found


def search(folder: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill so many rotations; tells which left some tokens rotated and others not, or lost one that was told.

    `died_writing`: how many left a file half written; `came`: how many were in place, and were killed before they
    were told.
    """
    chance = random.Random(seed)
    rotated, came, died_writing, torn, lost, unreadable = 0, 0, 0, [], [], []
    for number in range(kills):
        file = folder / str(number // KILLS_EACH) / "tokens.json"
        if number % KILLS_EACH == 0:
            fill(file)
            rotated = 0
        done = killed_rotation(file, rotated + 1, chance)
        died_writing += any(file.parent.glob("*.tmp"))
        try:
            found = rotations_found(file)
        except TokenTuiError as error:
            unreadable.append(str(error))
            break
        torn += [sorted(found)] if len(found) > 1 else []
        lost += [done] if max(found) < done else []
        came += max(found) > done
        rotated = max(found)
    problems = desk_at(file).store.activity().verify(None, datetime.now(UTC)).problems
    return {
        "kills": kills,
        "came": came,
        "died_writing": died_writing,
        "torn": torn,
        "lost": lost,
        "unreadable": unreadable,
        "trail": problems,
    }


if __name__ == "__main__":
    print(json.dumps(search(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201  # its purpose
