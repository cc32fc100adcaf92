"""A lock that is held is waited for, and then told with who holds it; nobody is named who does not."""

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import orjson
import pytest

from tests.domain.worlds import NOTE, token
from tests.store.contract import save
from tests.store.holding import held_by_anna, held_by_somebody
from tokentui.domain.errors import StoreError
from tokentui.store import lock_holder
from tokentui.store.tinydb_store import TinyDBStore

ERP, SHOP = token("erp"), token("shop")
NOBODY_NAMED = r"is locked by another process; waited 0.1 s\. Try again\."


@pytest.fixture
def file(store: TinyDBStore) -> Path:
    """A store file with one token in it."""
    save(store, ERP)
    return Path(store.location)


@pytest.fixture
def hasty(file: Path) -> TinyDBStore:
    """A handle on it that waits for a moment only."""
    return TinyDBStore(file, lock_timeout=0.1)


def lock_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.lock")


def test_who_holds_the_lock_is_named_with_pid_user_and_since_when(file: Path, hasty: TinyDBStore) -> None:
    before = file.read_bytes()
    with held_by_anna(file) as holder:
        with pytest.raises(StoreError) as raised:
            save(hasty, SHOP)
        assert hasty.reader().counts().tokens == 1  # who only looks does not wait
        assert file.read_bytes() == before
    said = str(raised.value)
    assert said.startswith(f"The store {file} is locked by process {holder.pid} (anna, since ")
    assert said.endswith(" UTC, “imported kong.yaml”); waited 0.1 s. Try again.")
    since = datetime.strptime(said.partition("since ")[2][:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert datetime.now(UTC) - since < timedelta(minutes=2)
    save(hasty, SHOP)


def test_whom_a_change_waits_for_is_known_while_it_waits(store: TinyDBStore, file: Path) -> None:
    with held_by_anna(file) as holder:
        waiting = threading.Thread(target=lambda: save(store, SHOP))
        waiting.start()
        named = f"anna (process {holder.pid}, “imported kong.yaml”), "
        wait_until(lambda: store.awaited == f"{named}0 of 5 s")
        wait_until(lambda: store.awaited == f"{named}1 of 5 s")
    waiting.join(30)
    assert store.awaited == ""
    assert store.reader().counts().tokens == 2


def wait_until(condition: Callable[[], object]) -> None:
    end = monotonic() + 10
    while not condition():
        assert monotonic() < end
        sleep(0.005)


# ---------------------------------------------------------------------- nobody is named who does not hold it


def facts(**more: object) -> dict[str, object]:
    """What this process writes of itself."""
    process = lock_holder._process(os.getpid())
    return {
        "pid": os.getpid(),
        "process": process,
        "user": "anna",
        "since": "2026-03-14T09:26:53+00:00",
        "deed": "",
    } | more


def test_what_a_holder_writes_of_itself_is_believed(file: Path, hasty: TinyDBStore) -> None:
    written = orjson.dumps(facts(deed="added\nerp\x1b[31m"))
    with held_by_somebody(file, written), pytest.raises(StoreError) as raised:
        save(hasty, SHOP)
    named = f"process {os.getpid()} (anna, since 2026-03-14 09:26:53 UTC, “addederp[31m”)"
    assert named in str(raised.value)


NOT_BELIEVED: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"4711\n",
    "NULs": bytes(64),
    "a list": b"[]",
    "null": b"null",
    "an empty object": b"{}",
    "half of it": orjson.dumps(facts())[:40],
    "very much": b" " * 5000 + orjson.dumps(facts()),
    "a pid that is text": orjson.dumps(facts(pid="1")),
    "a pid that is true": orjson.dumps(facts(pid=True, process="")),
    "a negative pid": orjson.dumps(facts(pid=-1, process="")),
    "a pid that nobody can have": orjson.dumps(facts(pid=2**62, process="")),
    "no time": orjson.dumps(facts(since="yesterday")),
    "a time that is a number": orjson.dumps(facts(since=5)),
    "a time at the end of time": orjson.dumps(facts(since="9999-12-31T23:59:59-23:00")),
    "a user that is a list": orjson.dumps(facts(user=[])),
    "a deed that is a number": orjson.dumps(facts(deed=7)),
    "a process that is a list": orjson.dumps(facts(process=[])),
    "a pid that another process has got": orjson.dumps(facts(process=f"{lock_holder._boot()}/1")),
    "one from before the last boot": orjson.dumps(facts(process="0/" + lock_holder._process(os.getpid())[-6:])),
}


@pytest.mark.parametrize("written", NOT_BELIEVED.values(), ids=NOT_BELIEVED.keys())
def test_nobody_is_named_after_what_cannot_be_true(file: Path, hasty: TinyDBStore, written: bytes) -> None:
    with held_by_somebody(file, written), pytest.raises(StoreError, match=NOBODY_NAMED):
        save(hasty, SHOP)
    save(hasty, SHOP)


@pytest.mark.parametrize("buried", [True, False], ids=["gone", "not yet waited for"])
def test_a_holder_that_was_killed_is_named_no_more(file: Path, hasty: TinyDBStore, buried: bool) -> None:
    with held_by_anna(file) as holder:
        holder.send_signal(signal.SIGKILL)
        if buried:
            holder.wait(30)
        else:
            os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
        assert b'"anna"' in lock_of(file).read_bytes()  # nobody has taken it out
        with held_by_somebody(file), pytest.raises(StoreError, match=NOBODY_NAMED):
            save(hasty, SHOP)
        save(hasty, SHOP)


def test_who_lets_the_lock_go_takes_its_name_out(store: TinyDBStore, file: Path) -> None:
    with store.change(NOTE):
        assert f'"pid":{os.getpid()},'.encode() in lock_of(file).read_bytes()
    assert lock_of(file).read_bytes() == b""


def test_a_name_that_cannot_be_written_hinders_no_change(
    store: TinyDBStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for call in ("pwrite", "ftruncate"):
        monkeypatch.setattr(os, call, full)
    save(store, SHOP)
    assert store.reader().counts().tokens == 2


def test_where_a_process_cannot_be_told_from_another_its_number_is_enough(file: Path, hasty: TinyDBStore) -> None:
    """As on a system without `/proc`."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(30)
    for pid, named in ((os.getpid(), f"process {os.getpid()} "), (ended.pid, "another process;")):
        written = orjson.dumps(facts(pid=pid, process=""))
        with held_by_somebody(file, written), pytest.raises(StoreError, match=f"is locked by {named}"):
            save(hasty, SHOP)


# ---------------------------------------------------------------------- the file


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_lock_that_root_makes_is_left_to_the_stores_owner(store: TinyDBStore, file: Path) -> None:
    os.chown(file, 12345, 54321)
    lock_of(file).unlink()
    save(store, SHOP)
    status = lock_of(file).stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12345, 54321, 0o600)


def test_a_lock_file_that_was_taken_away_meanwhile_leaves_no_two_alone(store: TinyDBStore, file: Path) -> None:
    changing = threading.Thread(target=lambda: save(store, SHOP))
    with held_by_somebody(file):
        changing.start()
        wait_until(lambda: store.awaited)
        lock_of(file).unlink()
        second = held_by_somebody(file, orjson.dumps(facts(user="bert")))
        second.__enter__()
    wait_until(lambda: "bert" in store.awaited)
    assert changing.is_alive()
    assert store.reader().counts().tokens == 1
    second.__exit__(None, None, None)
    changing.join(30)
    assert store.reader().counts().tokens == 2


@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
def test_a_lock_that_is_no_regular_file_is_told_and_not_waited_for(store: TinyDBStore, file: Path, kind: str) -> None:
    lock = lock_of(file)
    lock.unlink()
    match kind:
        case "pipe":
            os.mkfifo(lock)
        case "folder":
            lock.mkdir()
        case _:
            lock.symlink_to(file)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=f"The store {file} cannot be locked: "):
        save(store, SHOP)
    assert file.read_bytes() == before


def test_the_trail_that_another_store_writes_is_waited_for_and_then_told(file: Path, hasty: TinyDBStore) -> None:
    before = file.read_bytes()
    with held_trail(file), pytest.raises(StoreError, match=r"the activity trail .* is locked by another process\."):
        save(hasty, SHOP)
    assert file.read_bytes() == before
    save(hasty, SHOP)


def test_who_waited_for_the_lock_does_not_wait_as_long_again_for_the_trail(file: Path) -> None:
    store, held = TinyDBStore(file, lock_timeout=2.0), held_by_somebody(file)
    held.__enter__()
    began = monotonic()
    letting_go = threading.Timer(1.5, held.__exit__, (None, None, None))
    letting_go.start()
    with held_trail(file), pytest.raises(StoreError, match="activity trail"):
        save(store, SHOP)
    letting_go.join()
    assert 2.0 <= monotonic() - began < 3.0
    save(store, SHOP)


@contextmanager
def held_trail(file: Path) -> Iterator[None]:
    """The trail that the store writes, held by somebody else."""
    with open(file.with_name("activity.jsonl")) as trail:
        fcntl.flock(trail, fcntl.LOCK_EX)
        yield
