"""The regular expressions for proxies take what the domain takes, and match what a template matches."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokentui.domain.errors import InvalidPath
from tokentui.domain.target import BadTarget, parse_target
from tokentui.domain.template import PathIndex, Template
from tokentui.exchange.proxy_paths import LOOK, PATH, REST, path_pattern

CANONICAL = re.compile(f"^{LOOK}(?P<path>{PATH}){REST}")


def accepted(target: str) -> bool:
    """Whether the domain takes the target, and the exceptions do not refuse it."""
    try:
        tokens = parse_target(target).access_tokens
    except BadTarget:
        return False
    return target.isascii() and not tokens


_BITS = st.sampled_from(
    [
        *"/aB7-._~!$&'()*+,:@|^\"<>[]{}`=;#\\ \t\n\x7f??é\xa0%",
        *("..", "%2", "%2F", "%2f", "%3B", "%5c", "%41", "%7e", "%2E", "%25", "%2541", "%25zz", "%20", "%3A", "%3f"),
        *("%40", "%C3%A9", "%c3%a9", "%C2%85", "%C2%A0", "%E2%82%AC", "%ED%A0%80", "%F0%9F%94%91", "%F4%90%80%80"),
        *("%FF", "%C3", "%00", "%0a", "access_token", "access%5Ftoken", "%61ccess_token=", "access_token=x", "x=1"),
        "ACCESS_TOKEN=",
    ]
)


@settings(max_examples=3000, deadline=None)
@given(st.lists(_BITS, max_size=7).map(lambda bits: "/" + "".join(bits)))
def test_a_target_is_canonical_here_only_where_it_is_so_in_the_domain(target: str) -> None:
    if CANONICAL.search(target):
        assert accepted(target)


@settings(max_examples=3000, deadline=None)
@given(st.lists(_BITS, max_size=7).map(lambda bits: "/" + "".join(bits)))
def test_what_the_domain_takes_is_canonical_here_where_no_token_is_in_it(target: str) -> None:
    if accepted(target) and "ccess" not in target.lower():
        found = CANONICAL.search(target)
        assert found is not None
        assert found["path"] == target.partition("?")[0]


@pytest.mark.parametrize("byte", range(256))
def test_every_encoded_byte_is_taken_as_the_domain_takes_it(byte: int) -> None:
    for target in (
        f"/a%{byte:02X}b",
        f"/%{byte:02x}",
        f"/%C3%{byte:02X}",
        f"/%E1%80%{byte:02X}",
        f"/%F1%80%80%{byte:02X}",
    ):
        assert bool(CANONICAL.search(target)) is accepted(target), target


@pytest.mark.parametrize("first", range(0xC0, 0x100))
@pytest.mark.parametrize("second", [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0])
def test_every_beginning_of_utf_8_is_taken_as_the_domain_takes_it(first: int, second: int) -> None:
    for tail in ("", "%80", "%80%80", "%80%80%80"):
        target = f"/%{first:02X}%{second:02X}{tail}"
        assert bool(CANONICAL.search(target)) is accepted(target), target


@pytest.mark.parametrize(
    "query",
    [
        "access_token=x",
        "a=1&access_token=x",
        "access_token",
        "access%5ftoken=",
        "%61ccess_toke%6E&a",
        "b&access_token",
    ],
)
def test_a_token_in_the_query_is_refused_however_it_is_spelt(query: str) -> None:
    assert not CANONICAL.search(f"/a?{query}")


@pytest.mark.parametrize(
    "query", ["", "a=1", "access_tokens=1", "my_access_token=1", "a=access_token", "x=%5B%5D&y=/?:@"]
)
def test_other_queries_are_let_through(query: str) -> None:
    assert CANONICAL.search(f"/a?{query}")


def test_the_longest_target_is_as_long_as_in_the_domain() -> None:
    assert CANONICAL.search("/" + "a" * 16383)
    assert not CANONICAL.search("/" + "a" * 16384)


_SEGMENTS = st.sampled_from(
    [
        *("a", "b", "a.b", "{x}", "{x}b", "a{x}", "{x}-{y}", "{x}{y}", "{x}:go", "é", "{x}é", "%20", "a%2Ab"),
        *("2", "{x}2", "é{x}2{y}A"),
    ]
)
_TEMPLATES = st.tuples(st.lists(_SEGMENTS, max_size=3), st.sampled_from(("", "/", "/*"))).map(
    lambda parts: ("/" + "/".join(parts[0]) + parts[1]).replace("//", "/")
)
_PATH_BITS = st.sampled_from(
    [*"ab-.2A/:*", "%3A", "%3a", "%C3%A9", "%c3%A9", "%20", "%2A", "%C3%A2", "go", "%E2%82%A2"],
)


@settings(max_examples=3000, deadline=None)
@given(_TEMPLATES, st.lists(_PATH_BITS, max_size=7).map(lambda bits: "/" + "".join(bits)))
def test_a_pattern_matches_what_its_template_matches(text: str, path: str) -> None:
    try:
        template, segments = Template.parse(text), parse_target(path).segments
    except (InvalidPath, BadTarget):
        return
    index: PathIndex[bool] = PathIndex()
    index.add(template, True)
    matches = re.search(f"^{path_pattern(template)}$", path) is not None
    assert matches is (index.find(segments) is True)
    for query in ("", "?", "?a/b"):
        assert (re.search(rf"^{path_pattern(template)}(?:\?|$)", path + query) is not None) is matches


def test_a_hostile_path_does_not_take_long() -> None:
    many = Template.parse("/" + "a".join(f"{{p{number}}}" for number in range(30)) + "b/{x}-{y}/c")
    pattern = re.compile(f"^{path_pattern(many)}$")
    assert not pattern.search("/" + "a" * 8000 + "/" + "-" * 8000)
    assert CANONICAL.search("/" + "&" * 16000)
    assert CANONICAL.search("/a?" + "&" * 16000)
