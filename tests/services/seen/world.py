"""An endpoint, a token that is mapped to it, and requests seen."""

from typing import Any

from tests.domain.worlds import NOW
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.requests import SeenRequest
from tokentui.services.desk import Desk
from tokentui.services.retelling import Story, retell
from tokentui.services.viewing import SeenRow, seen_page
from tokentui.store.queries import Window
from tokentui.store.request_queries import RequestQuery


def request(endpoint: Endpoint, token: EndpointToken | None = None, **fields: Any) -> SeenRequest:
    whose = {"token_id": token.id, "kind": "endpoint"} if token is not None else {}
    given = {
        "status": 200,
        "reason": "allowed",
        "address": "10.0.0.7",
        "slot": "GET",
        "method": "GET",
        **whose,
        **fields,
    }
    return SeenRequest(**{"at": NOW, "path": endpoint.path, "endpoint_id": endpoint.id, **given})


def rows(desk: Desk, **query: Any) -> list[SeenRow]:
    return list(seen_page(desk.store.requests, desk.reader(), RequestQuery(**query), Window()).rows)


def story(desk: Desk, one: SeenRequest) -> Story:
    desk.store.requests.record([one])
    return retell(desk, desk.reader(), rows(desk)[0])
