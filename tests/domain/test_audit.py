"""What the audit tells, rule by rule: at which instant, about whom, and about whom not."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from tests.domain.worlds import NOW, SECOND, assign, endpoint, token
from tokentui.domain.audit.estate import Estate, Place
from tokentui.domain.audit.findings import KINDS, Code, Finding, Severity, remedy_of
from tokentui.domain.audit.rounds import findings_of
from tokentui.domain.policy import Policy
from tokentui.domain.records import Assignment, Endpoint, EndpointToken, Record
from tokentui.domain.slots import Authentication, Slot

POST, GET, DELETE = Slot
DAY = timedelta(days=1)
#: Records of `worlds` are made at NOW.
LATER = NOW + 100 * DAY


def found(
    *records: Record,
    now: datetime = NOW,
    policy: Policy | None = None,
    seen: Mapping[str, datetime] | None = None,
    began: datetime | None = None,
) -> list[Finding]:
    endpoints = [each for each in records if isinstance(each, Endpoint)]
    estate = Estate(
        policy=policy or Policy(),
        now=now,
        places={each.id: Place.of(each) for each in endpoints},
        seen=seen or {},
        began=began,
    )
    return list(
        findings_of(
            estate,
            [each for each in records if isinstance(each, EndpointToken)],
            [each for each in records if isinstance(each, Assignment)],
        )
    )


def codes(*records: Record, **more: object) -> set[Code]:
    return {finding.code for finding in found(*records, **more)}  # type: ignore[arg-type]  # as `found` takes them


def one(code: Code, *records: Record, **more: object) -> Finding:
    (finding,) = [each for each in found(*records, **more) if each.code is code]  # type: ignore[arg-type]  # as above
    return finding


def mapped(of: EndpointToken) -> tuple[Record, ...]:
    """A token that nothing but its own state is wrong with: mapped at one of two endpoints that somebody uses."""
    here, there, other = endpoint("here"), endpoint("there"), token("other")
    return here, there, of, other, assign(of, here, GET), assign(other, there, GET)


ERP = token("erp")


def test_where_all_is_well_nothing_is_told() -> None:
    assert found(*mapped(ERP), began=NOW) == []
    assert found() == []


class TestTokenExpiry:
    @pytest.mark.parametrize(
        ("left", "code"),
        [
            (14 * DAY, None),
            (14 * DAY - SECOND, Code.TOKEN_EXPIRING),
            (SECOND, Code.TOKEN_EXPIRING),
            (0 * DAY, Code.TOKEN_EXPIRED),
            (-400 * DAY, Code.TOKEN_EXPIRED),
        ],
    )
    def test_is_told_from_the_policys_days_on_and_is_over_at_that_instant(
        self, left: timedelta, code: Code | None
    ) -> None:
        told = codes(*mapped(token("erp", expires_at=NOW + left)))
        assert told == ({code} if code else set())

    def test_of_a_disabled_token_only_the_end_is_told(self) -> None:
        assert codes(*mapped(token("erp", enabled=False, expires_at=NOW + DAY))) == set()
        assert codes(*mapped(token("erp", enabled=False, expires_at=NOW))) == {Code.TOKEN_EXPIRED}

    def test_is_not_told_beforehand_where_that_is_switched_off(self) -> None:
        soon = token("erp", expires_at=NOW + SECOND)
        assert codes(*mapped(soon), policy=Policy(expiring_within_days=0)) == set()

    def test_says_how_long(self) -> None:
        soon, over = token("erp", expires_at=NOW + 3 * DAY), token("erp", expires_at=NOW - 26 * 3600 * SECOND)
        assert one(Code.TOKEN_EXPIRING, *mapped(soon)).gist == "Expires in 3 days."
        assert one(Code.TOKEN_EXPIRED, *mapped(over)).gist == "Expired 1 day ago."


class TestRotation:
    @pytest.mark.parametrize(("age", "due"), [(90 * DAY - SECOND, False), (90 * DAY, True)])
    def test_is_due_from_the_policys_day_on(self, age: timedelta, due: bool) -> None:
        assert (Code.TOKEN_ROTATION_DUE in codes(*mapped(ERP), now=NOW + age)) is due

    def test_is_never_due_where_that_is_switched_off(self) -> None:
        assert codes(*mapped(ERP), now=LATER, policy=Policy(rotate_after_days=0)) == set()

    def test_is_no_matter_for_a_token_that_is_refused_anyway(self) -> None:
        off = token("erp", enabled=False)
        assert Code.TOKEN_ROTATION_DUE not in {
            each.code for each in found(*mapped(off), now=LATER) if each.subject == "erp"
        }


class TestWeakValue:
    def test_is_told_by_the_flag_that_was_kept_with_it(self) -> None:
        weak = replace(ERP, secret=replace(ERP.secret, strong=False))
        assert codes(*mapped(weak)) == {Code.TOKEN_WEAK}

    def test_of_a_disabled_token_is_not_told(self) -> None:
        weak = replace(ERP, secret=replace(ERP.secret, strong=False), enabled=False)
        assert codes(*mapped(weak)) == set()


class TestDisabledForLong:
    @pytest.mark.parametrize(("off", "told"), [(90 * DAY - SECOND, False), (90 * DAY, True)])
    def test_is_told_from_the_policys_day_on(self, off: timedelta, told: bool) -> None:
        disabled = replace(ERP, enabled=False, disabled_at=NOW - off)
        assert codes(*mapped(disabled)) == ({Code.TOKEN_DISABLED_LONG} if told else set())

    def test_is_never_told_where_that_is_switched_off_or_nobody_knows_since_when(self) -> None:
        disabled = replace(ERP, enabled=False, disabled_at=NOW - 999 * DAY)
        assert codes(*mapped(disabled), policy=Policy(disabled_after_days=0)) == set()
        assert codes(*mapped(replace(disabled, disabled_at=None))) == set()


class TestSilence:
    AT = NOW + 30 * DAY
    OTHER = {"token-other": AT}

    def test_of_a_token_that_was_never_seen_counts_from_when_it_was_made_or_requests_are_recorded(self) -> None:
        early, late = NOW - DAY, NOW + SECOND
        assert codes(*mapped(ERP), now=self.AT, seen=self.OTHER, began=early) == {Code.TOKEN_NEVER_SEEN}
        assert codes(*mapped(ERP), now=self.AT, seen=self.OTHER, began=late) == set()
        young = replace(ERP, created_at=NOW + SECOND)
        assert codes(*mapped(young), now=self.AT, seen=self.OTHER, began=early) == set()

    def test_where_nothing_is_recorded_nobody_is_called_silent(self) -> None:
        assert codes(*mapped(ERP), now=self.AT) == set()

    @pytest.mark.parametrize(("since", "told"), [(30 * DAY - SECOND, False), (30 * DAY, True)])
    def test_of_a_token_that_was_seen_counts_from_then(self, since: timedelta, told: bool) -> None:
        seen = {**self.OTHER, "token-erp": self.AT - since}
        assert codes(*mapped(ERP), now=self.AT, seen=seen, began=NOW) == ({Code.TOKEN_SILENT} if told else set())

    def test_is_never_told_where_that_is_switched_off(self) -> None:
        off = Policy(silent_after_days=0, never_seen_after_days=0, rotate_after_days=0)
        assert codes(*mapped(ERP), now=LATER, seen={"token-erp": NOW}, began=NOW, policy=off) == set()

    def test_of_a_disabled_token_is_no_news(self) -> None:
        assert codes(*mapped(token("erp", enabled=False)), now=self.AT, seen=self.OTHER, began=NOW) == set()


class TestGrace:
    def test_is_told_with_its_deadline_until_that_instant(self) -> None:
        rotated = token("erp", previous="old", previous_until=NOW + 3600 * SECOND)
        finding = one(Code.GRACE_OPEN, *mapped(rotated))
        assert finding.gist == "Old value ends in 1 hour (2025-06-01 13:00 UTC)."
        assert codes(*mapped(rotated), now=NOW + 3600 * SECOND) == set()

    def test_of_a_token_that_is_refused_lets_nobody_in(self) -> None:
        rotated = token("erp", previous="old", previous_until=NOW + DAY, enabled=False)
        assert codes(*mapped(rotated)) == set()


class TestUnassigned:
    def test_is_an_active_token_that_is_mapped_to_nothing_enabled_or_not(self) -> None:
        assert codes(ERP) == {Code.TOKEN_UNASSIGNED}
        assert codes(token("erp", enabled=False)) == {Code.TOKEN_UNASSIGNED}

    def test_is_no_matter_on_the_shelf(self) -> None:
        assert codes(token("erp", active=False)) == set()


class TestEverywhere:
    HERE, THERE, SHUT = endpoint("here"), endpoint("there"), endpoint("shut", active=False)
    FREE = endpoint("free", authentication=Authentication.NONE)

    def test_is_every_active_endpoint_that_endpoint_tokens_guard(self) -> None:
        places = (self.HERE, self.THERE, self.SHUT, self.FREE)
        told = one(Code.TOKEN_EVERYWHERE, *places, ERP, assign(ERP, self.HERE, GET), assign(ERP, self.THERE, POST))
        assert told.gist == "Mapped to all 2 endpoints."

    def test_is_not_all_but_one(self) -> None:
        third = endpoint("third")
        records = (self.HERE, self.THERE, third, ERP, assign(ERP, self.HERE), assign(ERP, self.THERE))
        assert Code.TOKEN_EVERYWHERE not in codes(*records)

    def test_is_not_the_only_endpoint_there_is(self) -> None:
        assert codes(self.HERE, ERP, assign(ERP, self.HERE, GET)) == set()

    @pytest.mark.parametrize(("most", "told"), [(3, True), (4, False), (0, False)])
    def test_is_delete_at_as_many_endpoints_as_the_policy_says(self, most: int, told: bool) -> None:
        places = [endpoint(f"e{number}", allow_deleting=True, ip_filter=("10.0.0.0/8",)) for number in range(5)]
        other = token("other")
        deleting = [assign(ERP, place, DELETE) for place in places[:3]]
        records: tuple[Record, ...] = (
            *places,
            ERP,
            other,
            *deleting,
            *(assign(other, place, GET) for place in places[3:]),
        )
        policy = Policy(delete_endpoints=most)
        assert codes(*records, policy=policy) == ({Code.TOKEN_EVERYWHERE} if told else set())

    def test_counts_no_delete_that_is_off(self) -> None:
        places = [endpoint(f"e{number}") for number in range(3)]
        records: list[Record] = [*places, endpoint("other"), ERP, *(assign(ERP, place) for place in places)]
        assert Code.TOKEN_EVERYWHERE not in codes(*records, policy=Policy(delete_endpoints=1))


class TestEndpoints:
    def test_that_ask_for_no_token_are_open(self) -> None:
        free = endpoint("free", authentication=Authentication.NONE)
        assert codes(free) == {Code.ENDPOINT_OPEN}

    def test_that_are_guarded_and_mapped_to_by_no_active_token_are_unused(self) -> None:
        guarded, shelved = endpoint("guarded"), token("old", active=False)
        assert codes(guarded) == {Code.ENDPOINT_UNUSED}
        assert codes(guarded, shelved, assign(shelved, guarded, GET)) == {Code.ENDPOINT_UNUSED}
        assert codes(endpoint("own", authentication=Authentication.INTERNAL)) == set()

    @pytest.mark.parametrize(
        ("ip_filter", "told"),
        [((), True), (("0.0.0.0/0",), True), (("10.0.0.0/8", "::/0"), True), (("10.0.0.7",), False)],
    )
    def test_that_allow_deleting_from_anywhere_are_told(self, ip_filter: tuple[str, ...], told: bool) -> None:
        own = endpoint("own", authentication=Authentication.INTERNAL, allow_deleting=True, ip_filter=ip_filter)
        assert codes(own) == ({Code.ENDPOINT_ANY_ADDRESS} if told else set())

    def test_that_do_not_allow_deleting_may_be_called_from_anywhere(self) -> None:
        assert codes(endpoint("own", authentication=Authentication.INTERNAL)) == set()

    def test_on_the_shelf_are_not_told(self) -> None:
        free = endpoint("free", authentication=Authentication.NONE, allow_deleting=True, active=False)
        assert codes(free, endpoint("guarded", active=False)) == set()


class TestPrimaries:
    GUARDED = endpoint("here", primaries={POST: "p", GET: "g"})

    def test_that_were_used_since_they_were_generated_are_told_by_slot(self) -> None:
        told = one(Code.PRIMARY_USED, self.GUARDED, seen={"endpoint-here.POST": NOW}, now=NOW + 3 * DAY)
        assert (told.subject, told.subject_id, told.slots) == ("orders/here POST", "endpoint-here.POST", (POST,))
        assert told.gist == "Used 3 days ago."

    def test_that_were_generated_since_are_not(self) -> None:
        assert Code.PRIMARY_USED not in codes(self.GUARDED, seen={"endpoint-here.POST": NOW - SECOND})

    def test_of_an_internal_endpoint_are_there_to_be_used(self) -> None:
        own = replace(self.GUARDED, authentication=Authentication.INTERNAL)
        assert codes(own, seen={"endpoint-here.POST": NOW}) == set()


class TestDeadMappings:
    def test_are_those_to_an_inactive_endpoint(self) -> None:
        shut = endpoint("shut", active=False)
        told = one(Code.MAPPING_DEAD, shut, ERP, assign(ERP, shut, GET, POST))
        assert (told.subject, told.subject_id) == ("erp → orders/shut", "token-erp.endpoint-shut")
        assert (told.gist, told.slots) == ("The endpoint is inactive.", (GET, POST))

    def test_are_those_to_a_slot_that_is_off_and_no_others(self) -> None:
        place = endpoint("here", methods=(GET,))
        told = one(Code.MAPPING_DEAD, place, ERP, assign(ERP, place, POST, GET, DELETE))
        assert (told.gist, told.slots) == ("POST and DELETE are off there.", (POST, DELETE))

    def test_are_those_to_an_endpoint_that_takes_primary_tokens_only(self) -> None:
        own = endpoint("own", authentication=Authentication.INTERNAL)
        assert one(Code.MAPPING_DEAD, own, ERP, assign(ERP, own, GET)).gist == "It takes primaries only."

    def test_of_an_inactive_token_are_not_told(self) -> None:
        shut, shelved = endpoint("shut", active=False), token("old", active=False)
        assert codes(shut, shelved, assign(shelved, shut, GET)) == set()

    def test_to_an_endpoint_that_is_no_more_are_passed_over(self) -> None:
        gone = endpoint("gone")
        assert codes(ERP, assign(ERP, gone)) == {Code.TOKEN_UNASSIGNED}


class TestWords:
    def test_every_code_has_a_severity_a_subject_a_deed_and_a_remedy_with_its_command(self) -> None:
        assert set(KINDS) == set(Code)
        assert all("tokentui " in remedy_of(code) and "{" not in remedy_of(code) for code in Code)

    def test_the_gravest_come_first(self) -> None:
        assert sorted(Severity, key=lambda severity: severity.rank) == ["high", "medium", "low"]

    def test_a_remedy_can_be_pasted_whatever_the_name(self) -> None:
        spaced, dashed = token("Tom's; rm -rf"), token("-x")
        assert one(Code.TOKEN_UNASSIGNED, spaced).remedy.endswith("""tokens deactivate 'Tom'"'"'s; rm -rf'""")
        assert one(Code.TOKEN_UNASSIGNED, dashed).remedy.endswith("tokens deactivate -- -x")

    def test_the_remedy_of_a_mapping_names_token_endpoint_and_slots_though_the_name_holds_an_arrow(self) -> None:
        odd, place = token("a → b"), endpoint("here", methods=(GET,))
        told = one(Code.MAPPING_DEAD, place, odd, assign(odd, place, POST, DELETE))
        assert told.remedy.endswith("tokens unassign --slots POST,DELETE 'a → b' orders/here")

    def test_the_remedy_of_a_primary_names_endpoint_and_slot(self) -> None:
        told = one(Code.PRIMARY_USED, TestPrimaries.GUARDED, seen={"endpoint-here.GET": NOW})
        assert told.remedy.endswith("endpoints generate orders/here GET")

    def test_a_finding_has_the_same_id_as_long_as_it_is_about_the_same(self) -> None:
        soon, sooner = (token("erp", expires_at=NOW + left * DAY) for left in (3, 2))
        first, second = (one(Code.TOKEN_EXPIRING, *mapped(each)) for each in (soon, sooner))
        assert first.id == second.id != one(Code.TOKEN_UNASSIGNED, soon).id

    def test_no_finding_holds_a_value(self) -> None:
        assert [each.name for each in fields(Finding)] == ["code", "subject", "subject_id", "gist", "slots"]
