"""Another key for a store: values stay, nobody writes under the old key, and what is lost can come back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import MASTER_KEY, Clock
from tests.domain.worlds import NOTE
from tokentui.domain.errors import Conflict, SealError, Taken, ValueLost
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.records import EndpointToken, Secret
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, generate_primary, reveal_primary
from tokentui.services.explaining import Call, explain
from tokentui.services.exporting import export_haproxy_map
from tokentui.services.live_values import LiveValues
from tokentui.services.rekeying import Values, bring_back, give_up, rekey, values_at_stake
from tokentui.services.rotating import rotate
from tokentui.services.tokens import add_token, edit_token, reveal_previous, reveal_token, set_enabled, token_hint
from tokentui.services.undo import undo_last
from tokentui.store.memory import MemoryStore
from tokentui.store.protocol import Store
from tokentui.store.queries import EVERYTHING
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.trail_queries import ActivityQuery
from tokentui.store.vault import Keys, KeyVault, key_id

OLD, NEW, THIRD = MASTER_KEY, bytes(32), b"third key".ljust(32)
POST, GET, DELETE = Slot


@dataclass
class Rack:
    """Where keys hang: a vault takes the one that its store is marked with, else the first."""

    masters: list[bytes] = field(default_factory=lambda: [OLD])

    def fetch(self, id: str | None) -> Keys:
        for master in self.masters:
            if id in (None, key_id(master)):
                return Keys.of(master)
        raise SealError("The key is not there.")

    def unwrap(self, id: str | None, passphrase: str) -> Keys:
        return self.fetch(id)

    def is_wrapped(self, id: str | None) -> bool:
        return False


@pytest.fixture
def rack() -> Rack:
    return Rack()


@pytest.fixture(params=["file", "memory"])
def sealed_store(request: pytest.FixtureRequest, tmp_path: Path, rack: Rack) -> Store:
    if request.param == "memory":
        return MemoryStore()
    return TinyDBStore(tmp_path / "data" / "tokens.json", key_id=lambda: key_id(rack.masters[0]))


@pytest.fixture
def desk(sealed_store: Store, rack: Rack, clock: Clock, randomness: Callable[[int], bytes]) -> Desk:
    """A desk at a store with an endpoint, its primaries, and two tokens, one of them in a grace time."""
    desk = Desk(sealed_store, KeyVault(rack), clock=clock, random=randomness)
    fields = EndpointFields(name="Orders", group="g", authentication=Authentication.TOKEN)
    orders = add_endpoint(desk, fields)
    for name in ("erp", "shop"):
        assign(desk, add_token(desk, TokenFields(name=name)).id, add={orders.id: (GET,)}, remove={})
    rotate(desk, [named(desk, "shop").id], clock.now + timedelta(days=1))
    with desk.store.change(NOTE) as change:
        change.mark(key_id(OLD))
    return desk


@pytest.fixture
def other(desk: Desk, rack: Rack) -> Desk:
    """Somebody else at the same store, as a UI that runs on."""
    return replace(desk, vault=KeyVault(rack), history=[])


def named(desk: Desk, name: str) -> EndpointToken:
    return desk.reader().token_by_name(name)


def replaced(desk: Desk, rack: Rack, new: bytes = NEW) -> int:
    """Give the store another key, as the command does: the old one stays beside it."""
    amount = rekey(desk, KeyVault(lambda: new))
    rack.masters.insert(0, new)
    return amount


def secrets(desk: Desk) -> list[Secret]:
    reader = desk.reader()
    found = [secret for each in reader.iter_endpoints() for secret in each.primaries.values()]
    for token in reader.iter_tokens():
        found += [token.secret, *([token.previous] if token.previous else [])]
    return found


def values(desk: Desk) -> list[str]:
    """All values and hints, opened."""
    reader = desk.reader()
    found = [reveal_primary(desk, each, slot) for each in reader.iter_endpoints() for slot in each.primaries]
    for token in sorted(reader.iter_tokens(), key=lambda each: each.name):
        found += [reveal_token(desk, token), token_hint(desk, token)]
        found += [reveal_previous(desk, token)] if token.previous else []
    return found


class TestRekey:
    def test_the_values_stay_and_all_that_is_kept_of_them_becomes_another(self, desk: Desk, rack: Rack) -> None:
        before, opened, revs = secrets(desk), values(desk), [each.rev for each in desk.reader().iter_tokens()]
        assert replaced(desk, rack) == len(before) == 5
        after = secrets(desk)
        assert values(desk) == opened
        for kept in ("sealed", "digest", "hint"):
            assert not {getattr(each, kept) for each in before} & {getattr(each, kept) for each in after}
        for old, new in zip(before, after, strict=True):
            assert (old.generated_at, old.strong) == (new.generated_at, new.strong)
        assert [each.rev for each in desk.reader().iter_tokens()] == [rev + 1 for rev in revs]
        assert desk.reader().key_id == key_id(NEW)

    def test_the_old_key_opens_nothing_any_more(self, desk: Desk, rack: Rack) -> None:
        replaced(desk, rack)
        old = replace(desk, vault=KeyVault(lambda: OLD))
        with pytest.raises(SealError):
            reveal_token(old, named(desk, "erp"))

    def test_what_calls_is_decided_as_before(self, desk: Desk, rack: Rack) -> None:
        value, previous = reveal_token(desk, named(desk, "erp")), reveal_previous(desk, named(desk, "shop"))
        replaced(desk, rack)
        for token in (value, previous):
            call = Call("GET", "/api/endpoint/g/orders", token)
            assert explain(desk, desk.reader(), call).decision.allowed

    def test_it_is_one_line_in_the_trail_and_nothing_that_can_be_undone(self, desk: Desk, rack: Rack) -> None:
        lines, undoable = trail(desk), len(desk.history)
        replaced(desk, rack)
        assert trail(desk)[1:] == lines
        assert trail(desk)[0] == f"rekeyed the store, to the key {key_id(NEW)}"
        assert len(desk.history) == undoable

    def test_a_value_that_does_not_open_is_named_and_nothing_is_changed(self, desk: Desk, rack: Rack) -> None:
        token = named(desk, "erp")
        tampered = replace(token.secret, sealed=named(desk, "shop").secret.sealed)
        with desk.change("tampered") as change:
            change.put(replace(token, secret=tampered))
        before, stamp = secrets(desk), desk.store.stamp()
        with pytest.raises(SealError, match=r"value of erp .*Nothing|Nothing.*value of erp") as caught:
            replaced(desk, rack)
        assert "\n" not in str(caught.value)
        assert (secrets(desk), desk.store.stamp(), desk.reader().key_id) == (before, stamp, key_id(OLD))

    def test_a_hint_that_does_not_open_is_told_too(self, desk: Desk, rack: Rack) -> None:
        token = named(desk, "erp")
        with desk.change("tampered") as change:
            change.put(replace(token, secret=replace(token.secret, hint=token.secret.sealed)))
        with pytest.raises(SealError, match="erp"):
            replaced(desk, rack)

    def test_what_comes_while_it_seals_is_sealed_too(self, desk: Desk, other: Desk, rack: Rack) -> None:
        come: list[EndpointToken] = []

        def others(share: float) -> None:
            if not come:
                come.append(add_token(other, TokenFields(name="late")))
                rotate(other, [named(other, "erp").id], None)

        rekey(desk, KeyVault(lambda: NEW), others)
        rack.masters = [NEW]
        assert len(values(desk)) == 2 + 2 * 3 + 2

    def test_with_a_key_that_was_replaced_before_it_is_no_tampering(
        self, desk: Desk, other: Desk, rack: Rack
    ) -> None:
        late = replace(other, vault=KeyVault(lambda: MASTER_KEY))
        replaced(desk, rack)
        with pytest.raises(Conflict, match="replaced meanwhile"):
            rekey(late, KeyVault(lambda: THIRD))
        assert values(desk)

    def test_two_at_once_do_not_both_come(self, desk: Desk, other: Desk, rack: Rack) -> None:
        came: list[int] = []

        def others(share: float) -> None:
            if not came:
                came.append(replaced(other, rack, THIRD))

        with pytest.raises(Conflict, match="replaced meanwhile"):
            rekey(desk, KeyVault(lambda: NEW), others)
        assert desk.reader().key_id == key_id(THIRD)
        assert values(desk)


class TestOthers:
    """Those who have the store open with the old key in memory."""

    def test_they_open_values_with_the_new_key_at_their_next_look(self, desk: Desk, other: Desk, rack: Rack) -> None:
        opened = values(other)
        replaced(desk, rack)
        assert values(other) == opened
        assert other.vault.key_id == key_id(NEW)

    def test_what_they_have_sealed_with_the_old_one_is_refused_and_comes_the_next_time(
        self, desk: Desk, other: Desk, rack: Rack
    ) -> None:
        token = named(other, "erp")
        late = other.seal("late" * 16, token.id, "value")
        replaced(desk, rack)
        with pytest.raises(Conflict, match="key of the store was replaced"), other.change("late") as change:
            change.put(replace(named(desk, "erp"), secret=late))
        rotate(other, [token.id], None)
        assert values(desk)

    def test_a_record_that_they_read_before_is_a_conflict(self, desk: Desk, other: Desk, rack: Rack) -> None:
        token = named(other, "erp")
        replaced(desk, rack)
        with pytest.raises(Conflict):
            edit_token(other, token, TokenFields(name="renamed"))
        assert values(desk)

    def test_an_undo_never_brings_an_old_seal_back(self, desk: Desk, other: Desk, rack: Rack) -> None:
        rotate(other, [named(other, "erp").id], None)
        set_enabled(other, [named(other, "shop").id], False)
        replaced(desk, rack)
        while other.history:
            with pytest.raises(Conflict):
                undo_last(other)
            other.history.pop()
        assert values(desk)

    def test_a_rotation_that_the_new_key_comes_in_between_of_is_refused(
        self, desk: Desk, other: Desk, rack: Rack
    ) -> None:
        came: list[int] = []

        def rekeyed(share: float) -> None:
            if not came:
                came.append(replaced(desk, rack))

        with pytest.raises(Conflict, match="key of the store was replaced"):
            rotate(other, [named(other, "erp").id], None, rekeyed)
        assert len(values(desk)) == 2 + 2 * 2 + 1


class TestLost:
    @pytest.fixture
    def lost(self, desk: Desk, rack: Rack) -> Desk:
        """The desk after the key was lost and given up."""
        rack.masters = [NEW]
        assert give_up(desk, KeyVault(lambda: NEW)) == 5
        return desk

    def test_what_is_at_stake_is_told_before(self, desk: Desk) -> None:
        assert values_at_stake(desk) == Values(held=5, good=5)
        set_enabled(desk, [named(desk, "shop").id], False)
        assert values_at_stake(desk) == Values(held=5, good=3)

    def test_lost_values_are_told_apart_from_tampered_ones(self, lost: Desk) -> None:
        for token in lost.reader().iter_tokens():
            for opens in (reveal_token, token_hint):
                with pytest.raises(ValueLost, match=key_id(OLD)):
                    opens(lost, token)
        with pytest.raises(ValueLost, match=r"g/orders POST.*lost.*rekey --from"):
            reveal_primary(lost, lost.reader().endpoint_by_ref("g/orders"), POST)
        assert values_at_stake(lost) == Values(0, 0)

    def test_all_else_stays_and_goes_on(self, lost: Desk) -> None:
        token = named(lost, "erp")
        assert [ref for ref, _ in lost.reader().mapped(token.id)]
        edit_token(lost, token, TokenFields(name="renamed"))
        set_enabled(lost, [token.id], False)
        assign(lost, token.id, add={lost.reader().endpoint_by_ref("g/orders").id: (POST,)}, remove={})
        assert trail(lost)[-1] == "added Orders"

    def test_nobody_is_let_in_with_a_lost_value(self, desk: Desk, rack: Rack) -> None:
        value = reveal_token(desk, named(desk, "erp"))
        rack.masters = [NEW]
        give_up(desk, KeyVault(lambda: NEW))
        told = explain(desk, desk.reader(), Call("GET", "/api/endpoint/g/orders", value)).decision
        assert (told.allowed, told.reason) == (False, "unknown_token")
        assert LiveValues(desk).count == 0
        assert b"erp" not in export_haproxy_map(desk).content

    def test_new_values_are_given_under_the_new_key(self, lost: Desk) -> None:
        rotate(lost, [named(lost, "erp").id], None)
        generate_primary(lost, lost.reader().endpoint_by_ref("g/orders").id, POST)
        fresh = add_token(lost, TokenFields(name="fresh"))
        assert reveal_token(lost, named(lost, "erp"))
        assert reveal_token(lost, fresh)
        assert reveal_primary(lost, lost.reader().endpoint_by_ref("g/orders"), POST)

    def test_a_lost_value_that_is_rotated_has_no_grace_time(self, lost: Desk, clock: Clock) -> None:
        (token,) = rotate(lost, [named(lost, "erp").id], clock.now + timedelta(days=1))
        assert (token.previous, token.grace_until, token.in_grace(clock.now)) == (None, None, False)

    def test_a_grace_time_whose_value_is_lost_does_not_run_any_more(self, lost: Desk, clock: Clock) -> None:
        assert not named(lost, "shop").in_grace(clock.now)

    def test_an_undo_does_not_pretend_that_nothing_was_lost(self, desk: Desk, rack: Rack) -> None:
        set_enabled(desk, [named(desk, "erp").id], False)
        rack.masters = [NEW]
        give_up(desk, KeyVault(lambda: NEW))
        with pytest.raises(Conflict):
            undo_last(desk)

    def test_a_rekey_leaves_lost_values_lost(self, lost: Desk, rack: Rack) -> None:
        rotate(lost, [named(lost, "erp").id], None)
        assert replaced(lost, rack, THIRD) == 1
        assert reveal_token(lost, named(lost, "erp"))
        with pytest.raises(ValueLost, match=key_id(OLD)):
            reveal_token(lost, named(lost, "shop"))


class TestFound:
    def test_values_that_were_not_replaced_since_come_back(self, desk: Desk, rack: Rack, clock: Clock) -> None:
        before = values(desk)
        rack.masters = [NEW]
        give_up(desk, KeyVault(lambda: NEW))
        (rotated,) = rotate(desk, [named(desk, "erp").id], None)
        fresh = reveal_token(desk, rotated)
        back = bring_back(desk, KeyVault(lambda: OLD))
        assert (back.values, back.still_lost, back.taken) == (4, 0, ())
        assert values(desk) == [*before[:2], fresh, fresh[-4:], *before[4:]]
        assert named(desk, "shop").in_grace(clock.now)
        assert not any(each.lost for each in secrets(desk))

    def test_after_another_rekey_too(self, desk: Desk, rack: Rack) -> None:
        before = values(desk)
        rack.masters = [NEW]
        give_up(desk, KeyVault(lambda: NEW))
        replaced(desk, rack, THIRD)
        assert bring_back(desk, KeyVault(lambda: OLD)).values == 5
        assert values(desk) == before

    def test_another_key_brings_nothing_back_and_changes_nothing(self, desk: Desk, rack: Rack) -> None:
        rack.masters = [NEW]
        give_up(desk, KeyVault(lambda: NEW))
        stamp = desk.store.stamp()
        back = bring_back(desk, KeyVault(lambda: THIRD))
        assert (back.values, back.still_lost) == (0, 5)
        assert desk.store.stamp() == stamp

    def test_a_value_that_somebody_else_was_given_since_stays_lost(self, desk: Desk, rack: Rack) -> None:
        value = reveal_token(desk, named(desk, "erp"))
        rack.masters = [NEW]
        give_up(desk, KeyVault(lambda: NEW))
        add_token(desk, TokenFields(name="twin"), value)
        back = bring_back(desk, KeyVault(lambda: OLD))
        assert (back.values, back.taken) == (4, ("erp",))
        with pytest.raises(ValueLost):
            reveal_token(desk, named(desk, "erp"))
        with pytest.raises(Taken):
            add_token(desk, TokenFields(name="third"), value)

    def test_it_cannot_be_undone(self, desk: Desk, rack: Rack) -> None:
        rack.masters = [NEW]
        give_up(desk, KeyVault(lambda: NEW))
        bring_back(desk, KeyVault(lambda: OLD))
        assert desk.history == []


def trail(desk: Desk) -> list[str]:
    return [each.what for each in desk.store.activity().page(ActivityQuery(), EVERYTHING, desk.clock()).rows]
