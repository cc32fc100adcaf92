"""How a worker and its supervisor talk: JSON behind its length, over a socket that is never waited for."""

import socket
from collections.abc import Iterator
from mmap import mmap
from typing import Any

import orjson

_HEAD = 4
#: What a count takes.
COUNT_BYTES = 8
#: So much is kept of what the other side has not taken yet, in bytes.
MOST_WAITING = 8 << 20


class Channel:
    """One end of a connected socket, which it makes non-blocking."""

    def __init__(self, connection: socket.socket, shared: mmap | None = None) -> None:
        """`shared` is memory that both processes see."""
        #: A number that the other side sees at once where memory is shared, also when nothing more can be sent.
        self.count = memoryview(shared or bytearray(COUNT_BYTES)).cast("Q")
        connection.setblocking(False)
        self._connection = connection
        self._outgoing = bytearray()
        self._incoming = bytearray()
        #: Whether the other side has gone.
        self.closed = False

    def fileno(self) -> int:
        """For `select` and event loops."""
        return self._connection.fileno()

    @property
    def waiting(self) -> int:
        """How many bytes the other side has not taken yet."""
        return len(self._outgoing)

    def send(self, message: object) -> bool:
        """Send it, or keep it to be sent; False where too much is waiting already, and then it is not kept."""
        if self.closed or len(self._outgoing) > MOST_WAITING:
            return False
        content = orjson.dumps(message)
        self._outgoing += len(content).to_bytes(_HEAD, "big") + content
        self.push()
        return True

    def push(self) -> None:
        """Send what is waiting, as far as the other side takes it."""
        try:
            while self._outgoing:
                del self._outgoing[: self._connection.send(self._outgoing)]
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True

    def flush(self, timeout: float) -> None:
        """Send all that is waiting, within so many seconds; what is not sent by then never is."""
        if self.closed:
            return
        self._connection.settimeout(timeout)
        try:
            self._connection.sendall(self._outgoing)
            self._outgoing.clear()
        except OSError:
            self.closed = True
        finally:
            self._connection.setblocking(False)

    def received(self) -> Iterator[Any]:
        """All messages that have come whole."""
        self._pull()
        begin, had = 0, len(self._incoming)
        while had - begin >= _HEAD:
            end = begin + _HEAD + int.from_bytes(self._incoming[begin : begin + _HEAD], "big")
            if end > had:
                break
            yield orjson.loads(memoryview(self._incoming)[begin + _HEAD : end].tobytes())
            begin = end
        del self._incoming[:begin]

    def _pull(self) -> None:
        try:
            while True:
                some = self._connection.recv(1 << 18)
                if not some:
                    self.closed = True
                    return
                self._incoming += some
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True

    def close(self) -> None:
        """Close the socket."""
        self._connection.close()
