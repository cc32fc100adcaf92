"""Rotating endpoint tokens: new values all or none, a grace time for the old ones, and its early end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import BEGINNING, Clock
from tests.domain.worlds import NOTE
from tokentui.domain.errors import Conflict, Invalid, NotFound, ReadOnly, StoreError
from tokentui.domain.fields import TokenFields
from tokentui.domain.policy import Policy
from tokentui.domain.records import EndpointToken
from tokentui.domain.values import is_strong
from tokentui.services.desk import Desk
from tokentui.services.rotating import retire, rotate
from tokentui.services.tokens import add_token, edit_token, new_value, reveal_token, set_enabled
from tokentui.services.undo import undo_last
from tokentui.store.tinydb_store import TinyDBStore

HOUR = timedelta(hours=1)
TOMORROW = BEGINNING + 24 * HOUR


@pytest.fixture
def desk(admin: Desk) -> Desk:
    """The desk of one admin, whose clock ticks from `BEGINNING` on."""
    return admin


def added(desk: Desk, name: str = "erp", expires_at: datetime | None = None) -> EndpointToken:
    return add_token(desk, TokenFields(name=name, expires_at=expires_at))


class TestRotating:
    def test_the_new_value_is_another_strong_one_and_the_old_one_is_kept_until_the_deadline(self, desk: Desk) -> None:
        token = added(desk)
        (rotated,) = rotate(desk, [token.id], TOMORROW)
        assert desk.reader().token(token.id) == rotated
        assert is_strong(reveal_token(desk, rotated))
        assert reveal_token(desk, rotated) != reveal_token(desk, token)
        assert (rotated.previous, rotated.grace_until) == (token.secret, TOMORROW)
        assert rotated.rotated_at == rotated.secret.generated_at > token.secret.generated_at
        assert (rotated.in_grace(TOMORROW - timedelta(microseconds=1)), rotated.in_grace(TOMORROW)) == (True, False)

    def test_nothing_else_of_the_token_changes(self, desk: Desk) -> None:
        token = set_enabled(desk, [added(desk, expires_at=TOMORROW).id], False)[0]
        (rotated,) = rotate(desk, [token.id], None)
        as_before = replace(rotated, secret=token.secret, previous=None, previous_until=None, rotated_at=None)
        assert replace(as_before, rev=token.rev) == token

    def test_without_grace_the_old_value_is_over_at_once_and_still_known(self, desk: Desk) -> None:
        token = added(desk)
        (rotated,) = rotate(desk, [token.id], None)
        assert (rotated.previous, rotated.grace_until) == (token.secret, None)

    def test_the_old_value_never_outlives_the_token(self, desk: Desk) -> None:
        token = added(desk, expires_at=BEGINNING + HOUR)
        assert rotate(desk, [token.id], TOMORROW)[0].previous_until == BEGINNING + HOUR

    def test_rotating_again_ends_the_grace_of_the_older_value(self, desk: Desk) -> None:
        (first,) = rotate(desk, [added(desk).id], TOMORROW)
        (second,) = rotate(desk, [first.id], TOMORROW + HOUR)
        assert (second.previous, second.previous_until) == (first.secret, TOMORROW + HOUR)

    def test_a_deadline_that_is_over_is_refused_and_nothing_is_changed(self, desk: Desk, clock: Clock) -> None:
        token = added(desk)
        clock.now = TOMORROW
        with pytest.raises(Invalid) as refused:
            rotate(desk, [token.id], TOMORROW)
        assert refused.value.field == "grace"
        assert desk.reader().token(token.id) == token

    def test_many_are_one_change_which_one_undo_takes_back(self, desk: Desk) -> None:
        tokens = [added(desk, f"app-{number}") for number in range(12)]
        rotate(desk, [token.id for token in tokens], TOMORROW)
        assert desk.history[-1].summary == "rotated 12 tokens"
        undo_last(desk)
        assert [desk.reader().token(each.id).secret for each in tokens] == [each.secret for each in tokens]

    def test_one_is_named_in_the_summary_and_counts_once(self, desk: Desk) -> None:
        token = added(desk)
        assert len(rotate(desk, [token.id, token.id], None)) == 1
        assert desk.history[-1].summary == "rotated erp"

    def test_one_that_is_no_more_is_not_found_and_none_is_rotated(self, desk: Desk) -> None:
        token = added(desk)
        with pytest.raises(NotFound):
            rotate(desk, [token.id, "gone"], None)
        assert desk.reader().token(token.id) == token

    def test_what_somebody_else_rotated_since_it_was_seen_is_a_conflict(self, desk: Desk, other_admin: Desk) -> None:
        token = added(desk)
        (theirs,) = rotate(other_admin, [token.id], TOMORROW)
        with pytest.raises(Conflict, match="Somebody else gave erp a new value"):
            rotate(desk, [token.id], TOMORROW, seen=[token])
        assert desk.reader().token(token.id) == theirs

    def test_what_somebody_else_edited_since_it_was_seen_is_rotated_as_it_is_now(
        self, desk: Desk, other_admin: Desk
    ) -> None:
        token = added(desk)
        edit_token(other_admin, token, TokenFields(name="renamed"))
        (rotated,) = rotate(desk, [token.id], None, seen=[token])
        assert rotated.name == "renamed"

    def test_the_progress_comes_to_one_in_a_hundred_steps_at_most(self, desk: Desk) -> None:
        ids = [added(desk, f"app-{number}").id for number in range(250)]
        shares: list[float] = []
        rotate(desk, ids, None, shares.append)
        assert shares == sorted(shares)
        assert shares[-2:] == [0.8, 1]
        assert 10 < len(shares) <= 100

    def test_a_store_that_cannot_be_changed_refuses(self, desk: Desk) -> None:
        token = added(desk)
        looking = replace(desk, store=TinyDBStore(Path(desk.store.location), read_only=True))
        with pytest.raises(ReadOnly):
            rotate(looking, [token.id], None)

    def test_the_trail_tells_who_and_what_and_no_value(self, desk: Desk) -> None:
        token = added(desk)
        values = [reveal_token(desk, each) for each in (token, *rotate(desk, [token.id], TOMORROW))]
        trail = Path(desk.store.location).with_name("activity.jsonl").read_text()
        assert "rotated erp" in trail.splitlines()[-1]
        assert "previous_until" in trail
        assert not any(value in trail for value in values)


class TestRetiring:
    def test_ends_the_grace_now_and_the_old_value_stays_known(self, desk: Desk, clock: Clock) -> None:
        (rotated,) = rotate(desk, [added(desk).id], TOMORROW)
        (retired,) = retire(desk, [rotated.id])
        assert (retired.previous, retired.previous_until) == (rotated.previous, clock.now)
        assert not retired.in_grace(clock.now)
        assert retired.secret == rotated.secret
        assert desk.history[-1].summary == "retired the old value of erp"

    def test_where_no_grace_runs_nothing_is_changed(self, desk: Desk, clock: Clock) -> None:
        never, without, over = added(desk, "never"), added(desk, "without"), added(desk, "over")
        rotate(desk, [without.id], None)
        rotate(desk, [over.id], TOMORROW)
        clock.now = TOMORROW
        stamp = desk.store.stamp()
        assert retire(desk, [never.id, without.id, over.id]) == ()
        assert desk.store.stamp() == stamp

    def test_those_in_grace_are_retired_among_others(self, desk: Desk) -> None:
        one, two = added(desk, "one"), added(desk, "two")
        rotate(desk, [two.id], TOMORROW)
        assert [each.name for each in retire(desk, [one.id, two.id])] == ["two"]
        assert desk.history[-1].summary == "retired the old value of 2 tokens"

    def test_the_grace_of_a_disabled_token_is_ended_too(self, desk: Desk) -> None:
        (rotated,) = rotate(desk, [added(desk).id], TOMORROW)
        set_enabled(desk, [rotated.id], False)
        retire(desk, [rotated.id])
        assert not set_enabled(desk, [rotated.id], True)[0].in_grace(desk.clock())

    def test_undo_lets_the_old_value_work_again_until_its_deadline(self, desk: Desk) -> None:
        (rotated,) = rotate(desk, [added(desk).id], TOMORROW)
        retire(desk, [rotated.id])
        undo_last(desk)
        assert desk.reader().token(rotated.id).grace_until == TOMORROW


class TestThePolicy:
    @pytest.mark.parametrize(("days", "due"), [(90, True), (91, False), (0, False)])
    def test_a_value_is_due_when_it_has_lived_as_long_as_the_policy_lets_it(
        self, desk: Desk, days: int, due: bool
    ) -> None:
        token, policy = added(desk), Policy(rotate_after_days=days)
        now = token.secret.generated_at + timedelta(days=90)
        limit = policy.due_before(now)
        assert policy.rotation_due(token, now) is due
        assert (limit is not None and token.secret.generated_at <= limit) is due

    def test_a_value_that_is_refused_anyway_is_not_due(self, desk: Desk) -> None:
        now = BEGINNING + timedelta(days=100)
        token = added(desk)
        assert Policy().rotation_due(token, now)
        for off in (replace(token, enabled=False), replace(token, active=False), replace(token, expires_at=now)):
            assert not Policy().rotation_due(off, now)

    def test_rotating_makes_a_value_young(self, desk: Desk, clock: Clock) -> None:
        token = added(desk)
        clock.now = BEGINNING + timedelta(days=100)
        (rotated,) = rotate(desk, [token.id], None)
        assert not Policy().rotation_due(rotated, clock.now)

    @pytest.mark.parametrize(("days", "soon"), [(13.99, True), (14, False), (-1, False), (0, False)])
    def test_a_token_expires_soon_within_the_days_of_the_policy(self, desk: Desk, days: float, soon: bool) -> None:
        now = datetime(2026, 3, 14, tzinfo=UTC)
        token = added(desk, expires_at=now + timedelta(days=days))
        assert Policy().expires_soon(token, now) is soon


def test_a_crash_between_trail_and_store_leaves_all_values_as_they_were(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [added(desk, f"app-{number}") for number in range(5)]
    with monkeypatch.context() as patched:
        patched.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(StoreError):
            rotate(desk, [token.id for token in tokens], None)
    assert [desk.reader().token(token.id) for token in tokens] == tokens
    assert not any(change.summary.startswith("rotated") for change in desk.history)


def test_a_value_given_by_hand_ends_the_grace_too(desk: Desk) -> None:
    (rotated,) = rotate(desk, [added(desk).id], TOMORROW)
    given = edit_token(desk, rotated, TokenFields.of(rotated), new_value(desk))
    assert given.grace_until is None
    with desk.store.change(NOTE) as transaction:
        assert transaction.reader.token(given.id).previous == rotated.secret
