"""Worker and supervisor talk over a socket that neither ever waits for."""

import socket
from collections.abc import Iterator

import pytest

from tokentui.verifier.frames import MOST_WAITING, Channel

Pair = tuple[Channel, Channel]


@pytest.fixture
def pair() -> Iterator[Pair]:
    one, other = socket.socketpair()
    channels = Channel(one), Channel(other)
    yield channels
    for channel in channels:
        channel.close()


def test_messages_come_whole_and_in_order(pair: Pair) -> None:
    one, other = pair
    for number in range(100):
        assert one.send({"number": number, "text": "é" * number})
    assert [message["number"] for message in other.received()] == list(range(100))
    assert list(other.received()) == []


def test_a_message_that_came_in_part_waits_for_its_rest() -> None:
    raw, end = socket.socketpair()
    channel = Channel(end)
    content, rows = b'{"a":1}', b"rows"
    whole = len(content).to_bytes(4, "big") + len(rows).to_bytes(4, "big") + content + rows
    for begin in range(len(whole) - 1):
        raw.send(whole[begin : begin + 1])
        assert list(channel.received()) == []
    raw.send(whole[-1:])
    assert list(channel.received()) == [{"a": 1, "rows": b"rows"}]
    raw.close()
    channel.close()


def test_rows_are_whatever_bytes_and_come_with_their_message(pair: Pair) -> None:
    one, other = pair
    assert one.send({"amount": 1}, bytes(range(256)))
    assert one.send({"amount": 0})
    assert list(other.received()) == [{"amount": 1, "rows": bytes(range(256))}, {"amount": 0}]


def test_who_is_not_listened_to_is_never_waited_for_and_what_waits_is_bounded(pair: Pair) -> None:
    one, other = pair
    message = {"text": "x" * 100_000}
    sent = 0
    while one.send(message):
        sent += 1
        assert one.waiting <= MOST_WAITING + 200_000
    heard = 0
    while heard < sent:
        heard += sum(1 for _ in other.received())
        one.push()
    assert one.send(message)


def test_that_the_other_side_has_gone_is_known(pair: Pair) -> None:
    one, other = pair
    one.send("last words")
    one.close()
    assert list(other.received()) == ["last words"]
    assert other.closed
    assert not other.send("too late")


def test_who_does_not_hear_all_of_them_out_does_not_hear_the_same_ones_again(pair: Pair) -> None:
    one, other = pair
    for number in range(3):
        one.send(number)
    for message in other.received():
        if message == 1:
            break
    assert list(other.received()) == [2]
