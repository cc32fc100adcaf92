"""HTTP/1.1 on the wire, by uvicorn: what its parsers are too forgiving about, be it httptools or h11."""

import asyncio
import re
from importlib.util import find_spec
from typing import Any, cast

#: What a request's line and headers may have, in bytes; h11 takes as many.
MOST_HEAD = 65536
#: A line that ends where others see no end.
_BARE_FEED = re.compile(rb"(?<!\r)\n")


def protocol() -> type[asyncio.Protocol]:
    """What uvicorn is to parse with."""
    return _with_httptools() if find_spec("httptools") else _with_h11()


def _with_httptools() -> type[asyncio.Protocol]:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

    from tokentui.verifier.application import Scope, Verifier

    def _is_plain(cycle: RequestResponseCycle) -> bool:
        waits = cycle.waiting_for_100_continue or cycle.flow.write_paused
        return cycle.keep_alive and not waits and not cycle.disconnected

    class Strict(HttpToolsProtocol):
        """The target as it came, heads of a bounded size, and no connection that says nothing."""

        #: How much has come of a head that has not ended; None where none has begun.
        _head: int | None = 0
        #: Until when it has to have ended, in the loop's time; None where that has not been settled.
        _until: float | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait_for_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.transport.is_closing():
                return
            if self._head is not None:
                self._head = self._head + len(data) if self._head else _behind_heads(data)
                if self._head > MOST_HEAD:
                    self.send_400_response("Invalid HTTP request received.")
                    return
            elif not self.cycle.response_complete:
                return
            self._wait_for_head()

        def _wait_for_head(self) -> None:
            """As long as uvicorn waits for the next one behind an answer, however small the pieces that it comes in.

            A body that nobody asked for delays that end no more than silence does.
            """
            if self.timeout_keep_alive_task is None:
                if self._until is None:
                    self._until = self.loop.time() + self.timeout_keep_alive
                self.timeout_keep_alive_task = self.loop.call_at(self._until, self.timeout_keep_alive_handler)

        def on_message_begin(self) -> None:
            self._head = 0
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            """httptools leaves out a fragment, and scheme and host (CVE-2021-32779): who decides must see them."""
            self._head = self._until = None
            super().on_headers_complete()
            if self.pipeline:  # before one that has to wait its turn is out of sight
                self._tell_target()

        def _tell_target(self) -> None:
            self.scope["raw_path"], _, self.scope["query_string"] = self.url.partition(b"?")

        def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
            """Answer a plain question at once: a task of its own and ASGI's messages take longer than the decision.

            Where the connection needs more than an answer, uvicorn goes its own way; so does one without this step.
            """
            if cycle.scope is self.scope:
                self._tell_target()
            if not isinstance(app, Verifier):
                super()._start_asgi_task(cycle, app)
                return
            answer, noted = app.answered(cast(Scope, cycle.scope))
            content = answer.bytes_for(cycle.scope["method"]) if _is_plain(cycle) else b""
            if not content:
                super()._start_asgi_task(cycle, app.giving(answer, noted))  # type: ignore[arg-type]  # ASGI, untyped
                return
            cycle.response_started = cycle.response_complete = True
            cycle.transport.write(content)
            cycle.on_response()
            app.tell(noted)

        def on_response_complete(self) -> None:
            """Where questions wait for their turn, the next one's comes by the loop: one inside the other, they are
            as many calls deep."""
            if not self.pipeline or self.transport.is_closing():
                super().on_response_complete()
                return
            self.server_state.total_requests += 1
            self._unset_keepalive_if_required()
            self.loop.call_soon(self._begin_next)

        def _begin_next(self) -> None:
            if not self.transport.is_closing():
                self._start_asgi_task(*self.pipeline.pop())

    return Strict


def _behind_heads(data: bytes) -> int:
    """How many bytes stand behind all heads that end there."""
    end = data.rfind(b"\r\n\r\n")
    return len(data) - (end + 4 if end >= 0 else 0)


def _with_h11() -> type[asyncio.Protocol]:
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Strict(H11Protocol):
        """Lines end in CR LF (RFC 9112 §2.2 lets a server take LF alone): who is before us may see no end there."""

        _last = b""

        def data_received(self, data: bytes) -> None:
            if _BARE_FEED.search(self._last + data, len(self._last)):
                self.transport.close()
                return
            self._last = data[-1:]
            super().data_received(data)

    return Strict
