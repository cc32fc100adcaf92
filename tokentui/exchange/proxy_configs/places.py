"""What a configuration is made for: where the verifier answers, where the backend is, and where the proxy listens."""

import re
from dataclasses import dataclass
from typing import Self

from tokentui.domain.errors import Invalid

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])"
_URL = re.compile(rf"http://(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?/?")
_LISTEN = re.compile(rf"(?:(?P<host>{_HOST}|\*):)?(?P<port>[0-9]{{1,5}})")
#: A path that stands in each of the configurations without quotes.
_SOCKET = re.compile(r"unix:(?P<path>/[A-Za-z0-9._/@+-]{1,106})")


@dataclass(frozen=True, slots=True)
class Place:
    """A host and port, or a Unix socket."""

    host: str = ""
    port: int = 0
    socket: str = ""

    @classmethod
    def of_url(cls, url: str, field: str) -> Self:
        """Where `http://HOST[:PORT]` is. Raises `Invalid`."""
        found = _URL.fullmatch(url)
        if found is None:
            raise Invalid(field, _no_url(url, field))
        return cls(found["host"], _port(found["port"] or "80", field))

    @classmethod
    def of_verifier(cls, url: str) -> Self:
        """As `of_url`, or `unix:/PATH`. Raises `Invalid`."""
        if not url.startswith("unix:"):
            return cls.of_url(url, "verifier")
        found = _SOCKET.fullmatch(url)
        if found is None:
            told = "a socket is told as unix:/PATH, of letters, digits and . _ / @ + - alone"
            raise Invalid("verifier", f"--verifier: {told}, and {url!r} is not.")
        return cls(socket=found["path"])

    @classmethod
    def to_listen(cls, text: str) -> Self:
        """`PORT` on loopback, or `ADDRESS:PORT`; `*` is every address. Raises `Invalid`."""
        found = _LISTEN.fullmatch(text)
        if found is None:
            raise Invalid("listen", f"--listen is told as PORT, ADDRESS:PORT or *:PORT, and not as {text!r}.")
        return cls(found["host"] or "127.0.0.1", _port(found["port"], "listen"))

    @property
    def bare_host(self) -> str:
        """The host without the brackets that an IPv6 address has in a URL."""
        return self.host.strip("[]")

    @property
    def authority(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """`http://host:port`."""
        return f"http://{self.authority}"


def _no_url(url: str, field: str) -> str:
    if url.lower().startswith("https://"):
        return f"--{field}: {_NO_TLS[field]} Tell it as http://HOST:PORT."
    return f"--{field} is told as http://HOST:PORT, without a path, and not as {url!r}."


#: Why there is no https://.
_NO_TLS = {
    "backend": "TLS to the backend is set in the proxy's own configuration, once this is printed.",
    "verifier": "tokentui serve has no TLS; to another machine let it run through a tunnel or a network of its own.",
}


def _port(text: str, field: str) -> int:
    if not 0 < int(text) < 65536:
        raise Invalid(field, f"--{field}: {text} is no port.")
    return int(text)


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a configuration depends on; `guarded` are the endpoints, told in its comments."""

    verifier: Place
    backend: Place
    listen: Place
    guarded: tuple[str, ...] = ()
