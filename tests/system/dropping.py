"""Lines that drop: SSH clients killed in the middle of a form or a save, and what is left of it."""

import os
import random
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter, sleep

from tests.system.ssh import Host, far_command, logged_in
from tests.system.terminal import Terminal
from tokentui.store.tinydb_store import TinyDBStore

#: How long the program may outlive its line, in seconds.
LINGER = 3.0

#: A save takes about so long, in seconds: the line drops within it.
SAVE = 0.06


@dataclass
class Dropped:
    """What became of so many dropped lines."""

    #: Names of tokens of which the screen said that they were added.
    acknowledged: set[str] = field(default_factory=set)
    #: Names whose saving was begun when the line dropped.
    under_way: set[str] = field(default_factory=set)
    #: How long the program outlived the line that took longest, in seconds.
    longest: float = 0.0
    #: Programs that were still there after `LINGER`.
    orphans: list[int] = field(default_factory=list)


def drop_lines(host: Host, folder: Path, times: int, seed: int) -> Dropped:
    """Log in, add tokens, and kill the client at a random moment, so many times over one store."""
    chance = random.Random(seed)
    found = Dropped()
    store = folder / "data" / "tokens.json"
    remote = far_command(folder, "--store", str(store), "--key-file", str(folder / "config" / "key"))
    for number in range(times):
        with logged_in(host, folder, remote) as screen:
            screen.see("1 Endpoints", "? Help")
            screen.press("2")
            screen.until(lambda: "Endpoint tokens" in screen.lines[2])
            _work_until_it_drops(screen, f"app-{number}", chance, found)
        _wait_for_the_end(str(store), found)
    return found


def _work_until_it_drops(screen: Terminal, name: str, chance: random.Random, found: Dropped) -> None:
    for count in range(chance.randrange(2)):
        _fill_in(screen, f"{name}-{count}")
        screen.press("enter")
        screen.see(f"Added {name}-{count}.")
        found.acknowledged.add(f"{name}-{count}")
    _fill_in(screen, f"{name}-last")
    if chance.random() < 0.75:
        screen.press("enter")
        found.under_way.add(f"{name}-last")
    _busy(SAVE * chance.random())
    os.kill(screen.pid, signal.SIGKILL)
    screen.drain()
    if f"Added {name}-last." in screen.text:
        found.acknowledged.add(f"{name}-last")


def _fill_in(screen: Terminal, name: str) -> None:
    screen.press("a")
    screen.see("Add endpoint token")
    screen.press(name)
    screen.until(lambda: name in screen.row(" Name "))


def _busy(seconds: float) -> None:
    end = perf_counter() + seconds
    while perf_counter() < end:
        pass


def _wait_for_the_end(store: str, found: Dropped) -> None:
    """Until no program at this store is left; those that are left after a time are ended."""
    since = monotonic()
    while left := programs_at(store):
        if monotonic() - since > LINGER:
            found.orphans += left
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return
        sleep(0.01)
    found.longest = max(found.longest, monotonic() - since)


def programs_at(store: str) -> list[int]:
    """All processes of `tokentui` that were started with this store."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
                if b"tokentui" in arguments and store.encode() in arguments:
                    found.append(int(entry.name))
    return found


def names_in(folder: Path) -> set[str]:
    """The names of all tokens of the store."""
    return {each.name for each in TinyDBStore(folder / "data" / "tokens.json").reader().iter_tokens()}
