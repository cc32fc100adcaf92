"""HTTP/1.1 on the wire, by uvicorn: what its parsers are too forgiving about, be it httptools or h11."""

import asyncio
import re
from importlib.util import find_spec

#: A line that ends where others see no end.
_BARE_FEED = re.compile(rb"(?<!\r)\n")


def protocol() -> type[asyncio.Protocol]:
    """What uvicorn is to parse with."""
    return _with_httptools() if find_spec("httptools") else _with_h11()


def _with_httptools() -> type[asyncio.Protocol]:
    from tokentui.verifier.wire_httptools import Strict

    return Strict


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
