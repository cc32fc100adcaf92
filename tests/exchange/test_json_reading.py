"""Our own JSON is read strictly: what is of the wrong type, unknown or there twice is told with its place."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tokentui.domain.errors import ImportRefused
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import Listing
from tokentui.exchange.json_reading import json_in
from tokentui.exchange.opening import Format, Opened

NOBODY_LOOKS = Watch("t.json", lambda _share: None, lambda: False)


def read(content: dict[str, Any] | list[Any]) -> Listing:
    """Read a document, with its head where it has none of its own."""
    document = {"format": "tokentui", "version": 1} | content if isinstance(content, dict) else content
    return json_in(Opened(Path("t.json"), "t.json", Format.JSON, orjson.dumps(document), document), NOBODY_LOOKS)


@pytest.mark.parametrize("content", [{"format": "other"}, {"format": None}, 3, "text", None])
def test_what_is_not_our_document_is_refused(content: Any) -> None:
    with pytest.raises(ImportRefused, match='"format": "tokentui"; is this the right file'):
        read(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([3], "tokens, number 1: it is a number, where an object belongs"),
        ([{}], "tokens, number 1: its name is nothing, where text belongs"),
        ({"version": 2}, "its version is 2, and 1 can be read; export it again."),
        ({"version": "1"}, "its version is 1, and"),
        ({"version": True}, "its version is True"),
        ({"tokens": 3}, "its tokens is a number, where a list belongs"),
        ({"tokens": None}, "its tokens is nothing, where a list belongs"),
        ({"token": []}, "there is no field token"),
        ({"tokens": [{"name": "a", "enabeld": True}]}, "tokens, number 1: there is no field enabeld"),
        ({"tokens": [{"name": "a"}, {"name": "A"}]}, "tokens, number 2: its name A was there before"),
        ({"tokens": [{"name": "a\x1b"}]}, "tokens, number 1: The name has a control character"),
        ({"tokens": [{"id": "x.y", "name": "a"}]}, "tokens, number 1: its id is no id"),
        ({"tokens": [{"id": 2**63, "name": "a"}]}, "tokens, number 1: its id is a number"),
        ({"tokens": [{"name": "a", "enabled": 1}]}, "tokens, number 1: its enabled is a number, where true"),
        ({"tokens": [{"name": "a", "expires_at": "soon"}]}, "tokens, number 1: its expires_at is 'soon'"),
        ({"tokens": [{"name": "a", "expires_at": "2026-01-01T00:00:00"}]}, "tokens, number 1: its expires_at"),
        ({"tokens": [{"name": "a", "expires_at": "9999-12-31T23:59:59-12:00"}]}, "tokens, number 1: its exp"),
        ({"tokens": [{"name": "a", "created_at": None}]}, "tokens, number 1: its created_at is nothing"),
        ({"tokens": [{"name": "a", "value": "s3 cret"}]}, "tokens, number 1: The token value may hold only"),
        ({"tokens": [{"name": "a", "value": 12}]}, "tokens, number 1: its value is a number"),
        ({"tokens": [{"name": "a", "previous": "s3"}]}, "tokens, number 1, previous: it is text"),
        ({"tokens": [{"name": "a", "assignments": [{"endpoint": "a/b", "slots": ["PUT"]}]}]},
         "tokens, number 1, assignments, number 1: its slots hold 'PUT', which is none of POST, GET, DELETE"),
        ({"tokens": [{"name": "a", "assignments": [{"endpoint": "a/b", "slots": []}]}]},
         "tokens, number 1, assignments, number 1: it has no slots"),
        ({"tokens": [{"name": "a", "assignments": [{"endpoint": "a/b", "slots": ["GET"]}] * 2}]},
         "tokens, number 1, assignments, number 2: its endpoint a/b was there before"),
        ({"endpoints": [{"group": "a"}]}, "endpoints, number 1: its slug is nothing"),
        ({"endpoints": [{"group": "A", "slug": "b"}]}, "endpoints, number 1: The group may hold only a-z"),
        ({"endpoints": [{"group": "a", "slug": "b", "path": "/{"}]}, "endpoints, number 1: A brace has no"),
        ({"endpoints": [{"group": "a", "slug": "b", "methods": ["DELETE"]}]},
         "endpoints, number 1: DELETE comes by Allow deleting"),
        ({"endpoints": [{"group": "a", "slug": "b", "ip_filter": ["x"]}]}, "endpoints, number 1: 'x' is nei"),
        ({"endpoints": [{"group": "a", "slug": "b", "ip_filter": [1]}]}, "endpoints, number 1: its ip_filter"),
        ({"endpoints": [{"group": "a", "slug": "b", "authentication": "x"}]}, "endpoints, number 1: its auth"),
        ({"endpoints": [{"group": "a", "slug": "b", "primary": {"PUT": "x"}}]},
         "endpoints, number 1, primary: there is no field PUT"),
        ({"endpoints": [{"id": "1", "group": "a", "slug": "b"}], "tokens": [{"id": "1", "name": "a"}]},
         "tokens, number 1: its id 1 was there before"),
        ({"endpoints": [{"group": "a", "slug": "b"}] * 2}, "endpoints, number 2: its group and slug a/b was"),
        ({"acknowledgements": [{"id": "1"}]}, "acknowledgements, number 1: its reason is nothing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_in_one_line(content: dict[str, Any] | list[Any], message: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read(content)
    told = str(refused.value)
    assert told.removeprefix("t.json: ").startswith(message)
    assert told.isprintable()
    assert "s3" not in told
