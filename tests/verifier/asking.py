"""Asks the verifier in process, as a proxy would over HTTP."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tokentui.verifier.application import Verifier

TRUSTED_PEER = ("127.0.0.1", 40000)
HeaderLines = Iterable[tuple[bytes | str, bytes | str]]


@dataclass(frozen=True)
class Answered:
    """An answer, its headers by name; one that comes twice is a fault."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    verifier: Verifier,
    place: str,
    headers: HeaderLines = (),
    *,
    method: str = "GET",
    peer: tuple[str, int] | None = TRUSTED_PEER,
    server: tuple[str, int | None] = ("127.0.0.1", 8787),
) -> Answered:
    """Ask at a place such as `/verify/nginx`, with these headers as they came."""
    path, _, query = place.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [(_bytes(name).lower(), _bytes(value)) for name, value in headers],
        "client": peer,
        "server": server,
    }
    return asyncio.run(_answered(verifier, scope))


async def _answered(verifier: Verifier, scope: dict[str, Any]) -> Answered:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    await verifier(scope, receive, send)
    start, *rest = sent
    headers: dict[str, str] = {}
    for name, value in start["headers"]:
        assert name.decode() not in headers, f"{name!r} comes twice"
        headers[name.decode()] = value.decode("ascii")
    return Answered(start["status"], headers, b"".join(each["body"] for each in rest))


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def question(
    dialect: str, target: str, value: str | None = None, method: str = "GET", client: str = "192.0.2.9"
) -> tuple[str, list[tuple[str, str]], str]:
    """Where a proxy of this dialect asks about a request, the headers, and the method of the asking."""
    authorization = [("Authorization", f"Bearer {value}")] if value is not None else []
    if dialect == "envoy":
        return f"/verify/envoy{target}", [("X-Forwarded-For", client), *authorization], method
    if dialect in ("nginx", "haproxy"):
        named = [("X-Original-Method", method), ("X-Original-URI", target), ("X-Real-IP", client)]
    else:
        named = [("X-Forwarded-Method", method), ("X-Forwarded-Uri", target), ("X-Forwarded-For", client)]
    return f"/verify/{dialect}", [*named, *authorization], "GET"
