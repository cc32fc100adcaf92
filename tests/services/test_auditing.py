"""The audit over a real store: each finding comes up, its remedy takes it away, and it can be let be for a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import BEGINNING, Clock
from tests.services.audit_world import CASES, DAY, World, falls_silent, let_in, shop
from tokentui.domain.actors import Actor
from tokentui.domain.audit.findings import Code, Finding
from tokentui.domain.errors import Invalid
from tokentui.domain.fields import TokenFields
from tokentui.domain.policy import Policy
from tokentui.services.auditing import acknowledge, audit, ranked, withdraw
from tokentui.services.desk import Desk
from tokentui.services.tokens import add_token, edit_token
from tokentui.services.undo import undo_last
from tokentui.store.request_log import RequestLog
from tokentui.store.vault import KeyVault


@pytest.fixture
def world(admin: Desk, clock: Clock) -> World:
    return World(admin, clock)


def test_every_code_has_a_case() -> None:
    assert set(CASES) == set(Code)


def test_where_all_is_well_nothing_is_found(world: World) -> None:
    assert world.findings == set()


@pytest.mark.parametrize("code", Code)
def test_a_finding_comes_up_and_its_remedy_takes_it_away(world: World, code: Code) -> None:
    bring_up, subject, mend = CASES[code]
    bring_up(world)
    assert world.findings == {(code.value, subject)}
    mend(world)
    assert code.value not in {found for found, _ in world.findings}


def _never() -> bytes:
    raise AssertionError("somebody asked for the key")


def test_nothing_of_it_needs_the_key(world: World) -> None:
    CASES[Code.TOKEN_WEAK][0](world)
    world.desk.vault = KeyVault(_never)
    assert world.findings == {("token-weak", "erp")}
    acknowledge(world.desk, world.audit().findings, "It is going away.", None)
    assert world.findings == set()


def test_a_request_with_the_value_before_the_rotation_is_no_silence(world: World) -> None:
    falls_silent(world)
    log = world.desk.store.requests
    assert isinstance(log, RequestLog)
    log.record([replace(let_in(world.clock(), world.erp.id), previous=True)])
    assert world.findings == set()


def test_requests_that_cannot_be_read_take_only_what_needs_them(world: World) -> None:
    falls_silent(world)
    world.edit_erp("hunter2")
    assert {code for code, _ in world.findings} == {"token-silent", "token-weak"}
    unreadable(world)
    assert world.findings == {("token-weak", "erp")}
    assert "requests seen" in world.audit().trouble


def unreadable(world: World) -> None:
    """The requests seen are no database any more."""
    log = world.desk.store.requests
    assert isinstance(log, RequestLog)
    for file in log.path.parent.glob(f"{log.path.name}*"):
        file.unlink()
    log.path.write_text("This is no database, and it is long enough to be taken for one that is damaged.")


def test_findings_are_told_the_gravest_first_then_by_code_then_by_subject(world: World) -> None:
    world.edit(world.orders, allow_deleting=True)
    for name in ("Zebra", "alpha", "Beta"):
        add_token(world.desk, TokenFields(name=name))
    world.edit_erp("hunter2")
    told = [(finding.code.value, finding.subject) for finding in ranked(world.audit().findings)]
    assert told == [
        ("token-weak", "erp"),
        ("endpoint-any-address", "g/orders"),
        ("token-unassigned", "alpha"),
        ("token-unassigned", "Beta"),
        ("token-unassigned", "Zebra"),
    ]


def test_the_thresholds_are_the_policys(world: World) -> None:
    world.wait(10 * DAY)
    assert {each.code for each in world.audit(Policy(rotate_after_days=10)).findings} == {Code.TOKEN_ROTATION_DUE}
    assert world.audit(Policy(rotate_after_days=11)).findings == ()


def test_who_must_let_others_come_to_their_turn_is_asked_to_breathe(world: World) -> None:
    breaths: list[None] = []
    audit(world.desk.reader(), world.desk.store.requests, Policy(), world.clock.now, lambda: breaths.append(None))
    assert breaths


class TestAcknowledging:
    @pytest.fixture
    def weak(self, world: World) -> Finding:
        world.edit_erp("hunter2")
        return world.one(Code.TOKEN_WEAK)

    def test_sets_a_finding_apart_until_that_instant(self, world: World, weak: Finding) -> None:
        until = world.clock.now + 90 * DAY
        acknowledge(world.desk, [weak], "Replaced in summer.", until)
        world.clock.now = until - timedelta(microseconds=1)
        due = Policy(rotate_after_days=0)
        (let_be,) = world.audit(due).acknowledged
        assert (let_be.finding, let_be.acknowledgement.reason) == (weak, "Replaced in summer.")
        assert world.audit(due).findings == ()
        world.clock.now = until
        assert world.audit(due).findings == (weak,)
        assert world.audit(due).acknowledged == ()

    def test_without_an_end_is_for_good(self, world: World, weak: Finding) -> None:
        acknowledge(world.desk, [weak], "It is a test system.", None)
        world.wait(4000 * DAY)
        assert world.audit(Policy(rotate_after_days=0)).findings == ()

    def test_is_of_this_finding_alone(self, world: World, weak: Finding) -> None:
        acknowledge(world.desk, [weak], "Replaced in summer.", None)
        edit_token(world.desk, shop(world), TokenFields(name="shop"), "hunter3")
        CASES[Code.TOKEN_EXPIRING][0](world)
        assert world.findings == {("token-weak", "shop"), ("token-expiring", "erp")}

    def test_keeps_the_reason_on_one_line_who_gave_it_and_when(self, world: World, weak: Finding) -> None:
        world.desk.actor = Actor("jan", "10.0.0.5", "gateway")
        (said,) = acknowledge(world.desk, [weak], "  Replaced\n in summer. ", None)
        assert (said.reason, said.by) == ("Replaced in summer.", "jan from 10.0.0.5 on gateway")
        assert (said.code, said.subject, said.subject_id) == ("token-weak", "erp", world.erp.id)
        assert BEGINNING < said.created_at <= world.clock.now
        assert list(world.desk.reader().iter_acknowledgements()) == [said]

    def test_again_takes_the_place_of_what_was_said_before(self, world: World, weak: Finding) -> None:
        (first,) = acknowledge(world.desk, [weak], "For now.", world.clock.now + DAY)
        (second,) = acknowledge(world.desk, [weak], "For longer.", world.clock.now + 9 * DAY)
        assert second.id == first.id
        assert list(world.desk.reader().iter_acknowledgements()) == [second]

    @pytest.mark.parametrize("reason", ["", " \n ", "x\x1b[31m", "x" * 1001])
    def test_needs_a_reason(self, world: World, weak: Finding, reason: str) -> None:
        with pytest.raises(Invalid) as refused:
            acknowledge(world.desk, [weak], reason, None)
        assert refused.value.field == "reason"
        assert "description" not in str(refused.value)
        assert world.findings

    def test_until_a_time_that_is_over_is_refused(self, world: World, weak: Finding) -> None:
        with pytest.raises(Invalid) as refused:
            acknowledge(world.desk, [weak], "Why not?", world.clock.now)
        assert refused.value.field == "until"

    def test_can_be_withdrawn_and_both_can_be_undone(self, world: World, weak: Finding) -> None:
        acknowledge(world.desk, [weak], "For now.", None)
        assert withdraw(world.desk, [weak]) == (weak,)
        assert world.findings == {("token-weak", "erp")}
        undo_last(world.desk)
        assert world.findings == set()
        undo_last(world.desk)
        assert world.findings == {("token-weak", "erp")}

    def test_withdrawing_what_nobody_acknowledged_changes_nothing(self, world: World, weak: Finding) -> None:
        before = world.desk.store.stamp()
        assert withdraw(world.desk, [weak]) == ()
        assert world.desk.store.stamp() == before

    def test_of_several_is_one_change_told_in_the_trail(self, world: World, weak: Finding) -> None:
        edit_token(world.desk, shop(world), TokenFields(name="shop"), "hunter3")
        acknowledge(world.desk, world.audit().findings, "For now.", None)
        assert world.findings == set()
        assert world.desk.history[-1].summary == "acknowledged 2 findings"
        undo_last(world.desk)
        assert len(world.findings) == 2
        acknowledge(world.desk, [weak], "For now.", None)
        assert world.desk.history[-1].summary == "acknowledged token-weak of erp"
