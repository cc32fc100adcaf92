"""A program in a pseudo-terminal, to be measured from outside."""

import os
import select
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from pty import fork


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal of 120×40 with 256 colours, over "SSH", and the process that runs in it."""

    pid: int
    descriptor: int

    def press(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def sent(self, quiet: float, most: float = 60.0) -> bytes:
        """What comes until nothing has come for `quiet` seconds; no longer than `most`, since a cursor may blink."""
        end, received = time.monotonic() + most, b""
        while time.monotonic() < end and select.select([self.descriptor], [], [], quiet)[0]:
            received += os.read(self.descriptor, 1 << 16)
        return received

    def wait_for(self, text: str) -> None:
        """Until the text was sent and it is quiet again."""
        received = self.sent(0.5, 5.0)
        end = time.monotonic() + 60
        while text.encode() not in received:
            assert time.monotonic() < end, f"{text} never came"
            received += self.sent(0.5, 5.0)

    def megabytes(self, line: str) -> float:
        """What the system says of the process' memory: `VmRSS` is what it has now, `VmHWM` the most it ever had."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(each.split()[1]) for each in lines if each.startswith(line)) * 1024 / 1e6


@contextmanager
def terminal(command: list[str]) -> Iterator[Terminal]:
    """The command in a terminal; it is killed at the end."""
    pid, descriptor = fork()
    if pid == 0:
        os.environ.pop("COLORTERM", None)
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40", SSH_CONNECTION="::1 1 ::1 22")
        os.execv(command[0], command)
    ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        yield Terminal(pid, descriptor)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(descriptor)
