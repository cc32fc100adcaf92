"""What is told of a request holds no token, wherever somebody put it, and is short and printable."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.worlds import NOW
from tokentui.domain.decision import Decision, Reason, Request
from tokentui.domain.masking import MASK
from tokentui.verifier.batches import packed, unpacked
from tokentui.verifier.seen import path_of, without_tokens

VALUE = "Zz90Yy81" * 8
#: One that came with an import, and has another form.
KEY = "3f1c9e52-7a0b-4c7e-9d41-bb1f5a2c6d10"


def told(target: str | bytes, *values: str) -> str:
    """The path as it is recorded where these values are tokens."""
    hidden = without_tokens(target, lambda word: word in values)
    return path_of(target if hidden is None else hidden)


def encoded(text: str, rounds: int) -> str:
    for _ in range(rounds):
        text = "".join(f"%{ord(each):02x}" for each in text)
    return text


@pytest.mark.parametrize(
    "path", ["/orders/{}", "/{}", "/{}/x", "/x/{}.json", "/access_token={}", "/a&b={}", "/Bearer%20{}"]
)
def test_a_token_in_a_path_is_hidden_and_the_rest_is_told(path: str) -> None:
    assert told(path.format(VALUE)) == path.replace("%20", " ").format(MASK)
    assert told(path.format(VALUE).encode()) == told(path.format(VALUE))


@pytest.mark.parametrize("path", ["/orders/{}", "/{}", "/{}/x", "/access_token={}", "/a&b={}", "/Bearer%20{}"])
def test_a_token_of_any_form_is_hidden_where_somebody_has_it(path: str) -> None:
    assert told(path.format(KEY), KEY) == path.replace("%20", " ").format(MASK)
    assert told(path.format(KEY)) == path.format(KEY)


@pytest.mark.parametrize("rounds", range(1, 4))
def test_a_token_that_is_percent_encoded_is_hidden_too(rounds: int) -> None:
    assert told(f"/orders/{encoded(VALUE, rounds)}") == f"/orders/{MASK}"
    assert told(f"/orders/{encoded(KEY, rounds)}", KEY) == f"/orders/{MASK}"


def test_what_has_no_end_of_encoding_is_hidden_in_whole() -> None:
    assert told("/%" + "25" * 20 + "41") == MASK
    assert told("/%" + "25" * 5000 + "41") == MASK


@pytest.mark.parametrize(
    "path", ["/orders", "/orders/2026-12-31", "/a-rather-long-name/of-an-endpoint", "/caf%C3%A9/0123456789abcdef"]
)
def test_a_path_without_a_token_is_told_as_it_came(path: str) -> None:
    assert told(path, VALUE, KEY) == path


def test_a_token_at_the_edge_of_what_is_kept_is_hidden_before_the_path_is_cut() -> None:
    for length in range(430, 520):
        path = told("/" + "a/" * (length // 2) + VALUE)
        assert VALUE[:9] not in path
        assert len(path) <= 512


def test_the_query_and_the_fragment_are_never_told() -> None:
    for target in (
        f"/orders?access_token={VALUE}",
        f"/orders#{VALUE}",
        f"/orders%3Faccess_token={KEY}",
        f"/orders?{KEY}#x?{KEY}",
    ):
        assert told(target, KEY).startswith("/orders")
        assert VALUE not in told(target, KEY)
        assert KEY not in told(target, KEY)


@given(st.text() | st.binary(), st.integers(0, 3))
def test_whatever_the_target_is_its_path_is_one_short_printable_line_without_the_token(
    target: str | bytes, rounds: int
) -> None:
    value = encoded(VALUE, rounds)
    spoiled = target + f"/{value}/" if isinstance(target, str) else target + f"/{value}/".encode()
    path = told(spoiled)
    assert path.isprintable()
    assert len(path) <= 512
    assert path.encode().decode() == path
    assert VALUE not in path
    assert quote(VALUE) not in path


@pytest.mark.parametrize(
    ("method", "told_as"),
    [
        ("GET", "GET"),
        ("PROPFIND", "PROPFIND"),
        ("", ""),
        (VALUE[:32], "?"),
        ("get", "?"),
        ("G" * 5000, "?"),
        ("\x1b[31m", "?"),
    ],
)
def test_a_method_is_told_where_it_has_a_name(method: str, told_as: str) -> None:
    (row,) = unpacked(packed([(Request(method, b"/x"), Decision(Reason.METHOD_NOT_ALLOWED), NOW, 1)])[1])
    assert row.method == told_as


def test_of_an_unknown_token_eight_digits_of_its_digest_are_told_and_of_others_nothing() -> None:
    for reason in Reason:
        (row,) = unpacked(packed([(Request("GET", b"/x"), Decision(reason, about="0123abcd"), NOW, 1)])[1])
        assert row.fingerprint == ("0123abcd" if reason is Reason.UNKNOWN_TOKEN else "")
