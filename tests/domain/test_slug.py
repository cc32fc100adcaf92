"""Slugs and groups: `a-z`, `0-9` and `-` only, made from a name or checked as given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.errors import InvalidSlug
from tokentui.domain.slug import MAX_LENGTH, check_group, check_slug, next_free, slugify

SLUGS = st.text("abc-019", min_size=1, max_size=MAX_LENGTH)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Příjem zboží #2", "prijem-zbozi-2"),
        ("Orders", "orders"),
        ("  --Purchase   Orders!! ", "purchase-orders"),
        ("Łódź, Gdańsk", "lodz-gdansk"),
        ("Smørrebrød Đà Nẵng", "smorrebrod-da-nang"),
        ("Straße STRASSE ẞ", "strasse-strasse-ss"),
        ("Æther œuvre Þing Ísland", "aether-oeuvre-thing-island"),
        ("İstanbul ılık", "istanbul-ilik"),
        ("ﬁle № ② x²", "file-no-2-x2"),
        ("Ǿ", "o"),
        ("a_b.c/d", "a-b-c-d"),
        ("ＦＵＬＬ", "full"),
    ],
)
def test_a_slug_is_made_from_the_name(name: str, slug: str) -> None:
    assert slugify(name) == slug


@pytest.mark.parametrize("name", ["", "   ", "###", "日本語", "🙂", "\ud800", "\u0301"])
def test_a_name_with_nothing_left_gives_endpoint(name: str) -> None:
    assert slugify(name) == "endpoint"


def test_a_long_name_is_cut_without_a_dash_at_the_end() -> None:
    assert slugify("x" * 70) == "x" * 63
    assert slugify("x" * 62 + " tail") == "x" * 62


@given(st.text())
def test_every_name_gives_a_slug_that_passes_the_check_and_stays_as_it_is(name: str) -> None:
    slug = slugify(name)
    assert check_slug(slug) == check_group(slug) == slugify(slug) == slug
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug


def test_a_free_slug_stays_and_a_taken_one_is_counted_up() -> None:
    assert next_free("orders", set()) == "orders"
    assert next_free("orders", {"orders"}) == "orders-2"
    assert next_free("orders", {"orders", "orders-2", "orders-3"}) == "orders-4"


def test_counting_up_stays_within_the_length_and_cuts_cleanly() -> None:
    long = "x" * 63
    assert next_free(long, {long}) == "x" * 61 + "-2"
    assert next_free("x" * 60 + "-yy", {"x" * 60 + "-yy"}) == "x" * 60 + "-2"


@given(SLUGS, st.sets(SLUGS))
def test_the_next_free_slug_is_free_and_legal(slug: str, taken: set[str]) -> None:
    free = next_free(slug, taken)
    assert free not in taken
    assert check_slug(free) == free


def test_slug_and_group_hold_lower_case_letters_digits_and_dashes_only() -> None:
    for good in ("a", "0", "a-b", "x" * 63):
        assert check_slug(good) == check_group(good) == good


@pytest.mark.parametrize("bad", ["", "A", "a b", "a_b", "a/b", "é", "a\n", "٣", "x" * 64, "a.b", "\x00"])
def test_any_other_slug_or_group_is_refused_for_its_field_with_what_to_do(bad: str) -> None:
    for check, field in ((check_slug, "slug"), (check_group, "group")):
        with pytest.raises(InvalidSlug) as caught:
            check(bad)
        assert caught.value.field == field
        assert field in str(caught.value)
        assert str(caught.value).isprintable()


def test_the_refusal_of_a_slug_suggests_one() -> None:
    with pytest.raises(InvalidSlug, match="write it as prijem-zbozi"):
        check_slug("Příjem zboží")
