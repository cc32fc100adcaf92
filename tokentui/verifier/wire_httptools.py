"""HTTP/1.1 by uvicorn with httptools: plain questions are answered in one go, all else goes uvicorn's own way.

A task of its own and ASGI's messages would take longer than the decision, and to wake who asks takes as long: so what
came at once is answered at once. What uvicorn and httptools are too
forgiving about is refused: heads without end, connections that say nothing, targets that are read as others.
"""

import asyncio
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tokentui.verifier.application import Verifier, peer_of
from tokentui.verifier.seen import Noted

#: What a request's line and headers may have, in bytes; h11 takes as many.
MOST_HEAD = 65536
#: So many questions may wait for the answer to the one before them: proxies wait for each before they ask the next.
MOST_WAITING = 100
#: So many answers go out together at the most.
_MOST_TOGETHER = 64
#: What uvicorn is to find where no request of its own is under way.
_NONE_UNDER_WAY: Any = SimpleNamespace(response_complete=True, message_event=asyncio.Event())


class _Outbox:
    """The answers of one turn of the loop, to whomever: they go out when all that came has been read."""

    def __init__(self) -> None:
        self._answers: list[tuple[asyncio.Transport, bytes, bool]] = []
        self._noted: list[tuple[Verifier, Noted]] = []

    def put(
        self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, content: bytes, closes: bool
    ) -> None:
        """Send it soon, and behind the last one close the connection."""
        if not self._answers:
            loop.call_soon(self.send)
        self._answers.append((transport, content, closes))
        if len(self._answers) >= _MOST_TOGETHER:
            self.send()

    def note(self, verifier: Verifier, noted: Noted) -> None:
        """Tell of a decision when its answer is out, which is put next."""
        self._noted.append((verifier, noted))

    def send(self) -> None:
        """Send all now; nothing where that was done already."""
        answers, self._answers = self._answers, []
        for transport, content, closes in answers:
            if transport.is_closing():
                continue
            transport.write(content)
            if closes:
                transport.close()
        noted, self._noted = self._noted, []
        for verifier, each in noted:
            verifier.tell(each)


#: None of them knows its loop, which goes when nobody else does.
_outboxes: WeakKeyDictionary[asyncio.AbstractEventLoop, _Outbox] = WeakKeyDictionary()


class Strict(HttpToolsProtocol):
    """The target as it came, heads of a bounded size, and no connection that says nothing."""

    #: How much has come of a head that has not ended; None where none has begun.
    _head: int | None = 0
    #: Until when the next head has to have ended, or the next answer to have been taken, in the loop's time.
    _until: float
    _timer: asyncio.TimerHandle
    _verifier: Verifier | None
    _peer: str | None
    _outbox: _Outbox
    #: Whether the last answer is on its way.
    _ended = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.cycle = _NONE_UNDER_WAY
        self._verifier = self.app if isinstance(self.app, Verifier) else None
        self._peer = peer_of(self.client, self.server)
        self._outbox = _outboxes.get(self.loop) or _outboxes.setdefault(self.loop, _Outbox())
        self._wait()
        self._timer = self.loop.call_later(self.timeout_keep_alive, self._look)

    def shutdown(self) -> None:
        """What is answered goes out before the connection is closed."""
        self._outbox.send()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Behind the answers to what was right."""
        self._outbox.send()
        super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head is None or self.transport.is_closing():
            return
        if self._head:
            self._head += len(data)
        else:
            self._head = _behind_heads(data)
            self._wait()
        if self._head > MOST_HEAD:
            self.send_400_response("Invalid HTTP request received.")

    # ------------------------------------------------------------------ silence

    def _wait(self) -> None:
        """However small the pieces that a head comes in. A body that nobody asked for delays that end as little."""
        self._until = self.loop.time() + self.timeout_keep_alive

    def _look(self) -> None:
        """One timer for the whole of a connection: to set one for each question would take longer than its answer."""
        if self._until > self.loop.time():
            self._timer = self.loop.call_at(self._until, self._look)
        elif self.flow.write_paused or self.transport.is_closing():
            self.transport.abort()  # who does not take what was said to him would hold it for ever
        else:
            self.transport.close()
            self._timer = self.loop.call_later(self.timeout_keep_alive, self._look)

    def _unset_keepalive_if_required(self) -> None:
        """There is no such timer."""

    def pause_writing(self) -> None:
        """Who does not take answers is not listened to: what he says meanwhile would have to be kept."""
        super().pause_writing()
        self.flow.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._listen_again()

    def _listen_again(self) -> None:
        if not self.pipeline and not self.flow.write_paused:
            self.flow.resume_reading()

    # ------------------------------------------------------------------ questions

    def on_message_begin(self) -> None:
        self._head = 0
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        self._head = None
        if self._ended or self.transport.is_closing():
            return
        if self._verifier is not None and self._is_plain():
            self._answer(self._verifier)
        elif len(self.pipeline) >= MOST_WAITING:
            self._outbox.send()
            self.transport.close()
        else:
            self._go_uvicorns_way()

    def _is_plain(self) -> bool:
        """Whether its answer is all that the connection needs now."""
        parser = self.parser
        return (
            self.cycle.response_complete
            and not self.flow.write_paused
            and not self.expect_100_continue
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and parser.get_http_version() == "1.1"
        )

    def _answer(self, verifier: Verifier) -> None:
        method = self.parser.get_method().decode("ascii")
        path, _, query = self.url.partition(b"?")
        answer, noted = verifier.asked(method, path, query, self.headers, self._peer)
        if noted is not None:
            self._outbox.note(verifier, noted)
        self._ended = answer.closes
        self._outbox.put(self.loop, self.transport, answer.bytes_for(method), answer.closes)
        self.server_state.total_requests += 1
        self._wait()

    def _go_uvicorns_way(self) -> None:
        """httptools leaves out a fragment, and scheme and host (CVE-2021-32779): who decides must see them.

        What comes behind a body is no header of the question, though httptools gives it as one (RFC 9110 §6.5.1).
        """
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.scope["headers"] = headers
        super().on_headers_complete()
        if self.parser.should_upgrade():
            self.cycle.keep_alive = False  # what comes behind it is left out, so it is the last one
        self._wait()
        self.scope["raw_path"], _, self.scope["query_string"] = url.partition(b"?")

    def on_response_complete(self) -> None:
        """As uvicorn has it, but for its timer, and who has questions that wait is not listened to."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self._wait()
        self._listen_again()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())


def _behind_heads(data: bytes) -> int:
    """How many bytes stand behind all heads that end there."""
    end = data.rfind(b"\r\n\r\n")
    return len(data) - (end + 4 if end >= 0 else 0)
