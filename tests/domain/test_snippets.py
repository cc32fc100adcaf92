"""A token value in the forms that people paste."""

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.worlds import endpoint
from tokentui.domain.slots import Slot
from tokentui.domain.snippets import curl_line, env_line, header_line, variable_name
from tokentui.domain.values import check_value

VALUE = "aB3" * 20
#: What a Bearer header can carry: b64token.
VALUES = st.from_regex(r"[A-Za-z0-9\-._~+/]{1,64}={0,2}", fullmatch=True)


def test_the_header_is_the_one_of_rfc_6750() -> None:
    assert header_line(VALUE) == f"Authorization: Bearer {VALUE}"


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("erp-nightly", "ERP_NIGHTLY_TOKEN"),
        ("Příjem zboží #2", "PRIJEM_ZBOZI_2_TOKEN"),
        ("CRM token", "CRM_TOKEN"),
        ("3rd party", "_3RD_PARTY_TOKEN"),
        ("token", "TOKEN"),
        ("商品", "TOKEN"),
    ],
)
def test_a_variable_is_called_after_the_token(token: str, name: str) -> None:
    assert variable_name(token) == name


@given(st.text(min_size=1, max_size=100))
def test_every_token_name_makes_a_variable_that_a_shell_takes(name: str) -> None:
    assert variable_name(name).isascii()
    assert variable_name(name).isidentifier()


@given(VALUES)
def test_a_shell_reads_the_value_out_of_the_env_line(value: str) -> None:
    line = env_line("erp", check_value(value))
    assert line.partition("=")[0] == "ERP_TOKEN"
    assert shlex.split(line) == [f"ERP_TOKEN={value}"]


def test_a_real_shell_takes_a_value_that_begins_with_a_tilde() -> None:
    script = f'{env_line("erp", "~root/x")}; printf %s "$ERP_TOKEN"'
    assert subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout == "~root/x"


@pytest.mark.parametrize(
    ("slot", "path", "line"),
    [
        (Slot.GET, "/po", "curl --header 'Authorization: Bearer v' https://api.example.com/po"),
        (Slot.POST, "/po", "curl --request POST --header 'Authorization: Bearer v' https://api.example.com/po"),
        (Slot.DELETE, "/po", "curl --request DELETE --header 'Authorization: Bearer v' https://api.example.com/po"),
        (Slot.GET, "/a/{id}", "curl --globoff --header 'Authorization: Bearer v' 'https://api.example.com/a/{id}'"),
        (Slot.GET, "/a/*", "curl --header 'Authorization: Bearer v' 'https://api.example.com/a/*'"),
    ],
)
def test_curl_calls_the_slots_own_method_with_the_value_in_a_header(slot: Slot, path: str, line: str) -> None:
    assert curl_line("https://api.example.com/", endpoint(path=path), slot, "v") == line


def test_without_an_address_in_the_settings_a_placeholder_stands() -> None:
    assert curl_line("", endpoint(), Slot.GET, "v").endswith(" https://HOST/po")


@given(VALUES, st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20))
def test_a_shell_hands_curl_the_words_that_were_meant(value: str, rest: str) -> None:
    words = shlex.split(curl_line("https://h", endpoint(path=f"/{rest}"), Slot.POST, value))
    assert words[-3:] == ["--header", header_line(value), f"https://h/{rest}"]
