"""The real verifier in a process of its own, asked over raw sockets.

`python -m tests.verifier.live PARSER ARGUMENT...` is `tokentui ARGUMENT...`, parsing by `httptools` or `h11`.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from tokentui.verifier.keeping import NAME

PARSERS = ("httptools", "h11")
#: How long the verifier may take for anything, in seconds: the machine may be busy.
PATIENCE = 30.0
_ROOT = Path(__file__).parents[2]


def wait_until(holds: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Until `holds()`; how long that took, in seconds."""
    begin = monotonic()
    while not holds():
        if monotonic() - begin > patience:
            pytest.fail(f"{what}: not within {patience} s")
        sleep(0.01)
    return monotonic() - begin


@dataclass
class Live:
    """A verifier that answers."""

    process: "subprocess.Popen[bytes]"
    log: Path
    port: int = 0
    unix: Path | None = None

    @property
    def told(self) -> str:
        return self.log.read_text(errors="replace")

    def connect(self) -> socket.socket:
        if self.unix is not None:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(PATIENCE)
            connection.connect(str(self.unix))
            return connection
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def say(self, question: bytes, wait: float = PATIENCE) -> bytes:
        """All that comes back until the verifier closes the connection; raises where it is quiet for so long."""
        with self.connect() as connection:
            with suppress(OSError):  # it need not listen to the end of what it refuses
                connection.sendall(question)
            connection.settimeout(wait)
            return _all_from(connection)

    def workers(self) -> list[int]:
        """The processes that answer."""
        return [each for each in self._children() if not records(each)]

    def recorders(self) -> list[int]:
        """The process that records, if there is one."""
        return [each for each in self._children() if records(each)]

    def _children(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(each) for each in children.split()]

    def end(self) -> int:
        """End it as a service manager does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def records(process: int) -> bool:
    """Whether it is what records requests, as lists of processes name it."""
    with suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text().strip() == NAME
    return False


def _all_from(connection: socket.socket) -> bytes:
    answer = b""
    with suppress(ConnectionError):
        while some := connection.recv(65536):
            answer += some
    return answer


@contextmanager
def live(
    folder: Path, *options: str, parser: str = "httptools", unix: bool = False, before: tuple[str, ...] = ()
) -> Iterator[Live]:
    """The verifier of the store in this folder, from when it answers until the block ends."""
    log, place = folder / f"serve-{os.urandom(4).hex()}.log", folder / "v.sock"
    where = ("--unix", str(place)) if unix else ("--port", "0")
    store = ("--store", str(folder / "tokens.json"), "--key-file", str(folder / "key"))
    command = [sys.executable, "-m", "tests.verifier.live", parser, *store, *before, "serve", *where, *options]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, cwd=_ROOT) as process:
        found = Live(process, log, unix=place if unix else None)
        try:
            wait_until(lambda: "Listening" in found.told or process.poll() is not None, "the verifier begins")
            assert process.poll() is None, found.told
            if not unix:
                found.port = int(re.findall(r"port (\d+)", found.told)[0])
            yield found
        finally:
            if process.poll() is None:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(PATIENCE)
            process.kill()


@dataclass(frozen=True)
class Heard:
    """An answer on the wire."""

    status: int
    #: By name in lower case, every value.
    headers: dict[str, list[str]]
    body: bytes

    def one(self, name: str) -> str:
        (value,) = self.headers[name]
        return value


def answers(said: bytes) -> list[Heard]:
    """The answers in what came over a connection, each with its length."""
    heard = []
    while said:
        head, _, said = said.partition(b"\r\n\r\n")
        line, *rest = head.split(b"\r\n")
        headers: dict[str, list[str]] = {}
        for each in rest:
            name, _, value = each.decode("ascii").partition(":")
            headers.setdefault(name.lower(), []).append(value.strip())
        length = int(headers["content-length"][0]) if "content-length" in headers else len(said)
        heard.append(Heard(int(line.split(b" ")[1]), headers, said[:length]))
        said = said[length:]
    return heard


def _main() -> None:
    parser = sys.argv.pop(1)
    if parser == "h11":
        sys.modules["httptools"] = None  # type: ignore[assignment]  # as if it were not installed
    from tokentui.cli import main

    sys.argv[0] = "tokentui"
    main()


if __name__ == "__main__":
    _main()
