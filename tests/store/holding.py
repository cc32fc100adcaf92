"""Somebody else at the store's lock: an older TokenTUI, which says nothing of itself, or one in another process."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHANGE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tokentui.domain.actors import Actor, Note
from tokentui.store.tinydb_store import TinyDBStore

with TinyDBStore(Path(sys.argv[1])).change(Note(datetime.now(UTC), Actor("anna"), "imported kong.yaml")):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_somebody(store: Path, written: bytes = b"") -> Iterator[None]:
    """The lock of a store, held by who writes no name into it; this stands there."""
    descriptor = os.open(f"{store}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if written:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, written, 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def held_by_anna(store: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A change of the store that is under way in another process, until the block ends."""
    command = [sys.executable, "-c", _CHANGE, str(store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            yield holder
        finally:
            assert holder.stdin is not None
            holder.stdin.close()
            holder.wait(30)
