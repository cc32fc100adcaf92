"""Rule 1: a target that does not parse or is not canonical is refused, never normalised."""

import re
from contextlib import suppress
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokentui.domain.target import MAX_BYTES, BadTarget, Target, parse_target

PLAIN = re.compile(r"[A-Za-z0-9\-._~]")


@pytest.mark.parametrize(
    ("raw", "path", "segments"),
    [
        ("/", "/", ("",)),
        ("/a", "/a", ("a",)),
        ("/a/", "/a/", ("a", "")),
        ("/api/endpoint/g/s", "/api/endpoint/g/s", ("api", "endpoint", "g", "s")),
        ("/a.b/..c/.d/e../...", "/a.b/..c/.d/e../...", ("a.b", "..c", ".d", "e..", "...")),
        ("/a:b@c!$&'()*+,=d|{e}~", "/a:b@c!$&'()*+,=d|{e}~", ("a:b@c!$&'()*+,=d|{e}~",)),
        ("/caf%C3%A9", "/café", ("café",)),
        ("/caf%c3%a9", "/café", ("café",)),
        ("/café", "/café", ("café",)),
        ("/a%20b", "/a b", ("a b",)),
        ("/100%25", "/100%", ("100%",)),
        ("/c%23/what%3F", "/c#/what?", ("c#", "what?")),
        ("/a?q=1", "/a", ("a",)),
        ("/?", "/", ("",)),
        ("/a?b?c=//../%2f%5c;x", "/a", ("a",)),
    ],
)
def test_a_canonical_target_is_read(raw: str, path: str, segments: tuple[str, ...]) -> None:
    for form in (raw, raw.encode()):
        target = parse_target(form)
        assert (target.path, target.segments) == (path, segments)


REFUSED: dict[str, list[str | bytes]] = {
    "does not start with a slash": ["", "*", "a", "http://host/a", "host:443", "?a", " /a", "\\a", "%2Fa", "﻿/a"],
    "an empty segment": ["//", "//a", "/a//b", "/a//", "///", "//?x"],
    "a dot segment": ["/.", "/..", "/./a", "/a/..", "/a/../b", "/../a", "/a/.?x", "/a/./", "/é/.."],
    "an encoded dot segment": ["/%2e", "/%2E%2e/a", "/.%2e/a", "/a/%2e.", "/%2e/", "/%252e%252e/"],
    "an encoded slash": ["/a%2fb", "/a%2Fb", "/%2f", "/a%2f..%2fb"],
    "a backslash": ["/a\\b", "/\\", "/a%5cb", "/a%5Cb", "/..\\a"],
    "a semicolon": ["/a;b", "/a;jsessionid=1", "/..;/a", "/;", "/a%3bb", "/a%3Bb"],
    "a fragment": ["/a#b", "/#", "/a?b#c", "/a?#"],
    "a control character": [
        "/a\x00", "/a\nb", "/a\r\nX: y", "/\x1b", "/a\x7f", "/a\x85", "/a\x9b", "/a?b\x00", "/a?\x9f",
    ],
    "an encoded control character": [
        "/a%00", "/%0a", "/%0D", "/%1b", "/%7f", "/%7F", "/%C2%80", "/%c2%9F", "/%c2%85",
    ],
    "white space": ["/a b", "/ ", "/a\tb", "/a\u00a0b", "/a\u2028b", "/a\u3000", "/a?b c", "/a?\tb", "/a HTTP/1.1"],
    "bytes that are not UTF-8": [
        b"/\xff", b"/a?\xff", b"/\xc0\xaf", b"/\xed\xa0\x80", "/\udcff", "/a?\ud800", b"/\xe9",
    ],
    "encoded bytes that are not UTF-8": [
        "/%ff", "/%C0%AF", "/%c3", "/%c0%ae/", "/%ed%a0%80", "/%f8%80%80%80%af", "/é%ff",
    ],
    "a broken percent sequence": ["/%", "/a%", "/%4", "/%zz", "/%u0041", "/%%20", "/% 41", "/%2", "/%-1"],
    "a second round of percent-encoding": ["/%2541", "/%252f", "/%2525", "/%25ff", "/a%25%32%66", "/%25c3%25a9"],
    "an encoded unreserved character": [
        "/%41", "/%5A", "/%61dmin", "/%7a", "/%30", "/%39", "/a%2Db", "/%5f", "/%7E", "/a%2e",
    ],
    "more than the longest": ["/" + "a" * MAX_BYTES, "/" + "é" * (MAX_BYTES // 2), "/?" + "a" * MAX_BYTES],
}  # fmt: skip


@pytest.mark.parametrize(("why", "raw"), [(why, raw) for why, each in REFUSED.items() for raw in each])
def test_a_target_that_is_not_canonical_is_refused(why: str, raw: str | bytes) -> None:
    for form in {
        raw,
        raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) and "\ud800" not in raw else raw,
    }:
        with pytest.raises(BadTarget) as caught:
            parse_target(form)
        assert caught.value.reason
        assert str(caught.value) == caught.value.reason


def test_the_longest_target_is_read() -> None:
    assert parse_target("/" + "a" * (MAX_BYTES - 1)).segments == ("a" * (MAX_BYTES - 1),)
    assert parse_target("/é" + "a" * (MAX_BYTES - 3)).segments == ("é" + "a" * (MAX_BYTES - 3),)


@pytest.mark.parametrize(
    "query", ["q=a;b&u=http://x", "a=../..&b=//&c=\\", "a=%2f%00%ff%zz%41", "é=ü", "&&==&", "%", "?"]
)
def test_the_rules_of_the_path_do_not_hold_in_the_query(query: str) -> None:
    assert parse_target(f"/a?{query}") == Target("/a", ("a",), ())


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("", ()),
        ("access_token=abc", ("abc",)),
        ("access_token=", ("",)),
        ("access_token", ("",)),
        ("a=1&access_token=abc&b=2", ("abc",)),
        ("access_token=a&access_token=b", ("a", "b")),
        ("access_token=a&access_token=a", ("a", "a")),
        ("access%5Ftoken=a&%61ccess_token=b", ("a", "b")),
        ("access_token=%41%2b%3D", ("A+=",)),
        ("access_token=a+b", ("a+b",)),
        ("access_token=a=b", ("a=b",)),
        ("access_token=caf%C3%A9", ("café",)),
        ("access_token=%2541", ("%41",)),
        ("ACCESS_TOKEN=a&Access_Token=b&access_token2=c&xaccess_token=d&access-token=e", ()),
        ("a=access_token=b", ()),
        ("a;access_token=b", ()),
        ("access_token%zz=b&access_token%ff=c&%20access_token=d", ()),
    ],
)
def test_the_values_of_every_parameter_named_exactly_access_token_are_read(
    query: str, values: tuple[str, ...]
) -> None:
    assert parse_target(f"/a?{query}").access_tokens == values
    assert parse_target(f"/a?{query}".encode()).access_tokens == values


@pytest.mark.parametrize("query", ["access_token=%", "access_token=%4", "a=b&access_token=%zz", "access%5ftoken=%ff"])
def test_an_access_token_that_cannot_be_decoded_is_refused(query: str) -> None:
    with pytest.raises(BadTarget):
        parse_target(f"/a?{query}")


def test_no_repr_and_no_reason_shows_an_access_token() -> None:
    assert "S3cr3t" not in repr(parse_target("/a?access_token=S3cr3t"))
    for bad in (
        "//a?access_token=S3cr3t",
        "/a?access_token=S3cr3t#",
        "/a?access_token=S3cr3t%zz",
        "/a?access_token=S3cr3t%ff",
    ):
        with pytest.raises(BadTarget) as caught:
            parse_target(bad)
        assert "S3cr3t" not in repr(caught.value)
        assert caught.value.__cause__ is None


HOSTILE = st.text(st.sampled_from("/.%2eEfF5cC;#?\\ab é\x00\x85\udcff&=~41"), max_size=12).map(
    lambda text: f"/{text}"
)


@given(HOSTILE)
@example("/%25")
@example("/é/%C3%A9")
def test_what_is_read_could_not_be_written_or_understood_otherwise(raw: str) -> None:
    try:
        target = parse_target(raw)
    except BadTarget:
        return
    path = raw.partition("?")[0]
    assert target.path == unquote_to_bytes(path).decode() == "/" + "/".join(target.segments)
    assert unquote_to_bytes(target.path) == target.path.encode(), "nothing is left to decode"
    assert "" not in target.segments[:-1]
    assert not {".", ".."} & set(target.segments)
    assert not re.search(r"[\\;\x00-\x1f\x7f-\x9f]", target.path)
    assert not any(PLAIN.match(chr(int(code, 16))) for code in re.findall("%([0-9A-Fa-f]{2})", path))


SEGMENTS = st.lists(st.text("abZ09-._~é日%:@!$&'()*+,= #?", min_size=1, max_size=6), min_size=1, max_size=4)


@given(SEGMENTS)
def test_a_path_that_is_encoded_as_the_standard_says_is_read_back(segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    canonical = not {".", ".."} & set(segments) and not re.search("%[0-9A-Fa-f]{2}", path)
    encoded = "/" + "/".join(quote(segment, safe="") for segment in segments)
    if canonical:
        assert parse_target(encoded).segments == tuple(segments)
    else:
        with pytest.raises(BadTarget):
            parse_target(encoded)


@given(st.binary(max_size=40) | st.text(st.characters(), max_size=40))
def test_nothing_but_a_bad_target_is_ever_raised(raw: bytes | str) -> None:
    for form in (raw, b"/" + raw if isinstance(raw, bytes) else "/" + raw):
        with suppress(BadTarget):
            parse_target(form)
