"""Which values are live: all that are good, and all that a switch would make good again, each with how it stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import MASTER_KEY, Clock
from tests.domain.worlds import NOTE
from tokentui.domain.errors import SealError
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint, reveal_primary
from tokentui.services.live_values import LiveValue, LiveValues
from tokentui.services.tokens import VALUE, add_token, set_active, set_enabled
from tokentui.store.vault import KeyVault

OLD, NOW = "value-before-the-rotation", "value-after-the-rotation"


def states(desk: Desk, *values: str) -> list[LiveValue | None]:
    """What is known of each of the values; None for one that is not live."""
    found = LiveValues(desk).among({value.encode() for value in values})
    return [found.get(value.encode()) for value in values]


def rotated(desk: Desk, clock: Clock, grace: timedelta | None, **more: object) -> EndpointToken:
    """A token whose value was replaced just now."""
    token = add_token(desk, TokenFields(name="erp"), OLD)
    until = None if grace is None else clock.now + grace
    secret = desk.seal(NOW, token.id, VALUE)
    changed = replace(token, secret=secret, previous=token.secret, previous_until=until, **more)  # type: ignore[arg-type]
    with desk.store.change(NOTE) as transaction:
        return transaction.put(changed)


class TestEndpointTokens:
    def test_are_live_in_every_state(self, admin: Desk, clock: Clock) -> None:
        names = ("valid", "disabled", "inactive", "expired")
        tokens = [add_token(admin, TokenFields(name=name), f"value-of-{name}") for name in names]
        set_enabled(admin, [tokens[1].id], False)
        set_active(admin, [tokens[2].id], False)
        with admin.store.change(NOTE) as transaction:
            transaction.put(replace(tokens[3], expires_at=clock.now))
        wanted = [LiveValue(name, "endpoint", name) for name in names]
        assert states(admin, *(f"value-of-{name}" for name in names)) == wanted

    def test_have_their_previous_value_live_while_its_grace_time_runs(self, admin: Desk, clock: Clock) -> None:
        rotated(admin, clock, timedelta(hours=1))
        now = LiveValue("erp", "endpoint", "valid")
        assert states(admin, NOW, OLD) == [now, LiveValue("erp", "endpoint", "previous")]
        clock.now += timedelta(hours=1)
        assert states(admin, NOW, OLD) == [now, None]

    def test_have_no_previous_value_live_without_a_grace_time(self, admin: Desk, clock: Clock) -> None:
        rotated(admin, clock, None)
        assert states(admin, NOW, OLD) == [LiveValue("erp", "endpoint", "valid"), None]

    def test_have_no_previous_value_live_once_they_expired(self, admin: Desk, clock: Clock) -> None:
        rotated(admin, clock, timedelta(hours=1), expires_at=clock.now)
        assert states(admin, NOW, OLD) == [LiveValue("erp", "endpoint", "expired"), None]

    def test_that_are_disabled_have_a_previous_value_that_is_disabled(self, admin: Desk, clock: Clock) -> None:
        rotated(admin, clock, timedelta(hours=1), enabled=False)
        assert states(admin, OLD) == [LiveValue("erp", "endpoint", "disabled")]


class TestPrimaryTokens:
    def test_are_live_also_where_they_are_off_and_named_by_endpoint_and_slot(self, admin: Desk) -> None:
        fields = EndpointFields(name="Goods in", group="stock", authentication=Authentication.TOKEN)
        endpoint = add_endpoint(admin, fields)
        values = [reveal_primary(admin, endpoint, slot) for slot in (Slot.POST, Slot.GET)]
        names = [f"stock/goods-in {slot}" for slot in ("POST", "GET")]
        assert states(admin, *values) == [LiveValue(name, "primary", "valid") for name in names]
        edit_endpoint(admin, endpoint, replace(fields, slug="goods-in", path=endpoint.path, methods=(Slot.GET,)))
        assert states(admin, *values) == [
            LiveValue(names[0], "primary", "off"),
            LiveValue(names[1], "primary", "valid"),
        ]


class TestWhatIsKnownOfThem:
    def test_lengths_come_from_the_seals(self, admin: Desk) -> None:
        assert LiveValues(admin).lengths == ()
        for value in ("x" * 4096, "short", "other", None):
            add_token(admin, TokenFields(name=str(value)[:50]), value)
        assert LiveValues(admin).lengths == (5, 64, 4096)

    def test_a_length_has_hints_where_all_its_values_tell_them(self, admin: Desk) -> None:
        for value in ("fifteen-letters", "sixteen-letters-", "sixteen-letters+"):
            add_token(admin, TokenFields(name=value), value)
        values = LiveValues(admin)
        assert values.hints(15) is None
        assert len(values.hints(16) or ()) == 2

    def test_a_hint_that_does_not_open_hides_nothing(self, admin: Desk) -> None:
        token = add_token(admin, TokenFields(name="erp"), NOW)
        with admin.store.change(NOTE) as transaction:
            transaction.put(replace(token, secret=replace(token.secret, hint=token.secret.sealed)))
        assert LiveValues(admin).hints(len(NOW)) is None
        assert states(admin, NOW) == [LiveValue("erp", "endpoint", "valid")]

    def test_no_value_is_opened_to_find_it(self, admin: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        add_token(admin, TokenFields(name="erp"), NOW)

        def refuse(*_: object) -> str:
            raise AssertionError("a value was opened")

        monkeypatch.setattr(KeyVault, "reveal", refuse)
        values = LiveValues(admin)
        assert values.hints(len(NOW))
        assert values.among({NOW.encode()})

    def test_a_lost_key_is_told_before_anything_is_looked_for(self, admin: Desk) -> None:
        add_token(admin, TokenFields(name="erp"))

        def lost() -> bytes:
            raise SealError("The key file is not there.")

        with pytest.raises(SealError, match="not there"):
            LiveValues(replace(admin, vault=KeyVault(lost)))

    def test_another_key_finds_nothing_and_the_same_texts_are_nobodys_again(self, admin: Desk) -> None:
        add_token(admin, TokenFields(name="erp"), NOW)
        values = LiveValues(replace(admin, vault=KeyVault(lambda: bytes(32))))
        assert [values.among({NOW.encode()}) for _ in range(2)] == [{}, {}]
        values = LiveValues(replace(admin, vault=KeyVault(lambda: MASTER_KEY)))
        assert [len(values.among({NOW.encode(), b"another"})) for _ in range(2)] == [1, 1]

    def test_no_repr_shows_one(self, admin: Desk) -> None:
        add_token(admin, TokenFields(name="erp"), NOW)
        values = LiveValues(admin)
        assert NOW not in repr(values) + repr(values.among({NOW.encode()}).values())
