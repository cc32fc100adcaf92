"""A world of endpoints and tokens, in plain dicts and as records, and questions about it made by chance.

`python -m tests.verifier.fuzzing AMOUNT SEED` asks so many, and prints what came of them.
"""

import hashlib
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

from tests.domain.worlds import NOW, SECOND, assign, endpoint, token
from tests.verifier import plain_rule
from tokentui.domain.decision import Decision, Guard, Request
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Authentication, Slot
from tokentui.verifier.answers import Answers
from tokentui.verifier.application import Verifier
from tokentui.verifier.batches import packed, unpacked
from tokentui.verifier.networks import Networks
from tokentui.verifier.questions import DIALECTS

STATUSES = {200, 400, 401, 403, 404, 405}
IDENTITY = ("x-token-name", "x-token-kind", "x-token-id", "x-endpoint")


def value_of(name: str) -> str:
    """A value in the form of generated ones."""
    return hashlib.sha256(name.encode()).hexdigest()


def _endpoint(path: str, authentication: str = "token", methods: str = "POST GET", **more: Any) -> dict[str, Any]:
    plain = {"path": path, "authentication": authentication, "methods": methods.split(), "deleting": False}
    return {**plain, "ips": [], "active": True, **more}


def _token(name: str, at: Mapping[str, tuple[str, ...]], **more: Any) -> dict[str, Any]:
    plain = {"name": name, "value": value_of(name), "old": value_of(f"old {name}"), "grace": False, "at": at}
    return {**plain, "enabled": True, "active": True, "expired": False, **more}


ALL = ("POST", "GET", "DELETE")
WORLD: dict[str, Any] = {
    "endpoints": [
        _endpoint("/orders"),
        _endpoint("/orders/{id}", deleting=True),
        _endpoint("/orders/{id}.json", methods="GET"),
        _endpoint("/open/*", "none"),
        _endpoint("/open/closed", "internal"),
        _endpoint("/inside", "none", ips=["10.0.0.0/8", "2001:db8::/32"]),
        _endpoint("/off", "none", active=False),
        _endpoint("/caf%C3%A9", methods="GET"),
    ],
    "tokens": [
        _token("erp", {"/orders": ("GET",), "/orders/{id}": ALL, "/caf%C3%A9": ALL, "/open/closed": ALL}),
        _token("crm", {"/orders": ("POST",)}, value="3f1c9e52-7a0b-4c7e-9d41-bb1f5a2c6d10", grace=True),
        _token("off", {"/orders": ALL}, enabled=False),
        _token("shelved", {"/orders": ALL}, active=False),
        _token("old", {"/orders": ALL}, expired=True),
    ],
    "primaries": [
        {"path": "/orders", "slot": "GET", "name": "orders/e0 GET", "value": value_of("primary")},
        {"path": "/open/closed", "slot": "POST", "name": "orders/e4 POST", "value": value_of("internal")},
    ],
}
VALUES = [
    *(value_of("erp"),) * 12,
    *(each[kind] for each in WORLD["tokens"] for kind in ("value", "old")),
    *(each["value"] for each in WORLD["primaries"]),
    value_of("nobody"),
]


def guard() -> Guard:
    """The same world as records."""
    endpoints = {plain["path"]: _record(number, plain) for number, plain in enumerate(WORLD["endpoints"])}
    tokens = [_holder(plain) for plain in WORLD["tokens"]]
    assignments = [
        assign(record, endpoints[path], *map(Slot, slots))
        for record, plain in zip(tokens, WORLD["tokens"], strict=True)
        for path, slots in plain["at"].items()
    ]
    return Guard(endpoints.values(), tokens, assignments, lambda value: f"digest of {value}")


def _record(number: int, plain: Mapping[str, Any]) -> Any:
    primaries = {Slot(each["slot"]): each["value"] for each in WORLD["primaries"] if each["path"] == plain["path"]}
    return endpoint(
        f"e{number}",
        plain["path"],
        Authentication(plain["authentication"]),
        methods=tuple(map(Slot, plain["methods"])),
        allow_deleting=plain["deleting"],
        active=plain["active"],
        ip_filter=tuple(plain["ips"]),
        primaries=primaries,
    )


def _holder(plain: Mapping[str, Any]) -> Any:
    return token(
        plain["name"],
        plain["value"],
        enabled=plain["enabled"],
        active=plain["active"],
        expires_at=NOW - SECOND if plain["expired"] else None,
        previous=plain["old"],
        previous_until=NOW + SECOND if plain["grace"] else None,
    )


# ---------------------------------------------------------------------- questions by chance


class Asked(NamedTuple):
    """A question as it comes from a parser."""

    peer: str | None
    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]


PATHS = [
    "/orders", "/orders", "/orders/7", "/orders/7.json", "/orders/", "/open/x", "/open/x/y", "/open/closed",
        "/open", "/inside",
    "/off", "/caf%C3%A9", "/café", "/nowhere", "/", "/orders/a%20b", "/orders/{id}", "/open/*",
]  # fmt: skip
POISON = [
    "//", "/./", "/../", "%2e", "%2f", "%5c",
        "\\", ";", "%3b", "#", "\0", "\n", "\r", "\t", " ", "%00", "%0a", "%ff", "%", "%4",
    "%252e", "%41", "é", "\x85", "\u2028", "?", "&", "=", "/", "\udcff", "http://x", "%23", "*", "{", "%7B",
        "x" * 300,
]  # fmt: skip
QUERIES = ["", "", "", "", "?", "?x=1", "?access_token=V", "?x=1&access_token=V", "?access_token=V&access_token=V",
    "?Access_Token=V",
           "?access_token[]=V", "?access%5ftoken=V", "?access_token=", "?access_token", "?x;access_token=V",
               "?access_token=%V"]  # fmt: skip
BEARERS = ["Bearer V", "Bearer V", "Bearer V", "bearer V", "BEARER  V", "V", "Basic V", "Bearer", "Bearer ",
    "Bearer V, Bearer V", "Bearer V V",
           "Bearer V,V", "Bearer\tV", "Token V", "", "Bearer VV", "Bearer V=", "Bearer \xe9V",
               "Bearer V\xff"]  # fmt: skip
METHODS = [
    "GET",
    "GET",
    "GET",
    "GET",
    "HEAD",
    "POST",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "get",
    "GETS",
    "",
    "G T",
    "V",
    "Q" * 40,
]
CLIENTS = ["192.0.2.9", "192.0.2.9", "10.0.0.7", "2001:db8::7", "::ffff:10.0.0.7", "::1", "127.0.0.1",
    "10.0.0.7, 192.0.2.9", "192.0.2.9, 10.0.0.7",
           "10.0.0.7, 127.0.0.1", "x, 10.0.0.7", "10.0.0.7, x", "10.0.0.7:80", "[::1]", "::1%V", "fe80::1%eth0", "",
               ",", "010.0.0.7", "V", "10.7"]  # fmt: skip
PEERS = [
    "127.0.0.1",
    "127.0.0.1",
    "127.0.0.1",
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    None,
    "192.0.2.1",
    "10.0.0.7",
    "",
]
PLACES = [
    "/verify/{}/",
    "/verify//{}",
    "/VERIFY/{}",
    "/verify/{};x",
    "/verify/{}%20",
    "/verify/x{}",
    "//verify/{}",
    "http://x/verify/{}",
    "/{}",
    "*",
]


class Chance:
    """Questions made by one seed: most of them nearly right, since those are what a guard may be wrong about."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._calm = False

    def __iter__(self) -> Iterator[Asked]:
        while True:
            yield self._asked()

    def _one(self, of: list[Any]) -> Any:
        """The first ones of a list are the good ones."""
        return self._random.choice(of[:4] if self._calm else of)

    def _seldom(self, often: float = 0.1) -> bool:
        return not self._calm and self._random.random() < often

    def _asked(self) -> Asked:
        self._calm = self._random.random() < 0.3
        dialect = self._random.choice(list(DIALECTS))
        target, method, client = self._target(), self._text(METHODS), self._text(CLIENTS)
        names = plain_rule.READS[dialect]
        headers = list(zip(names, (method, target, client) if len(names) == 3 else (client,), strict=True))
        headers += [("authorization", self._text(BEARERS)) for _ in range(self._one([1, 1, 1, 1, 1, 2, 0]))]
        place = f"/verify/{dialect}" if not self._seldom(0.04) else self._one(PLACES).format(dialect)
        return Asked(
            self._one(PEERS),
            method if dialect == "envoy" else self._text(["GET"] * 200 + METHODS),
            _bytes(place + target if dialect == "envoy" else place),
            [(_bytes(name), _bytes(value)) for name, value in self._spoiled(headers)],
        )

    def _text(self, of: list[str]) -> str:
        text = str(self._one(of))
        while "V" in text:
            text = text.replace("V", self._one(VALUES), 1)
        return self._mutated(text) if self._seldom(0.04) else text

    def _target(self) -> str:
        path = str(self._one(PATHS))
        if self._seldom(0.15):
            path += "/" + self._one(VALUES)
        if self._seldom(0.2):
            path = self._mutated(path)
        return path + self._text(QUERIES)

    def _mutated(self, text: str) -> str:
        for _ in range(self._random.randint(1, 3)):
            position = self._random.randint(0, len(text))
            change = self._random.randrange(5)
            if change == 0 and position < len(text):
                text = text[:position] + f"%{ord(text[position]) & 255:02x}" + text[position + 1 :]
            elif change == 1:
                text = text[:position]
            elif change == 2:
                text = text[:position] + text[position:].swapcase()
            else:
                text = text[:position] + self._one(POISON) + text[position:]
        return text

    def _spoiled(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if self._seldom():
            self._random.shuffle(headers)
        if self._seldom(0.05) and headers:
            headers.append(self._one(headers))
        if self._seldom(0.05) and headers:
            headers.remove(self._one(headers))
        if self._seldom(0.05) and headers:
            name, value = self._one(headers)
            headers.append((name.replace("-", "_", self._random.randint(1, 2)), value))
        if self._seldom():
            foreign = self._one(
                ["x-original-uri", "x-forwarded-uri", "x-real-ip", "x-forwarded-for", "x-rewrite-url", "x-endpoint"]
            )
            headers.append((foreign, self._one(["/open/x", "10.0.0.7", "GET"])))
        if self._seldom(0.05):
            headers.append(
                self._one(
                    [("content-length", "0"), ("content-length", "7"), ("transfer-encoding", "chunked"), ("te", "x")]
                )
            )
        return headers


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# ---------------------------------------------------------------------- asking


class InForceHere:
    """Records in force that never change."""

    def __init__(self) -> None:
        self.guard = guard()


class Listening:
    """The verifier in process, and what it told of the last decision."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.row: SeenRequest | None = None
        in_force: Any = InForceHere()
        self._verifier = Verifier(
            in_force,
            trusted=Networks(),
            answers=Answers(),
            listener=self._hear,
            told=self.told.append,
            clock=lambda: NOW,
        )

    def _hear(self, request: Request, decision: Decision, at: datetime, microseconds: int) -> None:
        (self.row,) = unpacked(packed([(request, decision, at, microseconds)])[1])

    def ask(self, asked: Asked) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body. Nothing in it waits, so that no event loop is needed."""
        path, _, query = asked.target.partition(b"?")
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": asked.method, "path": unquote(path.decode("latin-1")), "raw_path": path,
                "query_string": query,
            "headers": asked.headers, "client": None if asked.peer is None else (asked.peer, 1),
            "server": ("/run/x.sock", None) if asked.peer is None else ("127.0.0.1", 1),
        }  # fmt: skip
        self.row = None
        call = self._verifier(scope, None, send)  # type: ignore[arg-type]  # a body is never asked for
        with suppress(StopIteration):
            call.send(None)
        start, body = sent
        headers = [(name.decode("ascii"), value.decode("ascii")) for name, value in start["headers"]]
        return start["status"], headers, body["body"]


def check(listening: Listening, asked: Asked) -> str:
    """Ask, and compare with the plain rule; how it came out."""
    status, headers, body = listening.ask(asked)
    named = dict(headers)
    plain = plain_rule.passes(WORLD, asked.peer, asked.method, asked.target, asked.headers)
    assert len(named) == len(headers), "a header comes twice"
    assert status in STATUSES, status
    assert (status == 200) == (plain is not None), (status, plain)
    assert not listening.told, listening.told
    if listening.row is not None:
        assert all(name in named for name in IDENTITY)
        assert status == 200 or all(named[name] == "" for name in IDENTITY)
        check_row(listening.row)
    if plain is not None:
        number = next(n for n, each in enumerate(WORLD["endpoints"]) if each["path"] == plain[0])
        assert (named["x-endpoint"], named["x-token-name"]) == (f"orders/e{number}", plain[1])
    said = f"{headers}{body!r}{listening.row}"
    assert not any(value in said or value in unquote(unquote(said)) for value in VALUES), "a token comes out"
    return str(status)


def check_row(row: SeenRequest) -> None:
    """What is recorded is harmless and bounded."""
    assert row.path.isprintable()
    assert len(row.path) <= 512
    assert len(row.method) <= 20
    assert row.method.isascii()
    assert len(row.address) <= 45


def search(amount: int, seed: int) -> Counter[str]:
    """So many questions; how often each status came."""
    listening, outcomes = Listening(), Counter[str]()
    for number, asked in enumerate(Chance(seed)):
        if number == amount:
            return outcomes
        try:
            outcomes[check(listening, asked)] += 1
        except Exception as error:
            error.add_note(f"question {number} of seed {seed}: {asked!r}")
            raise
    return outcomes


if __name__ == "__main__":
    sys.stdout.write(f"{dict(search(int(sys.argv[1]), int(sys.argv[2])))}\n")
