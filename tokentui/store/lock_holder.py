"""Who holds the store's lock: written into the lock file by whoever takes it, for those who wait to be told.

Nobody may be named who does not hold it. So a holder takes its name out before it lets go; and one that was killed,
or whose number another process has got since, is known by when the process of that number began.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import orjson

from tokentui.domain.actors import Note

#: Whom one waits for where nobody can be named.
SOMEBODY = "another process"
#: Bytes of a name at the most; and characters of each text in it.
_LENGTH, _TEXT = 4096, 80


class Holder(NamedTuple):
    """A process that holds the lock."""

    pid: int
    user: str
    since: datetime
    #: In words without secrets; empty where it is not known.
    deed: str

    @property
    def text(self) -> str:
        """`process 4711 (jan, since 2026-03-14 09:26:53 UTC, “enabled load-test”)`."""
        since = self.since.strftime("%Y-%m-%d %H:%M:%S")
        deed = f", “{self.deed}”" if self.deed else ""
        return f"process {self.pid} ({self.user}, since {since} UTC{deed})"

    @property
    def name(self) -> str:
        """`jan (process 4711, “enabled load-test”)`."""
        deed = f", “{self.deed}”" if self.deed else ""
        return f"{self.user} (process {self.pid}{deed})"


def write_holder(descriptor: int, note: Note | None) -> None:
    """Write into the lock file, which this process holds now, who that is; where that cannot be, nobody is named."""
    pid = os.getpid()
    facts = {
        "pid": pid,
        "process": _process(pid),
        "user": (note and note.who.user) or _user(),
        "since": datetime.now(UTC).isoformat(),
        "deed": note.what if note else "",
    }
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, orjson.dumps(facts)[:_LENGTH], 0)


def clear_holder(descriptor: int) -> None:
    """Take the name out again, before the lock is let go."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)


def read_holder(descriptor: int) -> Holder | None:
    """Who holds the lock file; None where nobody can be named for certain: whatever stands there is not believed."""
    try:
        facts = orjson.loads(os.pread(descriptor, _LENGTH, 0))
        pid, process, since = facts["pid"], facts["process"], datetime.fromisoformat(facts["since"])
        holder = Holder(pid, _line(facts["user"]), since.astimezone(UTC), _line(facts["deed"]))
    except (OSError, ValueError, OverflowError, KeyError, TypeError):
        return None
    return holder if type(pid) is int and pid > 0 and _runs(pid, process) else None


def holder_of(lock: Path) -> Holder | None:
    """Who holds a lock file at this moment; None where nobody does, or nobody can be named."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return read_holder(descriptor)
    finally:
        os.close(descriptor)


def _line(text: object) -> str:
    """The text as it may be shown; raises `TypeError` where it is none."""
    if not isinstance(text, str):
        raise TypeError(text)
    shown = "".join(filter(str.isprintable, text))
    return shown if len(shown) <= _TEXT else f"{shown[: _TEXT - 1]}…"


def _runs(pid: int, process: object) -> bool:
    """Whether the process of this number is the one that wrote so."""
    if process != "":
        return process == _process(pid)
    try:  # a system without /proc
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass
    return True


def _process(pid: int) -> str:
    """What tells a process from all that have had its number: boot and start; empty where that is not known."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if state[0] in b"ZX" else f"{_boot()}/{state[19].decode()}"


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
