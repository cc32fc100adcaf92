"""What an admin does with endpoints, and how their primary tokens come and go by themselves."""

from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import Clock
from tokentui.domain.errors import (
    Conflict,
    Invalid,
    InvalidIpFilter,
    InvalidName,
    InvalidPath,
    InvalidSlug,
    NotFound,
    Taken,
)
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot
from tokentui.domain.values import is_strong
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import (
    add_endpoint,
    clone_fields,
    edit_endpoint,
    generate_primary,
    primary_hint,
    reveal_primary,
    set_endpoints_active,
)
from tokentui.services.tokens import add_token

POST, GET, DELETE = Slot
NONE, TOKEN, INTERNAL = Authentication


def fields(name: str = "Goods in", **more: Any) -> EndpointFields:
    return replace(EndpointFields(name=name, group="stock"), **more)


def added(desk: Desk, name: str = "Goods in", **more: Any) -> Endpoint:
    return add_endpoint(desk, fields(name, **more))


def edited(desk: Desk, endpoint: Endpoint, **more: Any) -> Endpoint:
    return edit_endpoint(desk, endpoint, replace(EndpointFields.of(endpoint), **more))


def values(desk: Desk, endpoint: Endpoint) -> dict[Slot, str]:
    """The primaries in the clear."""
    return {slot: reveal_primary(desk, endpoint, slot) for slot in endpoint.primaries}


class TestAdding:
    def test_an_endpoint_is_saved_as_it_is_returned(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN, ip_filter=("10.0.0.0/8",), description="Hall 1")
        assert admin.reader().endpoint(endpoint.id) == endpoint
        assert endpoint.rev == 1

    def test_the_slug_is_generated_from_the_name(self, admin: Desk) -> None:
        assert added(admin, "Příjem zboží #2").slug == "prijem-zbozi-2"

    def test_a_generated_slug_is_numbered_where_it_is_taken(self, admin: Desk) -> None:
        assert [added(admin).ref for _ in range(3)] == ["stock/goods-in", "stock/goods-in-2", "stock/goods-in-3"]
        assert added(admin, group="other").ref == "other/goods-in"

    def test_a_slug_that_was_given_is_not_numbered(self, admin: Desk) -> None:
        added(admin)
        with pytest.raises(Taken) as caught:
            added(admin, slug="goods-in", path="/elsewhere")
        assert caught.value.field == "slug"

    def test_a_slug_is_unique_within_its_group_only(self, admin: Desk) -> None:
        added(admin, slug="same")
        assert added(admin, slug="same", group="other").ref == "other/same"

    def test_the_path_is_made_of_group_and_slug(self, admin: Desk) -> None:
        assert added(admin).path == "/api/endpoint/stock/goods-in"
        assert added(admin).path == "/api/endpoint/stock/goods-in-2"

    def test_a_path_that_was_given_stays(self, admin: Desk) -> None:
        assert added(admin, path="/pets/{id}").path == "/pets/{id}"

    def test_two_active_endpoints_never_answer_to_the_same_requests(self, admin: Desk) -> None:
        added(admin, path="/pets/{id}")
        with pytest.raises(Taken) as caught:
            added(admin, "Pets", path="/pets/{name}")
        assert caught.value.field == "path"
        assert added(admin, "Pets", path="/pets/{name}", active=False).active is False

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"name": " "}, InvalidName),
            ({"group": "Stock"}, InvalidSlug),
            ({"slug": "a_b"}, InvalidSlug),
            ({"path": "pets"}, InvalidPath),
            ({"ip_filter": ("10.0.0.0/99",)}, InvalidIpFilter),
            ({"methods": ()}, Invalid),
            ({"methods": (DELETE,)}, Invalid),
        ],
    )
    def test_what_is_wrong_is_refused_and_nothing_saved(
        self, admin: Desk, wrong: dict[str, Any], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            add_endpoint(admin, replace(fields(), **wrong))
        assert admin.reader().counts().endpoints == 0
        assert admin.history == []


class TestPrimaries:
    @pytest.mark.parametrize("authentication", [TOKEN, INTERNAL])
    def test_appear_when_authentication_becomes_token_or_internal(
        self, admin: Desk, authentication: Authentication
    ) -> None:
        endpoint = added(admin)
        assert endpoint.primaries == {}
        endpoint = edited(admin, endpoint, authentication=authentication)
        assert set(endpoint.primaries) == {POST, GET}

    @pytest.mark.parametrize("authentication", [TOKEN, INTERNAL])
    def test_are_there_from_the_beginning_where_an_endpoint_is_added_so(
        self, admin: Desk, authentication: Authentication
    ) -> None:
        assert set(added(admin, authentication=authentication).primaries) == {POST, GET}

    def test_are_of_the_endpoints_methods_only(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN, methods=(GET,))
        assert set(endpoint.primaries) == {GET}
        assert set(edited(admin, endpoint, methods=(POST, GET)).primaries) == {POST, GET}

    def test_for_delete_appears_when_allow_deleting_becomes_true(self, admin: Desk) -> None:
        endpoint = edited(admin, added(admin, authentication=TOKEN), allow_deleting=True)
        assert set(endpoint.primaries) == {POST, GET, DELETE}

    def test_for_delete_does_not_appear_without_authentication(self, admin: Desk) -> None:
        assert added(admin, allow_deleting=True).primaries == {}

    def test_are_64_characters_and_all_different(self, admin: Desk) -> None:
        endpoints = [added(admin, authentication=TOKEN, allow_deleting=True) for _ in range(3)]
        found = [value for endpoint in endpoints for value in values(admin, endpoint).values()]
        assert len(set(found)) == 9
        assert all(map(is_strong, found))

    @pytest.mark.parametrize(
        ("off", "on"),
        [
            ({"authentication": NONE}, {"authentication": TOKEN}),
            ({"authentication": INTERNAL}, {"authentication": TOKEN}),
            ({"allow_deleting": False}, {"allow_deleting": True}),
            ({"methods": (GET,)}, {"methods": (POST, GET)}),
            ({"active": False}, {"active": True}),
        ],
    )
    def test_keep_their_values_when_turned_off_and_on_again(
        self, admin: Desk, off: dict[str, Any], on: dict[str, object]
    ) -> None:
        endpoint = added(admin, authentication=TOKEN, allow_deleting=True)
        before = endpoint.primaries
        endpoint = edited(admin, endpoint, **off)
        assert endpoint.primaries == before
        assert edited(admin, endpoint, **on).primaries == before

    def test_stay_where_other_fields_are_edited(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN)
        assert edited(admin, endpoint, slug="moved", path="/moved").primaries == endpoint.primaries

    def test_show_their_last_four_characters(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN)
        assert primary_hint(admin, endpoint, POST) == reveal_primary(admin, endpoint, POST)[-4:]

    def test_that_were_never_generated_are_not_found(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN)
        for ask in (reveal_primary, primary_hint):
            with pytest.raises(NotFound):
                ask(admin, endpoint, DELETE)


class TestGenerating:
    def test_replaces_the_primary_of_one_slot_at_once(self, admin: Desk, clock: Clock) -> None:
        endpoint = added(admin, authentication=TOKEN)
        before = values(admin, endpoint)
        fresh = generate_primary(admin, endpoint.id, GET)
        after = values(admin, fresh)
        assert after[POST] == before[POST]
        assert after[GET] != before[GET]
        assert admin.reader().holder_of(endpoint.primaries[GET].digest) is None
        assert endpoint.primaries[GET].generated_at < fresh.primaries[GET].generated_at <= clock.now

    @pytest.mark.parametrize(
        ("setting", "slot", "field"),
        [
            ({"authentication": NONE}, GET, "authentication"),
            ({"authentication": TOKEN}, DELETE, "slot"),
            ({"authentication": TOKEN, "methods": (POST,)}, GET, "slot"),
        ],
    )
    def test_is_refused_where_the_slot_is_off_or_no_token_is_asked_for(
        self, admin: Desk, setting: dict[str, Any], slot: Slot, field: str
    ) -> None:
        endpoint = added(admin, **setting)
        with pytest.raises(Invalid) as caught:
            generate_primary(admin, endpoint.id, slot)
        assert caught.value.field == field
        assert admin.reader().endpoint(endpoint.id) == endpoint

    def test_a_value_that_somebody_else_generated_meanwhile_stays(self, admin: Desk, other_admin: Desk) -> None:
        asked = added(admin, authentication=TOKEN)
        theirs = generate_primary(other_admin, asked.id, GET)
        with pytest.raises(Conflict, match="Somebody else generated"):
            generate_primary(admin, asked.id, GET, asked.primaries[GET])
        assert admin.reader().endpoint(asked.id) == theirs
        fresh = generate_primary(admin, asked.id, GET, theirs.primaries[GET])
        assert fresh.primaries[GET] != theirs.primaries[GET]


class TestEditing:
    def test_what_somebody_else_saved_meanwhile_is_a_conflict_and_stays(self, admin: Desk, other_admin: Desk) -> None:
        endpoint = added(admin)
        theirs = edited(other_admin, endpoint, description="theirs")
        with pytest.raises(Conflict):
            edited(admin, endpoint, description="mine")
        assert admin.reader().endpoint(endpoint.id) == theirs

    def test_an_endpoint_that_is_no_more_is_not_found(self, admin: Desk) -> None:
        with pytest.raises(NotFound):
            edited(admin, replace(added(admin), id="gone"), name="x")

    def test_where_nothing_is_another_nothing_is_saved(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN)
        stamp = admin.store.stamp()
        assert edited(admin, endpoint) == endpoint
        assert admin.store.stamp() == stamp
        assert len(admin.history) == 1

    def test_a_slug_or_path_of_another_is_taken(self, admin: Desk) -> None:
        added(admin, slug="one", path="/one")
        two = added(admin, slug="two", path="/two")
        for field, value in (("slug", "one"), ("path", "/one")):
            with pytest.raises(Taken) as caught:
                edited(admin, two, **{field: value})
            assert caught.value.field == field

    def test_its_own_slug_and_path_are_not_taken(self, admin: Desk) -> None:
        assert edited(admin, added(admin, path="/pets/{id}"), path="/pets/{name}").path == "/pets/{name}"

    def test_a_new_group_and_slug_keep_assignments(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN)
        token = add_token(admin, TokenFields(name="erp"))
        assign(admin, token.id, add={endpoint.id: (GET,)}, remove={})
        edited(admin, endpoint, group="moved", slug="too")
        assert len(admin.reader().assignments_at(endpoint.id)) == 1


class TestCloning:
    def test_takes_the_settings_under_a_free_name_slug_and_path(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN, allow_deleting=True, ip_filter=("10.0.0.0/8",))
        clone = add_endpoint(admin, clone_fields(admin.reader(), endpoint))
        assert (clone.name, clone.ref) == ("Goods in (copy)", "stock/goods-in-2")
        assert clone.path == "/api/endpoint/stock/goods-in-2"
        assert (clone.authentication, clone.allow_deleting, clone.ip_filter) == (TOKEN, True, ("10.0.0.0/8",))
        assert not set(values(admin, clone).values()) & set(values(admin, endpoint).values())


class TestActivating:
    def test_nothing_is_lost_by_deactivating(self, admin: Desk) -> None:
        endpoint = added(admin, authentication=TOKEN)
        token = add_token(admin, TokenFields(name="erp"))
        assign(admin, token.id, add={endpoint.id: (GET, POST)}, remove={})
        set_endpoints_active(admin, [endpoint.id], False)
        (back,) = set_endpoints_active(admin, [endpoint.id], True)
        assert replace(back, rev=1) == endpoint
        assert admin.reader().assignments_at(endpoint.id)[0].slots == (POST, GET)

    def test_those_that_are_so_already_stay_untouched(self, admin: Desk) -> None:
        one, two = added(admin), added(admin)
        set_endpoints_active(admin, [one.id], False)
        assert [each.id for each in set_endpoints_active(admin, [one.id, two.id, two.id], False)] == [two.id]
        assert admin.reader().endpoint(one.id).rev == 2

    def test_is_refused_where_an_active_one_answers_to_the_path_by_now(self, admin: Desk) -> None:
        shelved = added(admin, "Old", path="/pets/{id}", active=False)
        added(admin, "New", path="/pets/{pet}")
        with pytest.raises(Taken) as caught:
            set_endpoints_active(admin, [shelved.id], True)
        assert caught.value.field == "path"

    def test_of_two_with_the_same_path_at_once_is_refused_all_or_none(self, admin: Desk) -> None:
        ids = [added(admin, name, path=path, active=False).id for name, path in (("A", "/x/{a}"), ("B", "/x/{b}"))]
        third = added(admin, "C", active=False)
        with pytest.raises(Taken):
            set_endpoints_active(admin, [third.id, *ids], True)
        assert admin.reader().counts().active_endpoints == 0

    def test_one_that_is_no_more_is_not_found_and_none_is_changed(self, admin: Desk) -> None:
        endpoint = added(admin)
        with pytest.raises(NotFound):
            set_endpoints_active(admin, [endpoint.id, "gone"], False)
        assert admin.reader().endpoint(endpoint.id).active
