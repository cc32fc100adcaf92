"""Lines that drop: SSH clients killed in the middle of a form or a save, and what is left of it."""

import os
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter, sleep

from tests.system.ssh import Host, far_command, logged_in
from tests.system.terminal import Terminal
from tokentui.store.tinydb_store import TinyDBStore

#: How long the program may outlive its line, in seconds.
LINGER = 3.0

#: How many are logged in at once.
ADMINS = 5

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
    """Several log in at once, add tokens, and lose their line at a random moment, so many times over one store."""
    found = Dropped()
    with ThreadPoolExecutor(ADMINS) as admins:
        for each in admins.map(
            lambda number: _drop_line(host, folder, number, random.Random(seed + number)), range(times)
        ):
            found.acknowledged |= each.acknowledged
            found.under_way |= each.under_way
            found.longest = max(found.longest, each.longest)
            found.orphans += each.orphans
    return found


def _drop_line(host: Host, folder: Path, number: int, chance: random.Random) -> Dropped:
    found = Dropped()
    home = folder / f"home-{number}"
    remote = far_command(home, "--store", str(store_in(folder)), "--key-file", str(folder / "config" / "key"))
    with logged_in(host, home, remote) as screen:
        screen.see("1 Endpoints", "? Help")
        screen.press("2")
        screen.until(lambda: "Endpoint tokens" in screen.lines[2])
        assert programs_of(home)
        _work_until_it_drops(screen, f"app-{number}", chance, found)
    _wait_for_the_end(home, found)
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


def _wait_for_the_end(home: Path, found: Dropped) -> None:
    """Until no program of this home folder is left; those that are left after a time are ended."""
    since = monotonic()
    while left := programs_of(home):
        if monotonic() - since > LINGER:
            found.orphans += left
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return
        sleep(0.01)
    found.longest = max(found.longest, monotonic() - since)


def programs_of(home: Path) -> list[int]:
    """All processes of `tokentui` whose home folder this is."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                environ = (entry / "environ").read_bytes().split(b"\0")
                if f"HOME={home}".encode() in environ and b"tokentui" in (entry / "cmdline").read_bytes().split(
                    b"\0"
                ):
                    found.append(int(entry.name))
    return found


def store_in(folder: Path) -> Path:
    """The store that all of them work at."""
    return folder / "data" / "tokens.json"


def names_in(folder: Path) -> set[str]:
    """The names of all tokens of the store."""
    return {each.name for each in TinyDBStore(store_in(folder)).reader().iter_tokens()}
