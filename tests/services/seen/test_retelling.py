"""A request that was seen is told again: why it ended so, what would become of it now, and what would help."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.domain.worlds import NOW
from tests.services.seen.world import request, rows, story
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.masking import MASK
from tokentui.domain.reasons import Reason
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.assigning import assign
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, edit_endpoint, generate_primary, set_endpoints_active
from tokentui.services.retelling import Place, retell
from tokentui.services.rotating import rotate
from tokentui.services.tokens import add_token, new_value, set_active, set_enabled
from tokentui.store.vault import KeyVault

REFUSED: dict[str, Any] = {"status": 403, "reason": "insufficient_scope"}


def test_an_allowed_request_is_told_and_would_pass_still(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    told = story(desk, request(endpoint, token))
    assert told.sentence == "Endpoint token Zásilky may use GET of endpoint orders/returns."
    assert (told.passes, told.now, told.ways) == (True, told.sentence, ())
    assert [step.passed for step in told.steps] == [True] * 9


def test_what_was_disabled_since_is_told_as_refused_now_and_its_settings_would_help(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    set_enabled(desk, [token.id], False)
    told = story(desk, request(endpoint, token))
    assert told.sentence == "Endpoint token Zásilky may use GET of endpoint orders/returns."
    assert told.passes is False
    assert told.now == "Endpoint token Zásilky is disabled, so endpoint orders/returns refuses it."
    assert [(way.text, way.place) for way in told.ways] == [("Enable Zásilky.", Place.ENABLE)]


def test_a_slot_that_is_not_mapped_leads_to_the_mapping_and_to_assign(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    told = story(desk, request(endpoint, token, method="PUT", slot="POST", **REFUSED))
    assert told.sentence == (
        "Endpoint token Zásilky may not use POST of endpoint orders/returns: it was not mapped to that slot."
    )
    assert told.passes is False
    assert [way.place for way in told.ways] == [Place.MAPPING, Place.ASSIGN]
    assign(desk, token.id, add={endpoint.id: (Slot.POST,)}, remove={})
    told = retell(desk, desk.reader(), told.row)
    assert (told.passes, told.ways) == (True, ())


def test_an_address_outside_the_ip_filter_leads_to_the_filter(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    edit_endpoint(desk, endpoint, replace(EndpointFields.of(endpoint), ip_filter=("192.0.2.0/24",)))
    told = story(desk, request(endpoint, status=403, reason="ip_not_allowed"))
    assert "10.0.0.7 is outside the IP filter of endpoint orders/returns (now 192.0.2.0/24)" in told.sentence
    assert told.passes is False
    assert [way.place for way in told.ways] == [Place.IP_FILTER]


def test_of_a_request_that_was_refused_before_its_token_was_looked_at_more_is_not_said(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    told = story(desk, request(endpoint, status=403, reason="ip_not_allowed"))
    assert told.passes is None
    assert "as far as the token now" in told.now
    assert told.ways == ()


@pytest.mark.parametrize(
    ("tail", "reason", "now"),
    [
        ("", "bad_target", "What came behind its path is not recorded, so nothing can be said of it now."),
        ("/a\ufffdb", "bad_target", "Its path is not recorded as it came, so nothing can be said of it now."),
        ("\ufffd", "unknown_endpoint", "Its path is not recorded as it came, so nothing can be said of it now."),
        (f"/{MASK}", "unknown_endpoint", "Its path is not recorded as it came, so nothing can be said of it now."),
        ("/%2…", "unknown_endpoint", "Its path is not recorded as it came, so nothing can be said of it now."),
        ("//…", "bad_target", "Its path is not recorded as it came, so nothing can be said of it now."),
        ("", "bad_question", "What was asked for is not recorded, so nothing can be said of it now."),
    ],
)
def test_of_a_request_of_which_not_all_was_recorded_it_is_not_said_whether_it_would_pass(
    desk: Desk, tail: str, reason: str, now: str
) -> None:
    free = add_endpoint(desk, EndpointFields(name="Free", group="orders"))
    told = story(desk, request(free, path=f"{free.path}{tail}", status=400, reason=reason))
    assert (told.passes, told.now, told.ways, told.steps) == (None, now, (), ())


def test_a_path_that_is_bad_as_it_was_recorded_is_refused_still(desk: Desk, endpoint: Endpoint) -> None:
    told = story(desk, request(endpoint, path=f"{endpoint.path}//", status=400, reason="bad_target"))
    assert told.sentence == "The request target is refused as it stands: its path has an empty segment (//)."
    assert (told.passes, told.now) == (False, told.sentence)


def test_what_was_bad_in_a_path_that_was_not_recorded_as_it_came_is_not_guessed(
    desk: Desk, endpoint: Endpoint
) -> None:
    told = story(desk, request(endpoint, path=f"{endpoint.path}/\ufffd", status=400, reason="bad_target"))
    assert told.sentence == "The request target is refused as it stands: what is wrong with it is not recorded."


def rotated(desk: Desk, token: EndpointToken, days: int, grace: int = 30) -> Desk:
    """The desk so many days on, when the token is rotated; its value before is good for `grace` days more."""
    then = NOW + timedelta(days=days)
    later = replace(desk, clock=lambda: then)
    rotate(later, [token.id], then + timedelta(days=grace))
    return later


REPLACED = "It would come as far as the token now; its value was replaced since, so more cannot be said."


def test_a_value_that_was_replaced_since_is_judged_as_the_one_from_before_the_rotation(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    later = rotated(desk, token, 1)
    told = story(later, request(endpoint, token, at=NOW))
    assert told.passes is True
    assert " with its value from before the last rotation, which is valid until 2025-07-02 12:00" in told.now
    over = replace(later, clock=lambda: NOW + timedelta(days=40))
    told = retell(over, over.reader(), told.row)
    assert told.passes is False
    assert [way.text for way in told.ways] == ["Copy the new value of Zásilky, and give it to the application."]


def test_a_value_from_before_two_rotations_is_not_taken_for_a_later_one(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    rotated(desk, token, 1)
    later = rotated(desk, token, 2)
    first = story(later, request(endpoint, token, at=NOW))
    second = story(later, request(endpoint, token, at=NOW + timedelta(days=1, hours=1), previous=True))
    for told in (first, second):
        assert (told.passes, told.now, told.ways) == (None, REPLACED, ())
    assert story(later, request(endpoint, token, at=NOW + timedelta(days=1, hours=2))).passes is True
    assert story(later, request(endpoint, token, at=NOW + timedelta(days=2), previous=True)).passes is True


def test_where_a_replaced_value_would_not_matter_it_is_told_what_would(
    desk: Desk, endpoint: Endpoint, token: EndpointToken
) -> None:
    rotated(desk, token, 1)
    later = rotated(desk, token, 2)
    edit_endpoint(desk, endpoint, replace(EndpointFields.of(endpoint), ip_filter=("192.0.2.0/24",)))
    told = story(later, request(endpoint, token, at=NOW))
    assert told.passes is False
    assert [way.place for way in told.ways] == [Place.IP_FILTER]


def test_a_primary_that_was_generated_anew_since_is_not_taken_for_the_one_that_came(
    desk: Desk, endpoint: Endpoint
) -> None:
    one = request(endpoint, token_id=f"{endpoint.id}.GET", kind="primary")
    assert story(desk, one).passes is True
    later = replace(desk, clock=lambda: NOW + timedelta(days=1))
    generate_primary(later, endpoint.id, Slot.GET)
    told = retell(later, later.reader(), rows(later)[0])
    assert (told.passes, told.now, told.ways) == (None, REPLACED, ())


def test_what_would_let_a_primary_pass_that_is_off_elsewhere_is_another_token(desk: Desk, endpoint: Endpoint) -> None:
    other = add_endpoint(desk, EndpointFields(name="Orders", group="orders", authentication=Authentication.TOKEN))
    set_endpoints_active(desk, [other.id], False)
    one = request(endpoint, token_id=f"{other.id}.GET", kind="primary", status=401, reason="primary_off")
    told = story(desk, one)
    assert told.now.endswith("its own endpoint is inactive.")
    assert [(way.text, way.place) for way in told.ways] == [
        ("Give the application an endpoint token, which can be mapped to more than one slot.", None)
    ]


def test_an_unknown_token_that_somebody_has_by_now_is_told_as_his(desk: Desk, endpoint: Endpoint) -> None:
    value = new_value(desk)
    fingerprint = desk.vault.digest(value)[:8]
    one = request(endpoint, fingerprint=fingerprint, status=401, reason="unknown_token")
    told = story(desk, one)
    assert told.sentence == (
        f"The token that was sent to endpoint orders/returns is not in the store (fingerprint {fingerprint})."
    )
    assert (told.passes, told.token) == (False, None)
    late = add_token(desk, TokenFields(name="late"), value)
    told = retell(desk, desk.reader(), told.row)
    assert (
        told.now == "Endpoint token late may not use GET of endpoint orders/returns: it is not mapped to that slot."
    )
    assert told.token is not None
    assert told.token.id == late.id


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_told_whatever_is_left_of_its_records(
    desk: Desk, endpoint: Endpoint, token: EndpointToken, reason: Reason
) -> None:
    one = request(endpoint, token if reason.rule > 6 else None, status=reason.status, reason=reason.value)
    told = story(desk, one)
    assert told.sentence.endswith(".")
    assert "{" not in told.sentence
    assert "  " not in told.sentence
    gone = replace(one, endpoint_id="gone", token_id=one.token_id and "gone", at=NOW + timedelta(hours=1))
    desk.store.requests.record([gone])
    assert retell(desk, desk.reader(), rows(desk)[0]).sentence.endswith(".")


@pytest.mark.parametrize(
    ("deed", "words", "place"),
    [
        (lambda desk, endpoint, token: set_active(desk, [token.id], False), "Activate Zásilky", Place.ACTIVATE),
        (
            lambda desk, endpoint, token: set_endpoints_active(desk, [endpoint.id], False),
            "Activate orders/returns",
            Place.ACTIVATE_ENDPOINT,
        ),
        (
            lambda desk, endpoint, token: edit_endpoint(
                desk, endpoint, replace(EndpointFields.of(endpoint), path="/elsewhere")
            ),
            "Add an endpoint that answers to /api/endpoint/orders/returns.",
            Place.ADD_ENDPOINT,
        ),
        (
            lambda desk, endpoint, token: edit_endpoint(
                desk, endpoint, replace(EndpointFields.of(endpoint), methods=(Slot.POST,))
            ),
            "Let orders/returns answer GET.",
            Place.ENDPOINT,
        ),
    ],
)
def test_what_keeps_it_out_now_names_the_deed_that_would_let_it_in(
    desk: Desk, endpoint: Endpoint, token: EndpointToken, deed: Any, words: str, place: Place
) -> None:
    deed(desk, endpoint, token)
    told = story(desk, request(endpoint, token))
    assert told.passes is False
    assert told.ways[0].text.startswith(words)
    assert told.ways[0].place is place
    assert told.endpoint is not None


def test_no_key_is_needed_and_no_value_is_in_a_story(desk: Desk, endpoint: Endpoint, token: EndpointToken) -> None:
    desk.store.requests.record([request(endpoint, token)])

    def no_key() -> bytes:
        raise AssertionError("the key was asked for")

    without = replace(desk, vault=KeyVault(no_key))
    told = retell(without, without.store.reader(), rows(desk)[0])
    assert told.passes is True
    assert token.secret.digest not in repr(told)
