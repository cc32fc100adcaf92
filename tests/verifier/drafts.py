"""A proxy's question as bytes on the wire, so that anything in it can be spoiled."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

#: The headers by which each dialect names the method, the target and the client.
METADATA = {
    "nginx": (b"X-Original-Method", b"X-Original-URI", b"X-Real-IP"),
    "haproxy": (b"X-Original-Method", b"X-Original-URI", b"X-Real-IP"),
    "traefik": (b"X-Forwarded-Method", b"X-Forwarded-Uri", b"X-Forwarded-For"),
    "caddy": (b"X-Forwarded-Method", b"X-Forwarded-Uri", b"X-Forwarded-For"),
    "envoy": (b"", b"", b"X-Forwarded-For"),
}
OUTSIDE = b"192.0.2.9"
Line = tuple[bytes, bytes]


@dataclass(frozen=True)
class Draft:
    """A question: GET `/orders` from outside, unless it is made another."""

    dialect: str
    #: A value that may GET `/orders` and nothing else.
    value: bytes
    target: bytes = b"/orders"
    method: bytes = b"GET"
    client: bytes = OUTSIDE
    #: The values of `Authorization`; None: the value as a bearer token.
    authorization: tuple[bytes, ...] | None = None
    #: Lines behind the others, as they are.
    more: tuple[bytes, ...] = ()
    #: Headers of the dialect that are left out, by their place in `METADATA`.
    without: tuple[int, ...] = ()
    #: Where it is asked, and how.
    place: bytes = b""
    asking: bytes = b""
    version: bytes = b"HTTP/1.1"
    body: bytes = b""
    closing: bool = field(default=True)

    def __call__(self, **changes: object) -> "Draft":
        """The same with some of it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # whatever a row of the table changes

    @property
    def metadata(self) -> Iterable[Line]:
        for number, (name, value) in enumerate(
            zip(METADATA[self.dialect], (self.method, self.target, self.client), strict=True)
        ):
            if name and number not in self.without:
                yield name, value

    @property
    def line(self) -> bytes:
        place = self.place or b"/verify/" + self.dialect.encode()
        if self.dialect == "envoy" and not self.place:
            return (self.asking or self.method) + b" " + place + self.target
        return (self.asking or b"GET") + b" " + place

    def __bytes__(self) -> bytes:
        values = (b"Bearer " + self.value,) if self.authorization is None else self.authorization
        lines = [
            self.line + b" " + self.version,
            b"Host: verifier",
            *(name + b": " + value for name, value in self.metadata),
            *(b"Authorization: " + value for value in values),
            *self.more,
            *((b"Connection: close",) if self.closing else ()),
        ]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body
