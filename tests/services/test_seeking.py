"""Seeking: whatever stands in a text is found, and nothing else, however the text comes in blocks."""

import random
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import MASTER_KEY
from tokentui.domain.errors import SealError
from tokentui.domain.fields import TokenFields
from tokentui.domain.records import Secret
from tokentui.domain.values import LENGTH, generate, is_strong
from tokentui.services.desk import Desk
from tokentui.services.live_values import LiveValues
from tokentui.services.places import places_in
from tokentui.services.reading import Block
from tokentui.services.seeking import Seeker
from tokentui.services.tokens import add_token
from tokentui.store.memory import MemoryStore
from tokentui.store.vault import KeyVault

CHANCE = random.Random(1).randbytes
GENERATED = [generate(CHANCE), generate(CHANCE), "Z" * LENGTH]
OTHERS = [
    "a",
    "x1",
    "test",
    "i-am-special",
    "-._~",
    "fifteen-letters",
    "sixteen.letters.",
    "abc+def/ghi==",
    "0b9d4a52-6a0e-4f0c-9f53-8b6f3c0f6f7e",
    "dashes-" * 9 + "d",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJlcnAifQ.R-n_" + "k3" * 40,
]
VALUES = GENERATED + OTHERS


class DigestsOnly(KeyVault):
    """A vault that was given the digest key alone."""

    def hint(self, secret: Secret, record_id: str, field: str) -> str:
        raise SealError("There is no key to open it.")

    def reveal(self, secret: Secret, record_id: str, field: str) -> str:
        raise SealError("There is no key to open it.")


class ClosedVault(KeyVault):
    """A vault that opens hints, and refuses to open a value."""

    def reveal(self, secret: Secret, record_id: str, field: str) -> str:
        raise AssertionError("a value was opened")


def seeker_for(values: list[str], vault: type[KeyVault] = ClosedVault) -> Seeker:
    """A seeker for tokens that are named by the place of their value in the list."""
    desk = Desk(MemoryStore(), vault(lambda: MASTER_KEY))
    for number, value in enumerate(values):
        add_token(desk, TokenFields(name=str(number)), value)
    return Seeker(LiveValues(desk))


SEEKER = seeker_for(VALUES)
WITHOUT_HINTS = seeker_for(VALUES, DigestsOnly)

ESCAPES = [
    "%3D",
    "%2f",
    "%253D",
    "%25",
    "=3D",
    "\\n",
    "\\t",
    "\\x3d",
    "\\u003d",
    "\\U0000003d",
    "\x1b[1;31m",
    "\\033[0m",
    "\\e[K",
]
ESCAPE_BEFORE = re.compile(
    rb"(?:%[0-9A-Fa-f]{2}|%25[0-9A-Fa-f]{2}|=3D|\\[abefnrtv0]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
    rb"|(?:\x1b|\\(?:e|033|x1[bB]|u001[bB]))\[[0-9;]{0,10}[mK])\Z"
)


def is_letter(text: bytes, position: int) -> bool:
    return text[position : position + 1].isalnum()


def is_edge(text: bytes, position: int) -> bool:
    return position == 0 or not (is_letter(text, position - 1) and is_letter(text, position))


def begins(text: bytes, position: int) -> bool:
    return is_edge(text, position) or bool(ESCAPE_BEFORE.search(text[max(0, position - 30) : position]))


def occurrences(text: bytes, value: str) -> Iterator[int]:
    at = text.find(value.encode())
    while at >= 0:
        yield at
        at = text.find(value.encode(), at + 1)


def standing(text: bytes) -> list[tuple[int, int, str]]:
    """What the rules say: start, end and name of each value that stands in the text, found the slow way."""
    return sorted(
        (at, at + len(value), str(number))
        for number, value in enumerate(VALUES)
        for at in occurrences(text, value)
        if is_strong(value) or (begins(text, at) and is_edge(text, at + len(value)))
    )


def found(text: bytes, seeker: Seeker = SEEKER) -> list[tuple[int, int, str]]:
    return sorted((hit.start, hit.end, hit.value.token) for hit in seeker.hits(text + b"\n"))


PARTS = st.one_of(
    st.sampled_from([value.encode() for value in VALUES]),
    st.sampled_from([escape.encode() for escape in ESCAPES]),
    st.sampled_from(
        [b"", b" ", b"\n", b"/", b"-", b"=", b'"', b"&", b"\\", b"%", b"x", b"Z", b"ZZZZZ", b"7", "é".encode()]
    ),
    st.text("ab1-._~+/=%\\ \n", max_size=70).map(str.encode),
    st.binary(max_size=20),
)
TEXTS = st.lists(PARTS, max_size=12).map(b"".join)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_every_value_that_stands_in_a_text_is_found_and_nothing_else(text: bytes) -> None:
    assert found(text) == standing(text)


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_without_hints_the_same_is_found(text: bytes) -> None:
    assert found(text, WITHOUT_HINTS) == standing(text)


@given(TEXTS, st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=400, deadline=None)
def test_a_text_in_blocks_has_the_same_places_each_once(text: bytes, cuts: list[int]) -> None:
    places = [(place.line, place.column, place.value.token) for place in places_in(cut(text, cuts), SEEKER)]
    assert sorted(places) == sorted((*position(text, at), token) for at, _, token in standing(text))


@given(st.binary(max_size=40), st.binary(max_size=40), st.sampled_from(GENERATED[:2]))
@settings(deadline=None)
def test_a_generated_value_is_found_whatever_is_glued_to_it(before: bytes, behind: bytes, value: str) -> None:
    assert (len(before), len(before) + LENGTH) in {hit[:2] for hit in found(before + value.encode() + behind)}


@pytest.mark.parametrize("value", ["i-am-special", "abc+def/ghi==", GENERATED[0]])
@pytest.mark.parametrize("before", ["", "\n", "%253D", "\\U0001F600", "\\u001b[00;10;1001m", "x=1&y="])
def test_a_value_is_found_once_wherever_a_block_ends(value: str, before: str) -> None:
    seeker = seeker_for([value])
    text = f"{'x ' * 20}{before}{value}\n{'y ' * 20}{before}{value}".encode()
    places = [position(text, at) for at in occurrences(text, value)]
    for first in range(len(text) + 1):
        for second in (first, first + 1, first + len(value)):
            assert [place[:2] for place in places_in(cut(text, [first, second]), seeker)] == places


@pytest.mark.parametrize("filling", ["x", "/", "a b", "test ", "test/", "/test%3D", " ", "\\n"])
@pytest.mark.parametrize("length", [1_000, 70_000, 140_000])
def test_the_same_is_found_in_a_text_of_any_length(length: int, filling: str) -> None:
    """At the lengths at which parts of a text are looked at apart from one another."""
    gap = (filling * length)[:length].encode()
    text = gap.join([b"/i-am-special/", GENERATED[0].encode(), b" test ", b"%3Di-am-special "]) + gap
    assert found(text) == standing(text)


@pytest.mark.parametrize(
    "text",
    [
        "/path/{}",
        "key={}&x=1",
        '"{}"',
        "'{}'",
        "token: {}",
        "https://api.example.org/{}/items",
        "https://example.org/?access_token={}#top",
        "https://example.org/?next=%2Fa%3Faccess_token%3D{}%26b%3D1",
        "Authorization: Bearer {}",
        "(${})",
        "<token>{}</token>",
        "{}",
        "- {} # comment",
        'curl -H "X: {}\\n"',
        '{{"a":"x\\n{}\\t"}}',
        "access_token=3D{}",
        "\x1b[32m{}\x1b[0m",
        "\ufeff{}",
    ],
)
@pytest.mark.parametrize("value", ["i-am-special", "test", "abc+def/ghi==", "dashes-" * 9 + "d"])
def test_a_value_of_another_form_is_found_between_edges(text: str, value: str) -> None:
    assert str(VALUES.index(value)) in {token for *_, token in found(text.format(value).encode())}


@pytest.mark.parametrize("text", ["latest", "testing", "contest", "test1", "1test", "ftest", "tes", "TEST", "te\nst"])
def test_a_word_that_holds_a_value_is_none(text: str) -> None:
    assert "test" not in {text[start:end] for start, end, _ in found(text.encode())}


def cut(text: bytes, cuts: list[int]) -> list[Block]:
    """The text in blocks, some of them empty."""
    borders = [0, *sorted(min(each, len(text)) for each in cuts), len(text)]
    parts = [text[start:stop] for start, stop in pairwise(borders)]
    return [Block(part, len(part), last=number == len(parts) - 1) for number, part in enumerate(parts)]


def position(text: bytes, at: int) -> tuple[int, int]:
    """Line and column; bytes that continue a UTF-8 character do not count."""
    before = text[:at].split(b"\n")
    return len(before), 1 + sum(not 0x80 <= byte < 0xC0 for byte in before[-1])
