"""What the parsers of uvicorn are too forgiving about: silence, heads without end, and lines that end in LF alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from tests.verifier.drafts import Draft
from tests.verifier.live import answers
from tokentui.verifier import wire
from tokentui.verifier.answers import Answer, Answers
from tokentui.verifier.application import Verifier
from tokentui.verifier.networks import Networks
from tokentui.verifier.wire_httptools import MOST_HEAD, MOST_WAITING

STRICT = {"httptools": wire._with_httptools, "h11": wire._with_h11}
every_parser = pytest.mark.parametrize("parser", STRICT)


async def told(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the target as it was parsed."""
    body = scope["raw_path"] + b" " + scope["query_string"]
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def connected(
    parser: str, silence: float = 30, app: Any = told
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server that closes it after so many seconds of silence."""
    fractions: Any = silence  # which it takes
    config = uvicorn.Config(app, timeout_keep_alive=fractions, proxy_headers=False, log_config=None, access_log=False)
    state = ServerState()
    kind: Any = STRICT[parser]()

    def make() -> asyncio.Protocol:
        made: asyncio.Protocol = kind(config=config, server_state=state, app_state={})
        return made

    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        yield reader, writer
        writer.close()


@every_parser
@pytest.mark.parametrize("target", [b"/a", b"/a?b", b"/a?b?c", b"/a?", b"/a%20b?c%20"])
async def test_the_target_comes_as_it_was_said(parser: str, target: bytes) -> None:
    path, _, query = target.partition(b"?")
    async with connected(parser) as (reader, writer):
        writer.write(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"\r\n\r\n" + path + b" " + query)


@every_parser
@pytest.mark.parametrize("target", [b"/a#b", b"/a?b#c", b"http://x/a", b"http://x/a?b"])
async def test_neither_fragment_nor_host_is_left_out(parser: str, target: bytes) -> None:
    """CVE-2021-32779."""
    path, _, query = target.partition(b"?")
    async with connected(parser) as (reader, writer):
        writer.write(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"\r\n\r\n" + path + b" " + query)


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost:", b"GET / HTTP/1.1\r\n\r"])
async def test_who_says_nothing_or_half_of_it_is_not_waited_for_for_ever(said: bytes) -> None:
    async with connected("httptools", silence=0.05) as (reader, writer):
        writer.write(said)
        assert await asyncio.wait_for(reader.read(), 30) == b""


async def drip(writer: asyncio.StreamWriter, most: int) -> None:
    """Headers and headers, until the other side has enough of it."""
    for _ in range(most // 1000):
        writer.write(b"X-A: " + b"a" * 1000 + b"\r\n")
        await writer.drain()


@every_parser
async def test_a_head_without_end_is_not_read_to_an_end(parser: str) -> None:
    async with connected(parser) as (_, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        with pytest.raises(ConnectionError):
            await drip(writer, 100 * MOST_HEAD)


async def test_many_questions_on_one_connection_are_no_head_without_end() -> None:
    question = bytes(Draft("caddy", b"x", closing=False))
    async with connected("httptools") as (reader, writer):
        for _ in range(3 * MOST_HEAD // len(question)):
            writer.write(question)
            assert b" 200 " in await reader.readuntil(b"/verify/caddy ")


@every_parser
@pytest.mark.parametrize(
    "said",
    [b"GET / HTTP/1.1\nHost: x\n\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\n"],
)
@pytest.mark.parametrize("cut", [0, 1, 15, 16, 24])
async def test_a_line_that_ends_in_lf_alone_is_refused_wherever_it_is_cut(parser: str, said: bytes, cut: int) -> None:
    async with connected(parser) as (reader, writer):
        writer.write(said[:cut])
        await asyncio.sleep(0.01)
        writer.write(said[cut:])
        assert b" 200 " not in await asyncio.wait_for(reader.read(), 30)


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nX-A: "]
)
async def test_a_head_that_comes_byte_by_byte_is_not_waited_for_for_ever(said: bytes) -> None:
    async with connected("httptools", silence=0.3) as (reader, writer):
        writer.write(said)
        assert await ends_while_told(reader, writer, b"a", 0.05)


@pytest.mark.parametrize("more", [b"a", b"\r\n"])
async def test_a_body_that_never_ends_is_not_waited_for_for_ever(more: bytes) -> None:
    async with connected("httptools", silence=0.3) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n")
        await reader.readuntil(b"/ ")
        assert await ends_while_told(reader, writer, more, 0.05)


async def test_half_a_body_behind_its_answer_is_not_waited_for_for_ever() -> None:
    async with connected("httptools", silence=0.3) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
        await reader.readuntil(b"/ ")
        writer.write(b"ab")
        assert await asyncio.wait_for(reader.read(), 30) == b""


async def ends_while_told(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, piece: bytes, pause: float
) -> bool:
    """Whether the other side closes the connection though more and more is said."""
    reading = asyncio.ensure_future(reader.read())
    for _ in range(100):
        with suppress(ConnectionError):
            writer.write(piece)
            await writer.drain()
        await asyncio.wait([reading], timeout=pause)
        if reading.done():
            return reading.exception() is None or isinstance(reading.exception(), ConnectionError)
    reading.cancel()
    return False


async def test_who_goes_on_asking_is_answered_for_longer_than_silence_may_last() -> None:
    async with connected("httptools", silence=1, app=with_a_page()) as (reader, writer):
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < began + 2:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 200 " in await reader.readuntil(b"\r\n\r\nx")
            await asyncio.sleep(0.1)
        assert await asyncio.wait_for(reader.read(), 30) == b""


@pytest.mark.parametrize("last", [b"Connection: close\r\n", b"Content-Length: 5\r\n"])
async def test_nothing_is_answered_behind_the_last_answer(last: bytes) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    async with connected("httptools", app=with_a_page()) as (reader, writer):
        writer.write(one + b"\r\n" + one + last + b"\r\n" + 3 * (one + b"\r\n"))
        heard = answers(await asyncio.wait_for(reader.read(), 30))
    assert [answer.headers.get("connection") for answer in heard] == [None, ["close"]]


def with_a_page(body: bytes = b"x") -> Verifier:
    nothing: Any = None
    return Verifier(
        nothing, trusted=Networks(), answers=Answers(), pages={"/healthz": lambda trusted: Answer.of(200, [], body)}
    )


@every_parser
@pytest.mark.parametrize("line", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
async def test_a_page_that_is_asked_for_with_a_body_is_the_last_one_on_its_connection(
    parser: str, line: bytes
) -> None:
    async with connected(parser, app=with_a_page()) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n\r\n")
        (answer,) = answers(await asyncio.wait_for(reader.read(), 30))
        assert (answer.status, answer.one("connection")) == (200, "close")


WAITS = b"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n"


async def test_questions_that_wait_for_their_turn_are_answered_in_their_turn() -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    said = WAITS + (MOST_WAITING - 1) * (one + b"\r\n") + one + b"Connection: close\r\n\r\n"
    async with connected("httptools", app=with_a_page()) as (reader, writer):
        writer.write(said)
        heard = answers(await asyncio.wait_for(reader.read(), 30))
    assert [answer.status for answer in heard] == (MOST_WAITING + 1) * [200]


async def test_who_has_more_questions_that_wait_than_any_proxy_is_not_listened_to() -> None:
    """Each has to be kept until its turn comes."""
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    async with connected("httptools", app=with_a_page()) as (reader, writer):
        writer.write(WAITS + 60_000 * one)
        with suppress(ConnectionError):
            assert (await asyncio.wait_for(reader.read(), 30)).count(b"HTTP/1.1 200 ") <= MOST_WAITING + 1


async def test_many_questions_in_one_piece_are_no_head_without_end() -> None:
    question = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    amount = 3 * MOST_HEAD // len(question)
    async with connected("httptools", app=with_a_page()) as (reader, writer):
        writer.write((amount * question)[:-1])
        for _ in range(amount - 1):
            await reader.readuntil(b"\r\n\r\nx")
        writer.write(b"\n")
        assert b" 200 " in await reader.readuntil(b"\r\n\r\nx")


async def test_who_does_not_take_answers_is_not_waited_for_for_ever() -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    async with connected("httptools", silence=0.3, app=with_a_page()) as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        with pytest.raises(ConnectionError):
            await say_on(writer, one, patience=10)


async def say_on(writer: asyncio.StreamWriter, piece: bytes, patience: float) -> None:
    """The same again and again, until that many seconds are over; raises `ConnectionError` where nobody is there."""
    end = asyncio.get_running_loop().time() + patience
    while asyncio.get_running_loop().time() < end:
        writer.write(500 * piece)
        await asyncio.wait([asyncio.ensure_future(writer.drain())], timeout=0.05)
        if writer.transport.is_closing():
            raise ConnectionError


@pytest.mark.parametrize("last", [b"Connection: close\r\n", b"Content-Length: 5\r\n"])
async def test_who_takes_answers_late_gets_all_of_them(last: bytes) -> None:
    one, amount, size = b"GET /healthz HTTP/1.1\r\nHost: x\r\n", MOST_WAITING - 1, 200_000
    async with connected("httptools", app=with_a_page(b"~" * size)) as (reader, writer):
        transport: Any = writer.transport
        transport.pause_reading()
        writer.write(amount * (one + b"\r\n") + one + last + b"\r\n")
        await asyncio.sleep(0.1)
        transport.resume_reading()
        said = await asyncio.wait_for(reader.read(), 30)
    assert said.count(b"HTTP/1.1 200 ") == amount + 1
    assert said.count(b"~") == (amount + 1) * size


async def test_what_comes_behind_a_body_is_no_header_of_the_question() -> None:
    seen: list[bytes] = []

    async def told_names(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(name for name, _ in scope["headers"])
        await told(scope, receive, send)

    async with connected("httptools", app=told_names) as (reader, writer):
        head = b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        writer.write(head + b"0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
        assert b" 200 " in await asyncio.wait_for(reader.read(), 30)
    assert seen == [b"host", b"transfer-encoding", b"connection"]


async def test_who_would_speak_another_protocol_is_answered_for_the_last_time() -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    async with connected("httptools", app=with_a_page()) as (reader, writer):
        writer.write(one + b"\r\n" + one + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + one + b"\r\n")
        heard = answers(await asyncio.wait_for(reader.read(), 10))
    assert [(answer.status, answer.headers.get("connection")) for answer in heard] == [(200, None), (200, ["close"])]
