"""One credential: `Authorization: Bearer` or `access_token`, and only one of them (RFC 6750 §2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.credential import BadCredential, read_credential
from tokentui.domain.values import MAX_LENGTH

VALUES = st.from_regex(r"[A-Za-z0-9\-._~+/]{1,80}={0,3}", fullmatch=True)


def test_no_header_and_no_parameter_is_no_credential() -> None:
    assert read_credential([], []) is None


@given(VALUES, st.sampled_from(["Bearer", "bearer", "BEARER", "bEaReR"]), st.integers(1, 3))
def test_a_bearer_header_is_read_with_the_scheme_in_any_case_and_one_or_more_spaces(
    value: str, scheme: str, spaces: int
) -> None:
    assert read_credential([scheme + " " * spaces + value], []) == value


@given(VALUES)
def test_the_query_parameter_is_read(value: str) -> None:
    assert read_credential([], [value]) == value


@pytest.mark.parametrize(
    ("authorization", "access_tokens"),
    [
        (["Bearer a", "Bearer a"], []),
        (["Bearer a", "Basic b"], []),
        (["Basic a", "Basic b"], []),
        (["Bearer a", ""], []),
        (["Bearer a"], ["a"]),
        (["Basic a"], ["a"]),
        ([""], ["a"]),
        ([], ["a", "a"]),
        ([], ["a", ""]),
        (["Bearer a, Bearer b"], []),
        (["Bearer a,Bearer b"], []),
        (["Basic a, Bearer b"], []),
        (["Digest x,bearer\tb"], []),
        ([], ["a,b"]),
    ],
)
def test_more_than_one_credential_is_refused(authorization: list[str], access_tokens: list[str]) -> None:
    with pytest.raises(BadCredential):
        read_credential(authorization, access_tokens)


@pytest.mark.parametrize(
    "header",
    [
        "", " ", "Bearer", "Bearer ", "Bearer   ", "Bearer\ta", " Bearer a", "Bearer a ", "Bearer a b", "Bearer a\n",
        "Bearer =", "Bearer a=b", 'Bearer "a"', "Bearer é", "Bearer a\x00", "Bearer: a", "Bearer,a", "Bearer a;b",
        "@", "\n",
    ],
)  # fmt: skip
def test_a_malformed_header_is_refused(header: str) -> None:
    with pytest.raises(BadCredential):
        read_credential([header], [])


@pytest.mark.parametrize("value", ["", " ", "a b", "=", "a=b", "é", "a\x00", "a\n"])
def test_a_malformed_parameter_is_refused(value: str) -> None:
    with pytest.raises(BadCredential):
        read_credential([], [value])


def test_a_value_as_long_as_the_longest_is_read_and_a_longer_one_refused() -> None:
    assert read_credential(["Bearer " + "a" * MAX_LENGTH], []) == "a" * MAX_LENGTH
    for authorization, parameters in ((["Bearer " + "a" * (MAX_LENGTH + 1)], []), ([], ["a" * (MAX_LENGTH + 1)])):
        with pytest.raises(BadCredential, match="longer"):
            read_credential(authorization, parameters)


@pytest.mark.parametrize(
    "header", ["Basic dXNlcjpwdw==", "Negotiate", 'Digest username="a", realm="b"', "Bearers a", "x"]
)
def test_a_header_of_another_scheme_alone_is_no_bearer_credential(header: str) -> None:
    assert read_credential([header], []) is None


@given(st.text(), st.lists(st.text(), max_size=2))
def test_a_reason_never_quotes_the_credential_and_nothing_else_is_raised(noise: str, parameters: list[str]) -> None:
    secret = "S3cr3tS3cr3t"
    refused = None
    try:
        read_credential([f"Bearer {secret}{noise}"], parameters)
    except BadCredential as bad:
        refused = bad
    assert refused is None or secret not in f"{refused.reason}{refused}{refused!r}{refused.__cause__}"
