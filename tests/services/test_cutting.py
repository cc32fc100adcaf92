"""What a change of an endpoint cuts off, told before it is made and after it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tokentui.domain.errors import Invalid, InvalidIpFilter, Taken
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.cutting import cut_hits, cut_of, cut_slots, generate_cut, refused_at
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, check_generates, edit_endpoint, planned_edit
from tokentui.services.tokens import add_token

POST, GET, DELETE = Slot
NONE, TOKEN, INTERNAL = Authentication


def added(desk: Desk, **more: Any) -> Endpoint:
    """An endpoint `stock/goods-in` to whose GET two tokens are mapped."""
    fields = EndpointFields(name="Goods in", group="stock", **{"authentication": TOKEN, **more})
    endpoint = add_endpoint(desk, fields)
    for name in ("erp", "crm"):
        assign(desk, add_token(desk, TokenFields(name=name)).id, add={endpoint.id: (GET,)}, remove={})
    return endpoint


def hits(desk: Desk, endpoint: Endpoint, **edit: Any) -> list[str]:
    return list(cut_hits(desk.reader(), endpoint, replace(EndpointFields.of(endpoint), **edit)))


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"active": False}, "Inactive: every request is refused at once, of 2 mapped tokens."),
        ({"authentication": NONE}, "Authentication none: anybody may call it, without a token."),
        (
            {"authentication": INTERNAL},
            "Authentication internal: 2 mapped tokens are refused at once; the mappings stay.",
        ),
        ({"methods": (POST,)}, "GET is switched off: refused at once, for 2 mapped tokens."),
        ({"methods": (GET,)}, "POST is switched off: refused at once, for 0 mapped tokens."),
        ({"path": "/new"}, "The path changes: /api/endpoint/stock/goods-in is refused from now on."),
        ({"ip_filter": ("10.0.0.0/8",)}, "Only these addresses may call it: 10.0.0.0/8."),
    ],
)
def test_each_thing_that_an_edit_cuts_off_has_its_line(admin: Desk, edit: dict[str, Any], told: str) -> None:
    assert hits(admin, added(admin), **edit) == [told]


@pytest.mark.parametrize("edit", [{"name": "x"}, {"slug": "y"}, {"allow_deleting": True}, {"description": "z"}])
def test_what_cuts_nobody_off_has_no_line(admin: Desk, edit: dict[str, Any]) -> None:
    assert hits(admin, added(admin), **edit) == []


def test_an_inactive_endpoint_has_nobody_to_cut_off(admin: Desk) -> None:
    assert hits(admin, replace(added(admin), active=False), path="/new", authentication=NONE) == []


def test_guarding_what_was_free_cuts_off_every_caller(admin: Desk) -> None:
    told = ["Every caller without a token is refused at once."]
    assert hits(admin, added(admin, authentication=NONE), authentication=TOKEN) == told


@pytest.mark.parametrize(
    ("edit", "slots"),
    [
        ({"active": False}, (POST, GET)),
        ({"authentication": INTERNAL}, (POST, GET)),
        ({"path": "/new"}, (POST, GET)),
        ({"ip_filter": ("10.0.0.0/8",)}, (POST, GET)),
        ({"methods": (POST,)}, (GET,)),
        ({"methods": (POST,), "path": "/new"}, (POST, GET)),
        ({"authentication": NONE}, ()),
        ({"name": "x", "allow_deleting": True, "ip_filter": ()}, ()),
    ],
)
def test_an_edit_cuts_off_the_slots_that_it_narrows_or_takes_away(
    admin: Desk, edit: dict[str, Any], slots: tuple[Slot, ...]
) -> None:
    endpoint = added(admin)
    form = replace(EndpointFields.of(endpoint), **edit)
    assert cut_slots(endpoint, form) == slots
    assert cut_slots(replace(endpoint, active=False), form) == ()


def test_guarding_what_was_free_cuts_off_all_its_slots(admin: Desk) -> None:
    endpoint = added(admin, authentication=NONE, allow_deleting=True)
    assert cut_slots(endpoint, replace(EndpointFields.of(endpoint), authentication=TOKEN)) == tuple(Slot)


def recorded(desk: Desk, endpoint: Endpoint, slot: Slot, times: int, token_id: str = "", **more: Any) -> None:
    at = desk.clock() - timedelta(hours=1)
    given = {"method": slot, "path": "/", "slot": slot, "status": 200, "reason": "allowed", **more}
    one = SeenRequest(at=at, endpoint_id=endpoint.id, token_id=token_id, **given)
    early = replace(one, at=at - timedelta(days=3))
    desk.store.requests.record([early, *[one] * times])


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"active": False}, "Called 5 times in the last 24 h."),
        ({"methods": (POST,)}, "Called 3 times in the last 24 h."),
        ({"methods": (GET,)}, "Called 2 times in the last 24 h."),
    ],
)
def test_the_last_line_tells_how_often_lately_what_is_cut_off_was_called(
    admin: Desk, edit: dict[str, Any], told: str
) -> None:
    endpoint = added(admin)
    recorded(admin, endpoint, GET, 3)
    recorded(admin, endpoint, POST, 2)
    recorded(admin, endpoint, GET, 7, status=401, reason="unknown_token")
    form = replace(EndpointFields.of(endpoint), **edit)
    lines = cut_of(admin, admin.reader(), endpoint, form).lines
    assert lines == (*cut_hits(admin.reader(), endpoint, form), told)


@pytest.mark.parametrize("edit", [{"name": "x"}, {"authentication": NONE}])
def test_where_nobody_is_refused_no_calls_are_told(admin: Desk, edit: dict[str, Any]) -> None:
    endpoint = added(admin)
    recorded(admin, endpoint, GET, 3)
    form = replace(EndpointFields.of(endpoint), **edit)
    assert cut_of(admin, admin.reader(), endpoint, form).lines == tuple(hits(admin, endpoint, **edit))


def test_taking_only_primaries_where_nobody_is_mapped_cuts_nobody_off(admin: Desk) -> None:
    endpoint = add_endpoint(admin, EndpointFields(name="Alone", group="g", authentication=TOKEN))
    form = replace(EndpointFields.of(endpoint), authentication=INTERNAL)
    assert cut_of(admin, admin.reader(), endpoint, form).lines == ()


def test_a_new_primary_tells_how_often_lately_the_one_that_stands_came(admin: Desk) -> None:
    endpoint = added(admin)
    later = replace(admin, clock=lambda: endpoint.created_at + timedelta(days=2))
    recorded(later, endpoint, GET, 4, f"{endpoint.id}.GET", kind="primary")
    recorded(later, endpoint, GET, 3, "token")
    hit = "The GET primary token that stands is refused at once."
    assert generate_cut(later, endpoint, GET).lines == (hit, "Called 4 times in the last 24 h by this token.")


def test_who_is_refused_at_an_inactive_endpoint_is_counted(admin: Desk) -> None:
    endpoint = added(admin)
    assert refused_at(admin.reader(), endpoint) == "2 mapped tokens are refused there"
    erp = admin.reader().token_by_name("erp")
    assign(admin, erp.id, add={}, remove={endpoint.id: (GET,)})
    assert refused_at(admin.reader(), endpoint) == "1 mapped token is refused there"


@pytest.mark.parametrize("authentication", [NONE, INTERNAL])
def test_where_tokens_did_not_count_every_request_is_refused(admin: Desk, authentication: Authentication) -> None:
    assert refused_at(admin.reader(), added(admin, authentication=authentication)) == "every request is refused there"


class TestPlanning:
    def test_is_what_an_edit_saves_and_saves_nothing(self, admin: Desk) -> None:
        endpoint = added(admin)
        fields = replace(EndpointFields.of(endpoint), slug="", name="Goods out", ip_filter=("10.0.0.7/32",))
        before = admin.store.stamp()
        planned = planned_edit(admin.reader(), endpoint, fields)
        assert admin.store.stamp() == before
        assert edit_endpoint(admin, endpoint, fields) == replace(planned, rev=endpoint.rev + 1)

    def test_generates_no_primary(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=NONE)
        fields = replace(EndpointFields.of(endpoint), authentication=TOKEN)
        assert planned_edit(admin.reader(), endpoint, fields).primaries == {}

    @pytest.mark.parametrize(
        ("edit", "error"),
        [({"ip_filter": ("x",)}, InvalidIpFilter), ({"slug": "other"}, Taken), ({"methods": ()}, Invalid)],
    )
    def test_raises_what_the_edit_raises(self, admin: Desk, edit: dict[str, Any], error: type[Exception]) -> None:
        endpoint = added(admin)
        add_endpoint(admin, EndpointFields(name="Other", group="stock"))
        fields = replace(EndpointFields.of(endpoint), **edit)
        with pytest.raises(error):
            planned_edit(admin.reader(), endpoint, fields)
        with pytest.raises(error):
            edit_endpoint(admin, endpoint, fields)

    def test_a_primary_that_cannot_be_generated_is_told_alike(self, admin: Desk) -> None:
        endpoint = added(admin)
        check_generates(endpoint, GET)
        for wrong, slot in ((endpoint, DELETE), (replace(endpoint, authentication=NONE), GET)):
            with pytest.raises(Invalid):
                check_generates(wrong, slot)
