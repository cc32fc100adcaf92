"""Whoever an import cuts off is named, and how often that was called lately is told, also by a dry run."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Authentication, Slot
from tokentui.exchange.drafts import ApiDescription, EndpointDraft
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint
from tokentui.services.importing import import_endpoints, import_file
from tokentui.services.tokens import add_token

POST, GET, DELETE = Slot


@pytest.fixture
def desk(admin: Desk) -> Desk:
    """A desk at a store with a log of requests."""
    return admin


@pytest.fixture
def pets(desk: Desk) -> Endpoint:
    return add_endpoint(
        desk, EndpointFields(name="Pets", group="shop", path="/pets", authentication=Authentication.TOKEN)
    )


@pytest.fixture
def erp(desk: Desk, pets: Endpoint) -> EndpointToken:
    """A token that was let in at the pets three times with GET, once with POST."""
    token = assign(desk, add_token(desk, TokenFields(name="erp")).id, add={pets.id: (POST, GET)}, remove={})
    for slot in (GET, GET, GET, POST):
        seen = SeenRequest(
            at=desk.clock() - timedelta(hours=1),
            method=slot,
            path="/pets",
            endpoint_id=pets.id,
            slot=slot,
            token_id=token.id,
            kind="endpoint",
            status=200,
            reason="allowed",
        )
        desk.store.requests.record([seen])
    return token


def notes(desk: Desk, folder: Path, content: dict[str, object] | str) -> list[str]:
    """What is told beside the counts, by a dry run and then by the import."""
    file = folder / ("t.csv" if isinstance(content, str) else "t.json")
    file.write_bytes(content.encode() if isinstance(content, str) else orjson.dumps(content))
    planned, done = import_file(desk, file, dry_run=True), import_file(desk, file)
    assert planned == done
    return [note.split(" in the ")[0] for note in done.notes]


def test_of_a_lost_mapping(desk: Desk, tmp_path: Path, erp: EndpointToken) -> None:
    assert notes(desk, tmp_path, "name,endpoint,slots\nerp,shop/pets,POST\n") == ["Called 3 times"]


def test_of_an_endpoint_that_lets_nobody_in_any_more(desk: Desk, tmp_path: Path, erp: EndpointToken) -> None:
    shelved = {"group": "shop", "slug": "pets", "active": False}
    assert notes(desk, tmp_path, {"format": "tokentui", "version": 1, "endpoints": [shelved]}) == ["Called 4 times"]


def test_of_a_lost_method(desk: Desk, erp: EndpointToken) -> None:
    draft = EndpointDraft(
        name="Pets",
        group="shop",
        slug="pets",
        path="/pets",
        methods=(GET,),
        allow_deleting=False,
        authentication=Authentication.TOKEN,
        description="",
    )
    assert import_endpoints(desk, ApiDescription("Pets", (draft,), ())).changed[0].cut_off == ("erp",)


def test_of_a_token_that_is_switched_off(desk: Desk, tmp_path: Path, erp: EndpointToken) -> None:
    assert notes(desk, tmp_path, "name,enabled\nerp,no\n") == ["Called 4 times"]
    assert notes(desk, tmp_path, "name,active\nerp,no\n") == []


def test_nothing_is_told_where_nobody_is_cut_off(desk: Desk, tmp_path: Path, erp: EndpointToken) -> None:
    assert notes(desk, tmp_path, 'name,description,endpoint,slots\nerp,new,shop/pets,"POST,GET"\n') == []
