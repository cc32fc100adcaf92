"""Which path template a path of a Kong route becomes, and which is told as none."""

import pytest

from tokentui.domain.errors import InvalidPath
from tokentui.domain.template import Template
from tokentui.exchange.kong_paths import bare_path, path_template


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/", "/*"),
        ("/r1", "/r1/*"),
        ("/r1/", "/r1/*"),
        ("/api/v1.0/~jan", "/api/v1.0/~jan/*"),
        ("/a/{b}*", "/a/%7Bb%7D%2A/*"),
        ("~/r1$", "/r1"),
        ("~^/r1$", "/r1"),
        ("~/r1", "/r1/*"),
        ("~/$", "/"),
        ("~/users/(?<id>[^/]+)$", "/users/{id}"),
        ("~/users/(?P<id>[^/]+)/pets/([^/]+)$", "/users/{id}/pets/{p1}"),
        ("~/users/[^/]+\\.json$", "/users/{p1}.json"),
        ("~/rest/.*", "/rest/*"),
        ("~/rest/(.*)$", "/rest/*"),
        ("~/users/(?<id>[^/]+)/.*", "/users/{id}/*"),
        ("~/a\\{b\\}$", "/a%7Bb%7D"),
        ("~/cost\\$", "/cost$/*"),
    ],
)
def test_a_path_becomes_a_template_that_says_it(path: str, template: str) -> None:
    assert path_template(path, kong_2=False) == template
    Template.parse(template)


@pytest.mark.parametrize(
    "path",
    [
        "~/users/\\d+$", "~/a.b$", "~/(a|b)$", "~/ab?$", "~/a+$", "~/users/(?<id>[^/]+)", "~/users/(?<id>\\d+)$",
        "~/a(/.*)?$", "~/[^/]*$", "~/a{2}$", "~.*", "~/a\\", "~/(", "~/[^/]+{2}$", "~/a/.*/b$", "~/a$b",
    ],
)  # fmt: skip
def test_a_regular_expression_that_no_template_says_is_told(path: str) -> None:
    with pytest.raises(InvalidPath, match="regular expression"):
        path_template(path, kong_2=False)


def test_in_kong_2_what_looks_like_a_regular_expression_is_one() -> None:
    assert path_template("/users/(?<id>[^/]+)$", kong_2=True) == "/users/{id}"
    assert path_template("/users", kong_2=True) == "/users/*"
    with pytest.raises(InvalidPath, match="regular expression"):
        path_template("/users/\\d+$", kong_2=True)


@pytest.mark.parametrize(
    ("path", "bare"),
    [
        ("/r1", "/r1"),
        ("/a{b}", "/a%7Bb%7D"),
        ("~/r1", "/r1"),
        ("~/cost\\$", "/cost$"),
        ("/", ""),
        ("/r1/", ""),
        ("~/r1$", ""),
        ("~/r1/", ""),
        ("~/r1/.*", ""),
        ("~/r1/(.*)$", ""),
        ("~/users/(?<id>[^/]+)/.*", ""),
    ],
)
def test_a_prefix_takes_itself_which_its_template_does_not(path: str, bare: str) -> None:
    assert bare_path(path, path_template(path, kong_2=False), kong_2=False) == bare
