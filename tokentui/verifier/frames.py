"""How the verifier's processes talk: JSON and rows behind their lengths, over a socket that is never waited for."""

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from mmap import mmap
from typing import Any

import orjson

#: What stands before a message: the lengths of its JSON and of its rows.
_HEAD = struct.Struct("!II")
#: How many numbers both sides see, and what they take.
COUNTS = 3
COUNT_BYTES = 8 * COUNTS
#: So much is kept of what the other side has not taken yet, in bytes.
MOST_WAITING = 8 << 20


class Channel:
    """One end of a connected socket, which it makes non-blocking."""

    def __init__(self, connection: socket.socket, shared: mmap | None = None) -> None:
        """`shared` is memory that both processes see."""
        #: Numbers that the other side sees at once where memory is shared, also when nothing more can be sent.
        self.counts = memoryview(shared or bytearray(COUNT_BYTES)).cast("Q")
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

    def send(self, message: object, rows: bytes = b"") -> bool:
        """Send it, or keep it to be sent; False where too much is waiting already, and then it is not kept.

        `rows` are whatever bytes belong to a message, which then is a `dict`: they come with it under that name.
        """
        if self.closed or len(self._outgoing) > MOST_WAITING:
            return False
        content = orjson.dumps(message)
        self._outgoing += _HEAD.pack(len(content), len(rows))
        self._outgoing += content
        self._outgoing += rows
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
        try:
            while had - begin >= _HEAD.size:
                length, rows = _HEAD.unpack_from(self._incoming, begin)
                end = begin + _HEAD.size + length + rows
                if end > had:
                    break
                content = bytes(memoryview(self._incoming)[begin + _HEAD.size : end])
                begin = end
                message = orjson.loads(content[:length])
                if rows:
                    message["rows"] = content[length:]
                yield message
        finally:  # who does not hear all of them out shall not hear the same ones again
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

    def finish(self) -> None:
        """Tell the other side that nothing more will be sent."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the socket."""
        self._connection.close()
