"""Whatever a Kong configuration holds, it is read or refused, and nothing that Kong guards comes out free."""

import re
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from tokentui.domain.decision import Guard, Request
from tokentui.domain.errors import ImportRefused
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.names import check_name, name_key
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import SLOT_OF_METHOD
from tokentui.domain.template import Template
from tokentui.domain.values import check_value
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import EndpointDraft, KongConfiguration
from tokentui.exchange.kong import kong_in
from tokentui.exchange.opening import Format, open_file

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
NOBODY_LOOKS = Watch("kong.yaml", lambda _share: None, lambda: False)
SECRET = "S3cretS3cret"

_FIELDS = (
    *("services", "routes", "plugins", "consumers", "consumer_groups", "keyauth_credentials", "acls", "jwt_secrets"),
    *("name", "id", "username", "custom_id", "key", "group", "groups", "config", "allow", "deny", "enabled", "ttl"),
    *("paths", "methods", "hosts", "service", "route", "consumer", "created_at", "_config", "anonymous", "protocols"),
)
_TEXTS = st.sampled_from(
    (
        *("key-auth", "acl", "jwt", "ip-restriction", "a", "A", "a-2", "gold", "/", "/a", "/a/", "~/a$", "~/[^/]+$"),
        *(
            "GET",
            "DELETE",
            "OPTIONS",
            "http",
            "grpc",
            "10.0.0.0/8",
            "$A",
            "{vault://env/a}",
            "日本",
            "\x1b[2J",
            SECRET,
        ),
    )
) | st.text(max_size=6)
_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | _TEXTS
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_FIELDS), inner, max_size=6),
    max_leaves=40,
)
_ROOTS = st.dictionaries(st.sampled_from(_FIELDS), _VALUES, max_size=8)


def read(root: dict[str, object], environ: dict[str, str] | None = None) -> KongConfiguration:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "kong.yaml"
        file.write_bytes(orjson.dumps({"_format_version": "3.0"} | root))
        return kong_in(open_file(file, NOBODY_LOOKS, Format.KONG), NOBODY_LOOKS, environ)


def check(found: KongConfiguration) -> None:
    drafts = {draft.ref: draft for draft in found.api.drafts}
    assert len(drafts) == len(found.api.drafts)
    assert len({Template.parse(draft.path).shape for draft in found.api.drafts}) == len(drafts)
    for draft in found.api.drafts:
        assert checked_endpoint(fields_of(draft)) == fields_of(draft)
    assert len({name_key(token.name) for token in found.tokens}) == len(found.tokens)
    assert len({token.value.value for token in found.tokens if token.value}) == len(found.tokens)
    for token in found.tokens:
        assert check_name(token.name) == token.name
        assert token.value is not None
        check_value(token.value.value)
        assert all(set(each.slots or ()) <= set(drafts[each.endpoint].slots) for each in token.assignments or ())
    for skipped in (*found.api.skipped, *found.skipped_tokens, *found.skipped_assignments):
        assert skipped.subject.isprintable()
        assert skipped.reason.isprintable()


def fields_of(draft: EndpointDraft) -> EndpointFields:
    return EndpointFields(**{name: getattr(draft, name) for name in draft.__slots__})


@settings(max_examples=400, deadline=None)
@given(_ROOTS, st.none() | st.just({"A": "of-the-environment"}))
def test_any_structure_is_read(root: dict[str, object], environ: dict[str, str] | None) -> None:
    check(read(root, environ))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "kong.yaml"
        file.write_bytes(b'_format_version: "3.0"\nservices:\n- ' + content)
        try:
            check(kong_in(open_file(file, NOBODY_LOOKS, Format.KONG), NOBODY_LOOKS))
        except ImportRefused as refused:
            line = str(refused)
            assert line.startswith("kong.yaml: ")
            assert line.isprintable()


_PATHS = st.sampled_from(("/", "/a", "/a/", "/a/b", "/b", "~/a$", "~/a/\\d+$", "~/[^/]+$", "~/b/.*"))
_ROUTES = st.fixed_dictionaries(
    {"paths": st.lists(_PATHS, min_size=1, max_size=2)},
    optional={
        "methods": st.lists(st.sampled_from(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")), max_size=2),
        "plugins": st.sampled_from(
            (
                [{"name": "key-auth"}],
                [{"name": "jwt"}],
                [{"name": "ip-restriction", "config": {"allow": ["10.0.0.0/8"]}}],
            )
        ),
    },
)
_TARGETS = ("/", "/a", "/a/", "/a/b", "/a/b/c", "/a/7", "/b", "/b/", "/b/c", "/c")


class _KongRoute:
    """What Kong does with a route: a regular expression before any prefix, then the longest prefix."""

    def __init__(self, route: dict[str, Any]) -> None:
        self._route = route

    @property
    def guarded(self) -> bool:
        return "plugins" in self._route

    def rank(self, target: str, method: str) -> int:
        """How much it wants this request; 0: not at all."""
        methods = self._route.get("methods")
        if methods and method not in methods:
            return 0
        return max(_rank(path, target) for path in self._route["paths"])


def _rank(path: str, target: str) -> int:
    if path.startswith("~"):
        return 1000 if re.match(path[1:], target) else 0
    return len(path) if target.startswith(path) else 0


@settings(max_examples=300, deadline=None)
@given(st.lists(_ROUTES, min_size=1, max_size=5))
def test_what_kong_guards_never_comes_out_free(routes: list[dict[str, Any]]) -> None:
    found = read({"services": [{"name": "s", "routes": routes}]})
    endpoints = [
        Endpoint(id=draft.ref, created_at=NOW, **{name: getattr(draft, name) for name in draft.__slots__})
        for draft in found.api.drafts
    ]
    guard = Guard(endpoints, [], [], str)
    in_kong = [_KongRoute(route) for route in routes]
    for target, method in product(_TARGETS, SLOT_OF_METHOD):
        most = max(route.rank(target, method) for route in in_kong)
        if most and all(route.guarded for route in in_kong if route.rank(target, method) == most):
            decision = guard.decide(Request(method, target, client="192.0.2.1"), NOW)
            assert not decision.allowed, (target, method)
