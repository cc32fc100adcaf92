"""Undo takes back this session's last change, as a new change, and never what somebody else has done since."""

from dataclasses import replace
from typing import Any

import pytest

from tests.domain.worlds import assign as mapped
from tests.domain.worlds import endpoint as any_endpoint
from tokentui.domain.errors import Conflict, NotFound
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import Endpoint, EndpointToken, Record
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign, map_slot
from tokentui.services.desk import REMEMBERED, Desk
from tokentui.services.endpoints import (
    add_endpoint,
    edit_endpoint,
    generate_primary,
    set_endpoints_active,
)
from tokentui.services.tokens import add_token, edit_token, new_value, set_active, set_enabled
from tokentui.services.undo import undo_last

POST, GET, DELETE = Slot


@pytest.fixture
def token(admin: Desk) -> EndpointToken:
    return add_token(admin, TokenFields(name="ERP nightly"))


@pytest.fixture
def endpoint(admin: Desk) -> Endpoint:
    return add_endpoint(admin, EndpointFields(name="Orders", group="g", authentication=Authentication.TOKEN))


def kept(desk: Desk) -> dict[str, Record]:
    """All records by id, but for `rev`: undo is a change, so it raises that too."""
    reader = desk.reader()
    records: tuple[Record, ...] = (*reader.iter_endpoints(), *reader.iter_tokens(), *reader.iter_assignments())
    return {record.id: replace(record, rev=0) for record in records}


def test_there_is_nothing_to_undo_in_a_new_session(admin: Desk, token: EndpointToken, other_admin: Desk) -> None:
    with pytest.raises(NotFound):
        undo_last(other_admin)
    assert token.id in kept(admin)


class TestEveryDeed:
    def test_can_be_undone_down_to_an_empty_store(self, admin: Desk) -> None:
        """Each deed after the other on the same records, then each undone: every state comes back."""
        states = [kept(admin)]
        token, endpoint = self._begin(admin, states)
        deeds = (
            lambda: edit_token(admin, admin.reader().token(token.id), TokenFields(name="renamed"), new_value(admin)),
            lambda: map_slot(admin, token.id, endpoint.id, GET, True),
            lambda: map_slot(admin, token.id, endpoint.id, POST, True),
            lambda: set_enabled(admin, [token.id], False),
            lambda: set_enabled(admin, [token.id], True),
            lambda: set_active(admin, [token.id], False),
            lambda: generate_primary(admin, endpoint.id, GET),
            lambda: self._edit(admin, endpoint, allow_deleting=True),
            lambda: self._edit(admin, endpoint, authentication=Authentication.NONE),
            lambda: set_endpoints_active(admin, [endpoint.id], False),
            lambda: assign(admin, token.id, add={}, remove={endpoint.id: tuple(Slot)}),
        )
        for deed in deeds:
            deed()
            states.append(kept(admin))
        while admin.history:
            assert kept(admin) == states.pop()
            undo_last(admin)
        assert kept(admin) == states.pop() == {}

    @staticmethod
    def _begin(admin: Desk, states: list[dict[str, Record]]) -> tuple[EndpointToken, Endpoint]:
        token = add_token(admin, TokenFields(name="erp"))
        states.append(kept(admin))
        endpoint = add_endpoint(admin, EndpointFields(name="Orders", group="g", authentication=Authentication.TOKEN))
        states.append(kept(admin))
        return token, endpoint

    @staticmethod
    def _edit(admin: Desk, endpoint: Endpoint, **more: Any) -> Endpoint:
        now = admin.reader().endpoint(endpoint.id)
        return edit_endpoint(admin, now, replace(EndpointFields.of(now), **more))


def test_undo_is_a_change_with_a_rev_of_its_own(admin: Desk, token: EndpointToken) -> None:
    set_enabled(admin, [token.id], False)
    undo_last(admin)
    assert admin.reader().token(token.id) == replace(token, rev=3)


def test_undo_tells_what_it_took_back(admin: Desk, token: EndpointToken) -> None:
    set_enabled(admin, [token.id], False)
    assert undo_last(admin).summary == "disabled ERP nightly"


def test_a_batch_is_undone_as_a_whole(admin: Desk) -> None:
    ids = [add_token(admin, TokenFields(name=f"app-{number}")).id for number in range(4)]
    set_enabled(admin, ids[:1], False)
    before = kept(admin)
    set_enabled(admin, ids, False)
    undo_last(admin)
    assert kept(admin) == before


def test_a_batch_of_which_somebody_changed_one_is_not_undone_at_all(admin: Desk, other_admin: Desk) -> None:
    ids = [add_token(admin, TokenFields(name=f"app-{number}")).id for number in range(3)]
    set_enabled(admin, ids, False)
    edit_token(other_admin, other_admin.reader().token(ids[1]), TokenFields(name="theirs", enabled=False))
    before = kept(admin)
    with pytest.raises(Conflict):
        undo_last(admin)
    assert kept(admin) == before
    assert admin.history[-1].summary == "disabled 3 tokens"


def test_what_somebody_else_changed_since_is_a_conflict_that_names_the_change(
    admin: Desk, other_admin: Desk, token: EndpointToken
) -> None:
    set_enabled(admin, [token.id], False)
    set_active(other_admin, [token.id], False)
    with pytest.raises(Conflict, match="Cannot undo “disabled ERP nightly”"):
        undo_last(admin)
    assert not admin.reader().token(token.id).enabled


def test_what_somebody_changed_and_took_back_is_undone(admin: Desk, other_admin: Desk, token: EndpointToken) -> None:
    set_enabled(admin, [token.id], False)
    set_active(other_admin, [token.id], False)
    undo_last(other_admin)
    undo_last(admin)
    assert admin.reader().token(token.id).enabled


def test_the_others_changes_of_other_records_stay(admin: Desk, other_admin: Desk, token: EndpointToken) -> None:
    set_enabled(admin, [token.id], False)
    add_token(other_admin, TokenFields(name="theirs"))
    undo_last(admin)
    assert admin.reader().token_by_name("theirs").enabled


def test_a_name_that_somebody_took_since_is_not_taken_back(
    admin: Desk, other_admin: Desk, token: EndpointToken
) -> None:
    edit_token(admin, token, TokenFields(name="renamed"))
    add_token(other_admin, TokenFields(name="erp NIGHTLY"))
    with pytest.raises(Conflict, match="already an endpoint token named"):
        undo_last(admin)


def test_a_path_that_somebody_took_since_is_not_taken_back(
    admin: Desk, other_admin: Desk, endpoint: Endpoint
) -> None:
    set_endpoints_active(admin, [endpoint.id], False)
    add_endpoint(other_admin, EndpointFields(name="Theirs", group="g", path=endpoint.path))
    with pytest.raises(Conflict, match="answers to"):
        undo_last(admin)


def test_an_assignment_does_not_come_back_to_a_token_that_is_no_more(
    admin: Desk, other_admin: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    assert token.id in kept(admin)
    map_slot(other_admin, token.id, endpoint.id, GET, True)
    map_slot(other_admin, token.id, endpoint.id, GET, False)
    undo_last(admin)
    with pytest.raises(Conflict, match="no longer in the store"):
        undo_last(other_admin)
    assert [*admin.reader().iter_assignments()] == []


def test_names_in_the_message_stay_as_they_are_written(
    admin: Desk, other_admin: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    map_slot(other_admin, token.id, endpoint.id, GET, True)
    with pytest.raises(Conflict, match="ERP nightly has been mapped"):
        undo_last(admin)


def test_records_and_their_assignments_that_came_in_one_change_go_in_one(admin: Desk, token: EndpointToken) -> None:
    before = kept(admin)
    added = any_endpoint("po")
    with admin.change("imported") as transaction:
        transaction.put(added)
        transaction.put(mapped(token, added, GET))
    undo_last(admin)
    assert kept(admin) == before


def test_names_that_were_swapped_in_one_change_are_swapped_back(admin: Desk) -> None:
    one, two = (add_token(admin, TokenFields(name=name)) for name in ("one", "two"))
    before = kept(admin)
    with admin.change("swapped") as transaction:
        transaction.put(replace(one, name="two"))
        transaction.put(replace(two, name="one"))
    undo_last(admin)
    assert kept(admin) == before


def test_a_change_that_failed_is_not_remembered(admin: Desk, token: EndpointToken) -> None:
    changes = list(admin.history)
    with pytest.raises(Conflict):
        edit_token(admin, replace(token, rev=7), TokenFields(name="x"))
    assert admin.history == changes


def test_an_undo_that_is_saved_but_not_confirmed_is_not_done_twice(
    admin: Desk, token: EndpointToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_enabled(admin, [token.id], False)

    def unconfirmed(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("tokentui.store.safe_storage.sync_folder", unconfirmed)
        undo_last(admin)
    assert [change.summary for change in admin.history] == ["added ERP nightly"]


def test_the_last_100_changes_of_a_session_can_be_undone_and_that_is_told_where_there_were_more(
    admin: Desk, token: EndpointToken
) -> None:
    for number in range(REMEMBERED):
        set_enabled(admin, [token.id], bool(number % 2))
    assert len(admin.history) == REMEMBERED
    for _ in range(REMEMBERED):
        undo_last(admin)
    assert admin.reader().token(token.id).enabled
    with pytest.raises(NotFound, match="only the last 100 changes of a session can be taken back"):
        undo_last(admin)


def test_where_nothing_was_forgotten_there_is_just_nothing_more_to_undo(admin: Desk, token: EndpointToken) -> None:
    undo_last(admin)
    with pytest.raises(NotFound, match="Nothing more to undo in this session"):
        undo_last(admin)
