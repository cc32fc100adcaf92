"""Names are one visible line, unique ignoring case; descriptions are text that steers no terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.errors import Invalid, InvalidName
from tokentui.domain.names import check_description, check_name, name_key


def test_a_name_is_stripped_and_composed() -> None:
    assert check_name("  erp nightly\n") == "erp nightly"
    assert check_name("Caf" + "e\u0301") == "Café"


@pytest.mark.parametrize("empty", ["", "   ", "\n\t"])
def test_an_empty_name_is_refused(empty: str) -> None:
    with pytest.raises(InvalidName, match="empty"):
        check_name(empty)


def test_a_name_is_as_long_as_the_limit_at_most() -> None:
    assert check_name("x" * 100) == "x" * 100
    assert check_name("x" * 5, limit=5) == "x" * 5
    with pytest.raises(InvalidName, match="101 characters; shorten it to 100"):
        check_name("x" * 101)
    with pytest.raises(InvalidName, match="shorten it to 5"):
        check_name("x" * 6, limit=5)


@pytest.mark.parametrize(
    "bad",
    ["\x00", "\x1b", "\n", "\t", "\x7f", "\x9b", "\u200b", "\u202e", "\ufeff", "\u2028", "\u2029", "\ud800"],
)
def test_control_format_and_separator_characters_and_surrogates_are_refused_by_code(bad: str) -> None:
    with pytest.raises(InvalidName, match=r"U\+[0-9A-F]{4}.*position \d+; remove it") as caught:
        check_name(f"a{bad}b")
    assert caught.value.field == "name"
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("good", ["Příjem zboží #2", "日本語", "🙂", "a\u00a0b", "<b>&\"'"])
def test_every_visible_character_is_fine_in_a_name(good: str) -> None:
    assert check_name(good) == good


@given(st.text())
def test_a_name_that_passes_is_kept_as_it_is_by_a_second_check(text: str) -> None:
    try:
        name = check_name(text)
    except InvalidName:
        return
    assert check_name(name) == name
    assert name == name.strip() == unicodedata.normalize("NFC", name)
    assert not {unicodedata.category(each) for each in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_names_are_the_same_ignoring_case_and_composition() -> None:
    assert name_key("ERP-Nightly") == name_key("erp-nightly")
    assert name_key("STRASSE") == name_key("straße")
    assert name_key("Cafe\u0301") == name_key("CAFÉ")
    assert name_key("erp") != name_key("erp2")


@given(st.text())
def test_the_key_of_a_name_does_not_depend_on_composition_or_asking_twice(name: str) -> None:
    key = name_key(name)
    assert key == name_key(unicodedata.normalize("NFD", name)) == name_key(unicodedata.normalize("NFC", name))
    assert name_key(key) == key


def test_a_description_may_have_lines_and_be_empty() -> None:
    assert check_description("") == ""
    assert check_description("one\ntwo\r\nthree") == "one\ntwo\nthree"
    assert check_description("x" * 1000) == "x" * 1000


def test_a_longer_description_is_refused() -> None:
    with pytest.raises(Invalid, match="1001 characters; shorten it to 1000") as caught:
        check_description("x" * 1001)
    assert caught.value.field == "description"


@pytest.mark.parametrize("bad", ["\x00", "\x1b[2J", "a\tb", "a\rb", "\x7f", "\x9b", "\ud800", "\u202e", "\u2066"])
def test_a_description_holds_no_other_control_character(bad: str) -> None:
    with pytest.raises(Invalid, match=r"U\+[0-9A-F]{4}") as caught:
        check_description(bad)
    assert caught.value.field == "description"
    assert str(caught.value).isprintable()
