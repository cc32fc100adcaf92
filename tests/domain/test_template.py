"""Path templates: what may be written, what they match, and which of several wins."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import overload

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.errors import InvalidPath, Taken
from tokentui.domain.target import parse_target
from tokentui.domain.template import PathIndex, Template


def index_of(*templates: str) -> PathIndex[str]:
    """An index that finds each template's own text."""
    index: PathIndex[str] = PathIndex()
    for text in templates:
        index.add(Template.parse(text), text)
    return index


def found(path: str, *templates: str) -> str | None:
    return index_of(*templates).find(parse_target(path).segments)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/", "/"),
        ("/*", "/"),
        ("/*", "/a"),
        ("/*", "/a/b/"),
        ("/api/endpoint/g/s", "/api/endpoint/g/s"),
        ("/pets/", "/pets/"),
        ("/pets/{id}", "/pets/7"),
        ("/pets/{id}/", "/pets/7/"),
        ("/pets/{id}/toys/{toy}", "/pets/7/toys/ball"),
        ("/{name}.json", "/a.json"),
        ("/{name}.json", "/a.json.json"),
        ("/{a}-{b}", "/x-y"),
        ("/{a}-{b}", "/---"),
        ("/{a}{b}", "/xy"),
        ("/v{major}.{minor}", "/v1.2"),
        ("/{name}:publish", "/post:publish"),
        ("/{name}:publish", "/post%3Apublish"),
        ("/rest/v1/*", "/rest/v1/"),
        ("/rest/v1/*", "/rest/v1/a"),
        ("/rest/v1/*", "/rest/v1/a/b"),
        ("/{tenant}/*", "/t/a"),
        ("/café", "/caf%C3%A9"),
        ("/caf%C3%A9", "/café"),
        ("/a%2Ab", "/a*b"),
        ("/%7Bid%7D", "/{id}"),
        ("/a%20b", "/a%20b"),
    ],
)
def test_a_template_matches(template: str, path: str) -> None:
    assert found(path, template) == template


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/", "/a"),
        ("/pets", "/pets/"),
        ("/pets/", "/pets"),
        ("/pets", "/Pets"),
        ("/pets/{id}", "/pets/"),
        ("/pets/{id}", "/pets"),
        ("/pets/{id}", "/pets/7/"),
        ("/pets/{id}", "/pets/7/toys"),
        ("/{name}.json", "/.json"),
        ("/{name}.json", "/a.jsonx"),
        ("/{a}-{b}", "/-y"),
        ("/{a}-{b}", "/--"),
        ("/{a}-{b}", "/x-"),
        ("/{a}-{b}", "/xy"),
        ("/{a}{b}", "/x"),
        ("/aa{x}aa", "/aaa"),
        ("/rest/v1/*", "/rest/v1"),
        ("/rest/v1/*", "/rest/v10/a"),
        ("/{tenant}/*", "/t"),
        ("/%7Bid%7D", "/7"),
    ],
)
def test_a_template_does_not_match(template: str, path: str) -> None:
    assert found(path, template) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "pets", "*", "https://x/y", "//", "/a//b", "/.", "/a/..", "/a/./b", "/%2e%2e/a", "/a?b", "/a?", "/a#b",
        "/a;b",
        "/a%3Bb", "/a\\b", "/a%5cb", "/a%2fb", "/a b", "/a\tb", "/a\x00b", "/a%00b", "/a\x7f", "/a\u2028b", "/a*",
        "/*a",
        "/*/b", "/*/", "/a/**", "/{a*}", "/{}", "/a{}b", "/{a", "/a}", "/{a}}", "/{{a}", "/{a{b}}", "/{a/b}",
        "/{ a }",
        "/%zz", "/%4", "/%41", "/%7e", "/%2541", "/%ff", "/\ud800", "/" + "a" * 16384,
    ],
)  # fmt: skip
def test_what_is_not_a_canonical_template_is_refused_for_the_field_path(text: str) -> None:
    with pytest.raises(InvalidPath) as caught:
        Template.parse(text)
    assert caught.value.field == "path"
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/pets/{id}", "/pets/{petId}"),
        ("/{a}-{b}.json", "/{x}-{x}.json"),
        ("/café/*", "/caf%c3%a9/*"),
    ],
)
def test_templates_that_match_the_same_paths_have_the_same_shape_and_are_equal(one: str, other: str) -> None:
    assert Template.parse(one).shape == Template.parse(other).shape
    assert Template.parse(one) == Template.parse(other)
    assert Template.parse(one).text == one


def test_templates_that_match_other_paths_have_another_shape() -> None:
    texts = ["/", "/*", "/a", "/a/", "/a/*", "/{a}", "/{a}/", "/{a}/*", "/{a}b", "/b{a}", "/{a}{b}", "/{a}-{b}"]
    encoded = ["/%7B%7D", "/%2A", "/a/%2A", "/%7B%7Db", "/%25", "/%25{a}"]
    assert len({Template.parse(text).shape for text in texts + encoded}) == len(texts + encoded)


LADDER = ("/v1/pets/cat", "/v1/pets/c{x}t", "/v1/pets/{id}", "/v1/pets/*", "/v1/*", "/*")


def test_a_literal_segment_beats_a_mixed_one_which_beats_a_param_which_beats_a_wildcard() -> None:
    for rung in range(len(LADDER)):
        for order in itertools.permutations(LADDER[rung:]):
            assert found("/v1/pets/cat", *order) == LADDER[rung]


def test_the_earlier_segment_decides_first() -> None:
    assert found("/a/b", "/a/{y}", "/{x}/b") == "/a/{y}"
    assert found("/a/b", "/a/*", "/{x}/b") == "/a/*"
    assert found("/a/b", "/{x}/b", "/*") == "/{x}/b"


def test_the_search_goes_back_where_a_better_segment_leads_nowhere() -> None:
    assert found("/a/b/d", "/a/b/c", "/a/{x}/d") == "/a/{x}/d"
    assert found("/a/b/d", "/a/b/c", "/a/{x}/e", "/{y}/*") == "/{y}/*"
    assert found("/a/b/z", "/a/b/c", "/a/{x}/e", "/{y}/b/f") is None


def test_of_two_mixed_segments_the_one_with_more_literal_characters_wins() -> None:
    for order in itertools.permutations(("/{a}.tar.gz", "/{a}.gz", "/{a}.{b}")):
        assert found("/x.tar.gz", *order) == "/{a}.tar.gz"
        assert found("/x.gz", *order) == "/{a}.gz"
        assert found("/x.y", *order) == "/{a}.{b}"


def test_two_templates_of_the_same_shape_cannot_both_be_in_an_index() -> None:
    for text in ("/a", "/{a}", "/{a}.json", "/a/*"):
        index = index_of(text)
        with pytest.raises(Taken) as caught:
            index.add(Template.parse(text.replace("{a}", "{b}")), "other")
        assert caught.value.field == "path"


_STEPS = st.sampled_from(("a", "ab", "{x}", "a{x}", "{x}b", "{x}{y}", "*"))
_TEMPLATES = st.lists(_STEPS, min_size=1, max_size=3).map(lambda steps: "/" + "/".join(steps))


@given(st.lists(_TEMPLATES, max_size=8), st.lists(st.sampled_from(("a", "ab", "b", "")), min_size=1, max_size=3))
def test_what_is_found_has_the_lowest_rank_of_all_that_match(texts: list[str], segments: list[str]) -> None:
    templates = {Template.parse(text).shape: Template.parse(text) for text in texts if "*" not in text[:-1]}
    matching = [each for each in templates.values() if index_of(each.text).find(segments)]
    best = min(matching, key=lambda template: template.rank, default=None)
    found = index_of(*(each.text for each in templates.values())).find(segments)
    assert found == (best.text if best else None)


class Counted(Sequence[str]):
    """Segments that count how often they are looked at."""

    def __init__(self, segments: Sequence[str]) -> None:
        self.segments = segments
        self.looks = 0

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        self.looks += 1
        return self.segments[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)


def test_a_hostile_path_sees_each_step_of_the_index_once_at_most() -> None:
    depth = 10
    choices = itertools.product(("a", "{p}", "a{p}"), repeat=depth // 2)
    templates = ["/" + "/".join(choice) + "/end" for choice in choices]
    steps = sum(3**level for level in range(depth // 2 + 1))
    path = Counted(["aa"] * (depth // 2) + ["none"])
    assert index_of(*templates).find(path) is None
    assert path.looks <= steps


def test_a_very_long_path_and_a_very_long_template_do_no_harm() -> None:
    deep = "/{x}" * 4000
    assert found("/a" * 4000, deep, deep[:-4] + "/b", "/*") == deep
    assert found("/a" * 8000, deep, "/*") == "/*"


def test_a_hostile_segment_is_matched_in_linear_time() -> None:
    many = "/" + "a".join(f"{{p{number}}}" for number in range(50)) + "b"
    assert found("/" + "a" * 16000, many) is None
    assert found("/" + "a" * 16000 + "b", many) == many


@given(st.lists(st.text("ab{}.*/%", max_size=4), min_size=1, max_size=4))
def test_a_template_is_parsed_or_refused_and_its_shape_is_a_template_again(segments: list[str]) -> None:
    try:
        template = Template.parse("/" + "/".join(segments))
    except InvalidPath:
        return
    assert Template.parse(template.shape.replace("{}", "{x}")) == template


@given(st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=3))
def test_a_segment_of_several_params_matches_as_its_regular_expression_would(literals: list[str]) -> None:
    text = "".join(literals)
    expression = re.compile("a(.+)b(.+)a", re.DOTALL)
    index = index_of("/a{x}b{y}a")
    assert (index.find([text]) is not None) == bool(expression.fullmatch(text))
