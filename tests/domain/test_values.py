"""Token values: 64 characters of `A-Za-z0-9` from the random source that is given, and what a header can carry."""

import os
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.errors import InvalidTokenValue
from tokentui.domain.values import ALPHABET, LENGTH, MAX_LENGTH, check_value, generate, is_strong


def test_a_generated_value_has_64_characters_of_letters_and_digits() -> None:
    value = generate(os.urandom)
    assert len(value) == LENGTH == 64
    assert set(value) <= set(ALPHABET)
    assert len(ALPHABET) == 62
    assert is_strong(value)
    assert check_value(value) == value


def test_the_value_comes_from_the_given_bytes_alone() -> None:
    assert generate(bytes) == "a" * 64
    assert generate(lambda count: b"\x3d" * count) == "9" * 64


def test_each_character_is_equally_likely() -> None:
    def first_character(byte: int) -> str:
        answers = iter([bytes([byte]) * LENGTH, b"\x00" * LENGTH])
        return "" if byte >= 4 * 62 else generate(lambda count: next(answers))[0]

    assert Counter("".join(map(first_character, range(256)))) == dict.fromkeys(ALPHABET, 4)


@pytest.mark.parametrize("byte", range(4 * 62, 256))
def test_a_byte_that_does_not_divide_is_thrown_away(byte: int) -> None:
    answers = iter([bytes([byte]) * 2 + b"\x00" * 62, b"\x01" * 64])
    assert generate(lambda count: next(answers)) == "a" * 62 + "bb"


def test_a_source_that_gives_bytes_beyond_the_alphabet_is_asked_again() -> None:
    answers = iter([b"\xff" * 64, b"\x01" * 64])
    assert generate(lambda count: next(answers)) == "b" * 64


@pytest.mark.parametrize("weak", ["", "a" * 63, "a" * 65, "a" * 63 + "-", "é" * 64, "a" * 63 + "\n"])
def test_a_value_of_another_form_is_not_strong(weak: str) -> None:
    assert not is_strong(weak)


@given(st.from_regex(r"[A-Za-z0-9\-._~+/]{1,100}={0,5}", fullmatch=True))
def test_every_b64token_can_be_a_value(value: str) -> None:
    assert check_value(value) == value


@pytest.mark.parametrize("bad", ["", "=", "a b", "a=b", "a,b", "a\n", "é", "a\x00", '"a"', "a" * (MAX_LENGTH + 1)])
def test_what_no_bearer_header_can_carry_is_refused_and_never_quoted(bad: str) -> None:
    with pytest.raises(InvalidTokenValue) as caught:
        check_value("S3cr3t" + bad if 0 < len(bad) < 10 and bad != "=" else bad)
    assert caught.value.field == "value"
    assert "S3cr3t" not in str(caught.value)


def test_the_longest_value_is_taken() -> None:
    assert check_value("a" * MAX_LENGTH) == "a" * MAX_LENGTH
