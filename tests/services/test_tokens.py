"""What an admin does with endpoint tokens."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clock
from tests.domain.worlds import NOTE
from tokentui.domain.errors import Conflict, InvalidName, InvalidTokenValue, NotFound, Taken
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.domain.values import is_strong
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint, reveal_primary
from tokentui.services.tokens import (
    add_token,
    edit_token,
    new_value,
    reveal_token,
    set_active,
    set_enabled,
    token_hint,
)

OWN = "own-value-of-somebody.0123456789"


def added(desk: Desk, name: str = "erp", value: str | None = None, *, enabled: bool = True) -> EndpointToken:
    return add_token(desk, TokenFields(name=name, description="nightly", enabled=enabled), value)


def edited(desk: Desk, token: EndpointToken, value: str | None = None, **more: Any) -> EndpointToken:
    return edit_token(desk, token, replace(TokenFields.of(token), **more), value)


class TestAdding:
    def test_a_token_is_saved_as_it_is_returned(self, admin: Desk) -> None:
        token = added(admin)
        assert admin.reader().token(token.id) == token
        assert (token.name, token.description, token.enabled, token.active, token.rev) == (
            "erp",
            "nightly",
            True,
            True,
            1,
        )

    def test_a_generated_value_has_64_letters_and_digits_and_is_another_each_time(self, admin: Desk) -> None:
        found = {reveal_token(admin, added(admin, f"app-{number}")) for number in range(20)}
        assert len(found) == 20
        assert all(map(is_strong, found))

    def test_a_value_of_ones_own_is_taken(self, admin: Desk) -> None:
        token = added(admin, value=OWN)
        assert reveal_token(admin, token) == OWN
        assert token_hint(admin, token) == OWN[-4:]

    def test_whether_the_value_is_strong_is_kept_with_it(self, admin: Desk) -> None:
        weak = added(admin, value=OWN)
        assert not weak.secret.strong
        assert added(admin, "other").secret.strong
        assert edited(admin, weak, new_value(admin)).secret.strong

    def test_ids_sort_by_the_time_they_were_made(self, admin: Desk) -> None:
        ids = [added(admin, f"app-{number}").id for number in range(20)]
        assert ids == sorted(ids)

    def test_times_are_the_desks(self, admin: Desk, clock: Clock) -> None:
        token = added(admin)
        assert token.secret.generated_at < token.created_at <= clock.now

    @pytest.mark.parametrize("name", ["erp", "ERP", "Erp "])
    def test_a_name_is_taken_ignoring_case(self, admin: Desk, name: str) -> None:
        added(admin)
        with pytest.raises(Taken) as caught:
            added(admin, name)
        assert caught.value.field == "name"

    def test_a_name_on_the_shelf_is_taken_and_the_message_says_where_it_is(self, admin: Desk) -> None:
        set_active(admin, [added(admin).id], False)
        with pytest.raises(Taken, match="inactive; Activate brings it back"):
            added(admin)

    def test_no_two_tokens_have_the_same_value(self, admin: Desk) -> None:
        added(admin, value=OWN)
        with pytest.raises(Taken) as caught:
            added(admin, "shop", OWN)
        assert caught.value.field == "value"
        assert OWN not in str(caught.value)

    @pytest.mark.parametrize("shelf", [set_active, set_enabled])
    def test_a_value_that_is_off_is_taken_too(self, admin: Desk, shelf: object) -> None:
        assert callable(shelf)
        shelf(admin, [added(admin, value=OWN).id], False)
        with pytest.raises(Taken):
            added(admin, "shop", OWN)

    def test_no_token_has_the_value_of_a_primary_not_even_of_one_that_is_off(self, admin: Desk) -> None:
        endpoint = add_endpoint(admin, EndpointFields(name="A", group="g", authentication=Authentication.TOKEN))
        value = reveal_primary(admin, endpoint, Slot.GET)
        edit_endpoint(admin, endpoint, replace(EndpointFields.of(endpoint), authentication=Authentication.NONE))
        with pytest.raises(Taken):
            added(admin, value=value)

    @pytest.mark.parametrize("value", ["", "with space", "ž" * 64, "x\n", "a" * 5000, "=="])
    def test_a_value_that_no_header_can_carry_is_refused_and_not_quoted(self, admin: Desk, value: str) -> None:
        with pytest.raises(InvalidTokenValue) as caught:
            added(admin, value=value)
        assert not value.strip("=\n") or value not in str(caught.value)
        assert admin.reader().counts().tokens == 0

    def test_a_bad_name_is_refused(self, admin: Desk) -> None:
        with pytest.raises(InvalidName):
            added(admin, "two\nlines")

    def test_the_value_is_nowhere_in_the_store_file(self, admin: Desk) -> None:
        value = reveal_token(admin, added(admin))
        content = Path(admin.store.location).read_text()
        assert value not in content
        assert value[:8] not in content


class TestEditing:
    def test_what_is_saved_is_what_is_returned(self, admin: Desk) -> None:
        token = edited(admin, added(admin), name="renamed", enabled=False)
        assert admin.reader().token(token.id) == token
        assert token.rev == 2

    def test_without_a_value_the_value_stays(self, admin: Desk) -> None:
        token = added(admin)
        assert edited(admin, token, description="other").secret == token.secret

    def test_a_new_value_replaces_the_old_one_at_once(self, admin: Desk) -> None:
        token = added(admin)
        fresh = edited(admin, token, new_value(admin))
        assert reveal_token(admin, fresh) != reveal_token(admin, token)
        assert fresh.previous == token.secret  # known, so that `explain` can tell who still sends it
        assert not fresh.in_grace(admin.clock())
        assert fresh.rotated_at == fresh.secret.generated_at

    def test_a_new_value_is_kept_nowhere_until_it_is_saved(self, admin: Desk) -> None:
        added(admin)
        stamp = admin.store.stamp()
        new_value(admin)
        assert admin.store.stamp() == stamp

    def test_what_somebody_else_saved_meanwhile_is_a_conflict_and_stays(self, admin: Desk, other_admin: Desk) -> None:
        token = added(admin)
        set_enabled(other_admin, [token.id], False)
        with pytest.raises(Conflict):
            edited(admin, token, description="mine")
        found = admin.reader().token(token.id)
        assert (found.enabled, found.description) == (False, "nightly")

    def test_where_nothing_is_another_nothing_is_saved(self, admin: Desk) -> None:
        token = added(admin)
        stamp = admin.store.stamp()
        assert edited(admin, token) == token
        assert admin.store.stamp() == stamp

    def test_the_case_of_its_own_name_may_change(self, admin: Desk) -> None:
        assert edited(admin, added(admin), name="ERP").name == "ERP"

    def test_name_and_value_of_another_are_taken(self, admin: Desk) -> None:
        added(admin, "other", OWN)
        token = added(admin)
        with pytest.raises(Taken):
            edited(admin, token, name="OTHER")
        with pytest.raises(Taken):
            edited(admin, token, OWN)

    def test_the_value_of_a_token_before_its_rotation_is_taken_while_it_is_kept(self, admin: Desk) -> None:
        token = added(admin, value=OWN)
        with admin.store.change(NOTE) as transaction:
            fresh = admin.seal(new_value(admin), token.id, "value")
            transaction.put(replace(token, secret=fresh, previous=token.secret))
        with pytest.raises(Taken):
            added(admin, "shop", OWN)


class TestSwitching:
    def test_disabling_keeps_the_assignments(self, admin: Desk) -> None:
        self._keeps_assignments(admin, set_enabled)

    def test_nothing_is_lost_by_deactivating(self, admin: Desk) -> None:
        self._keeps_assignments(admin, set_active)

    @staticmethod
    def _keeps_assignments(admin: Desk, switch: object) -> None:
        assert callable(switch)
        endpoint = add_endpoint(admin, EndpointFields(name="A", group="g", authentication=Authentication.TOKEN))
        token = added(admin)
        assign(admin, token.id, add={endpoint.id: (Slot.GET,)}, remove={})
        before = admin.reader().assignments_of(token.id)
        switch(admin, [token.id], False)
        assert admin.reader().assignments_of(token.id) == before
        (back,) = switch(admin, [token.id], True)
        assert replace(back, rev=1) == token
        assert admin.reader().assignments_of(token.id) == before

    def test_a_disabled_token_that_comes_from_the_shelf_stays_disabled(self, admin: Desk) -> None:
        token = added(admin, enabled=False)
        set_active(admin, [token.id], False)
        assert not set_active(admin, [token.id], True)[0].enabled

    def test_many_are_switched_in_one_change(self, admin: Desk) -> None:
        ids = [added(admin, f"app-{number}").id for number in range(5)]
        assert len(set_enabled(admin, ids, False)) == 5
        assert admin.history[-1].summary == "disabled 5 tokens"

    def test_those_that_are_so_already_stay_untouched(self, admin: Desk) -> None:
        one, two = added(admin, "one", enabled=False), added(admin, "two")
        assert [each.id for each in set_enabled(admin, [one.id, two.id, two.id], False)] == [two.id]
        assert admin.reader().token(one.id).rev == 1

    def test_one_that_is_no_more_is_not_found_and_none_is_changed(self, admin: Desk) -> None:
        token = added(admin)
        with pytest.raises(NotFound):
            set_enabled(admin, [token.id, "gone"], False)
        assert admin.reader().token(token.id).enabled

    def test_a_toggle_takes_what_somebody_else_saved_meanwhile_along(self, admin: Desk, other_admin: Desk) -> None:
        token = added(admin)
        admin.reader()
        edited(other_admin, token, description="theirs")
        (off,) = set_enabled(admin, [token.id], False)
        assert (off.description, off.enabled) == ("theirs", False)


def test_a_change_that_is_saved_but_not_confirmed_can_be_undone(admin: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    token = added(admin)

    def unconfirmed(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("tokentui.store.safe_storage.sync_folder", unconfirmed)
    set_enabled(admin, [token.id], False)
    notice = admin.store.take_notice()
    assert notice is not None
    assert notice.text.startswith("Saved, but not confirmed")
    assert admin.history[-1].summary == "disabled erp"
