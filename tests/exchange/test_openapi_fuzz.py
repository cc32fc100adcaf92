"""Whatever stands below `paths`, a description is read or refused; nothing else is ever raised."""

from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from tokentui.domain.errors import ImportRefused
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.template import Template
from tokentui.exchange.drafts import ApiDescription
from tokentui.exchange.openapi import read_openapi

_REFERENCES = (
    "#/paths/~1a",
    "#/x",
    "#",
    "",
    "x.yaml",
    "api.yaml",
    "..",
    "#/paths/0",
    "http://a/b",
    "%",
    "\0",
    "#/%00",
)
_FIELDS = (
    *("get", "put", "post", "patch", "delete", "head", "options", "query", "GET", "x-a"),
    *("$ref", "servers", "url", "variables", "default", "tags", "summary", "description", "security", "a"),
)
_TEXTS = st.sampled_from((*_REFERENCES, "/v1/{a}", "{a}", "Show.", "//", "/a/../b", "日本", "\x1b[2J")) | st.text(
    max_size=9
)
_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | _TEXTS
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_FIELDS), inner, max_size=5),
    max_leaves=20,
)
_OPERATIONS = st.dictionaries(st.sampled_from(_FIELDS), _VALUES, max_size=5)
_ITEMS = st.dictionaries(st.sampled_from(_FIELDS), _OPERATIONS | _VALUES, max_size=6)
_TEMPLATES = st.sampled_from(("/", "/a", "/b/{c}", "/b/{d}", "/b/*", "a", "/日本", "/a b", "/{")) | st.text(
    max_size=9
)
_PATHS = st.dictionaries(_TEMPLATES, _ITEMS | _VALUES, max_size=6)
_ROOTS = st.fixed_dictionaries(
    {"paths": _PATHS | _VALUES},
    optional={
        "openapi": st.just("3.1.0") | _VALUES,
        "swagger": st.just("2.0"),
        "servers": _VALUES,
        "basePath": _VALUES,
        "security": _VALUES,
        "info": _VALUES | st.fixed_dictionaries({"title": _VALUES}),
        "x": _ITEMS,
    },
)


def imported(content: bytes) -> ApiDescription | None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "api.yaml"
        file.write_bytes(content)
        try:
            return read_openapi(file, as_declared=True)
        except ImportRefused as refused:
            line = str(refused)
    if not (line.isprintable() and line.startswith("api.yaml: ")):
        raise AssertionError(line)
    return None


def check(description: ApiDescription) -> None:
    drafts = description.drafts
    assert len({(draft.group, draft.slug) for draft in drafts}) == len(drafts)
    assert len({Template.parse(draft.path).shape for draft in drafts}) == len(drafts)
    for draft in drafts:
        fields = {name: getattr(draft, name) for name in draft.__slots__}
        assert checked_endpoint(EndpointFields(**fields)) == EndpointFields(**fields)
    assert all(each.subject.isprintable() and each.reason.isprintable() for each in description.skipped)


@settings(max_examples=400, deadline=None)
@given(_ROOTS)
def test_any_structure_is_read_or_refused(root: dict[str, object]) -> None:
    description = imported(orjson.dumps({"openapi": "3.0.4"} | root, option=orjson.OPT_PASSTHROUGH_DATETIME))
    if description:
        check(description)


@settings(max_examples=200, deadline=None)
@given(_PATHS.filter(lambda paths: "$ref" not in paths))
def test_any_paths_are_read(paths: dict[str, object]) -> None:
    description = imported(orjson.dumps({"openapi": "3.0.4", "paths": paths}))
    assert description
    check(description)


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused(content: bytes, with_head: bool) -> None:
    imported((b"openapi: 3.0.0\npaths:\n  /a:\n    " if with_head else b"") + content)
