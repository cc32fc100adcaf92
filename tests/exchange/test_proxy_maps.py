"""No name and no path breaks out of its place in a map, and what is in a map is what is good now."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain import worlds
from tests.domain.worlds import NOW, SECOND, assign, endpoint, token
from tests.exchange.any_rules import VALUES, any_rules
from tests.exchange.proxy_syntax import haproxy_pairs, nginx_blocks
from tokentui.domain.errors import Invalid
from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot
from tokentui.domain.template import Template
from tokentui.exchange.haproxy_map import digest, haproxy_map
from tokentui.exchange.inventory import Inventory
from tokentui.exchange.nginx_map import nginx_map
from tokentui.exchange.proxy_notes import deadlines
from tokentui.exchange.proxy_paths import path_pattern
from tokentui.exchange.proxy_rules import NEVER, Door, Holder, Key, ProxyRules, proxy_rules
from tokentui.exchange.wording import one_line

POST, GET, DELETE = Slot


class Values:
    """Values that anyone can see through, as `worlds.secret` digests them."""

    def of(self, token: EndpointToken) -> str:
        return token.secret.digest.removeprefix("digest of ")

    def before(self, token: EndpointToken) -> str:
        assert token.previous is not None
        return token.previous.digest.removeprefix("digest of ")

    def primary(self, endpoint: Endpoint, slot: Slot) -> str:
        return endpoint.primaries[slot].digest.removeprefix("digest of ")


def inventory_of(*records: Endpoint | EndpointToken | Assignment) -> Inventory:
    endpoints = {each.id: each for each in records if isinstance(each, Endpoint)}
    tokens = [each for each in records if isinstance(each, EndpointToken)]
    assignments = [each for each in records if isinstance(each, Assignment)]
    return Inventory(
        endpoints=tuple(endpoints.values()),
        tokens=tuple(tokens),
        assignments={
            token.id: tuple(
                (endpoints[each.endpoint_id].ref, each) for each in assignments if each.token_id == token.id
            )
            for token in tokens
        },
        acknowledgements=(),
    )


def rules_of(*records: Endpoint | EndpointToken | Assignment) -> ProxyRules:
    return proxy_rules(inventory_of(*records), Values(), NOW)


def keys_of(*records: Endpoint | EndpointToken | Assignment) -> dict[str, tuple[str, int]]:
    """Value → whose it is, and how many seconds it has."""
    found = rules_of(*records).keys
    return {key.value: (holder.name, key.until - int(NOW.timestamp())) for key, holder in found}


class TestWhatIsInIt:
    def test_tokens_that_are_good_now_with_what_they_open(self) -> None:
        place, other = endpoint(), endpoint("x", allow_deleting=True, methods=(GET,))
        erp = token("erp")
        rules = rules_of(place, other, erp, assign(erp, place, GET), assign(erp, other))
        numbers = {door.ref: door.number for door in rules.doors}
        assert rules.holders == (
            Holder(
                1,
                "erp",
                (Key("erp-value", NEVER),),
                ((numbers["orders/po"], GET), (numbers["orders/x"], GET), (numbers["orders/x"], DELETE)),
            ),
        )

    @pytest.mark.parametrize(
        "changed", [{"enabled": False}, {"active": False}, {"expires_at": NOW}, {"expires_at": NOW - SECOND}]
    )
    def test_no_token_that_is_off_or_over(self, changed: dict[str, object]) -> None:
        off = replace(token(), **changed)  # type: ignore[arg-type]  # fields of a token
        assert keys_of(endpoint(), off, assign(off, endpoint())) == {}

    @pytest.mark.parametrize(
        "place",
        [
            endpoint(active=False),
            endpoint(authentication=Authentication.INTERNAL),
            endpoint(authentication=Authentication.NONE),
            endpoint(methods=(GET,)),
        ],
    )
    def test_no_token_that_opens_nothing(self, place: Endpoint) -> None:
        assert keys_of(place, token(), assign(token(), place, POST)) == {}

    def test_values_end_with_their_token_and_their_grace_time(self) -> None:
        until = NOW + timedelta(seconds=90, milliseconds=500)
        for expires_at, ends in ((None, (NEVER - int(NOW.timestamp()), 90)), (NOW + 30 * SECOND, (30, 30))):
            old = token(previous="old", previous_until=until, expires_at=expires_at)
            assert keys_of(endpoint(), old, assign(old, endpoint())) == {
                "erp-value": ("erp", ends[0]),
                "old": ("erp", ends[1]),
            }

    @pytest.mark.parametrize("until", [None, NOW, NOW - SECOND])
    def test_no_value_before_whose_grace_time_is_over(self, until: object) -> None:
        old = token(previous="old", previous_until=until)  # type: ignore[arg-type]  # a time or none
        assert set(keys_of(endpoint(), old, assign(old, endpoint()))) == {"erp-value"}

    def test_primary_tokens_of_slots_that_are_on(self) -> None:
        place = endpoint(primaries=worlds.PRIMARIES, methods=(GET,))
        assert {value: name for value, (name, _) in keys_of(place).items()} == {"get-value": "orders/po GET"}
        assert keys_of(replace(place, authentication=Authentication.NONE)) == {}
        assert keys_of(replace(place, active=False)) == {}

    def test_paths_in_the_order_in_which_they_win(self) -> None:
        rest, param, literal = endpoint("a", "/*"), endpoint("b", "/{x}"), endpoint("c", "/y")
        assert [door.ref for door in rules_of(rest, param, literal).doors] == ["orders/c", "orders/b", "orders/a"]

    def test_two_endpoints_at_one_path_are_refused(self) -> None:
        with pytest.raises(Invalid, match="orders/a and orders/b answer to the same path"):
            rules_of(endpoint("a", "/{x}"), endpoint("b", "/{y}"))

    def test_two_holders_of_one_value_are_refused_and_no_message_holds_it(self) -> None:
        erp, crm = token("erp", "same"), token("crm", "same")
        place = endpoint()
        with pytest.raises(Invalid, match="erp and crm have the same token value: rotate one of them"):
            rules_of(place, erp, crm, assign(erp, place), assign(crm, place))

    def test_the_next_deadlines_are_told_without_a_line_of_their_own_making(self) -> None:
        soon = replace(token("a\nb"), expires_at=NOW + SECOND)
        inventory = inventory_of(endpoint(), soon, assign(soon, endpoint()))
        told = deadlines(inventory, NOW)
        assert told == ["2025-06-01T12:00:01Z a\nb expires"]
        rules = proxy_rules(inventory, Values(), NOW)
        for content in (nginx_map(rules, told)[0], haproxy_map(rules, told)):
            assert b"\n# - 2025-06-01T12:00:01Z a b expires\n" in content

    def test_no_repr_shows_a_value(self) -> None:
        place = endpoint()
        assert "erp-value" not in repr(rules_of(place, token(), assign(token(), place)))


@settings(max_examples=400, deadline=None)
@given(any_rules())
def test_nothing_breaks_out_of_its_string_in_the_map_of_nginx(rules: ProxyRules) -> None:
    blocks = nginx_blocks(nginx_map(rules, [])[0].decode())
    names = blocks["map $tokentui_holder $tokentui_holder_name"][1:]
    dollar = "${tokentui_dollar}"
    assert [[number, name.replace(dollar, "$")] for number, name in names] == [
        [str(holder.number), holder.name] for holder in rules.holders
    ]
    assert all("$" not in name.replace(dollar, "") for _, name in names)
    paths = [[f"~^{path_pattern(door.template)}$", str(door.number)] for door in rules.doors]
    assert blocks["map $tokentui_path $tokentui_endpoint"] == [["default", ""], *paths]
    assert len(blocks["map =$tokentui_given $tokentui_held"]) == 1 + len(rules.holders)
    nets = sum(1 for head in blocks if head.startswith("geo $tokentui_net_"))
    assert len(blocks) == 24 + nets


@settings(max_examples=400, deadline=None)
@given(any_rules())
def test_nothing_breaks_out_of_its_line_in_the_map_of_haproxy(rules: ProxyRules) -> None:
    pairs = haproxy_pairs(haproxy_map(rules, []))
    found = dict(pairs)
    assert len(found) == len(pairs)
    for holder in rules.holders:
        assert found[f"n:{holder.number}"] == one_line(holder.name, 300)
        assert found[f"t:{digest(holder.keys[0].value)}"] == f"{holder.number} {NEVER}"
    filters = {door.ip_filter for door in rules.doors}
    networks = sum(max(len(each), 1) for each in filters)
    opens = sum(len(holder.opens) for holder in rules.holders)
    assert (
        len(pairs)
        == 2 + len(rules.doors) + 1 + networks + 1 + 6 + 3 * len(rules.doors) + 2 * len(rules.holders) + opens
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=6, unique=True), VALUES)
def test_in_the_map_of_nginx_a_value_is_found_in_its_own_case_alone(values: list[str], asked: str) -> None:
    """As nginx looks: strings without regard to case, then the regular expressions in turn, then once more."""
    holders = tuple(Holder(number, "x", (Key(value, NEVER),), ()) for number, value in enumerate(values, start=1))
    blocks = nginx_blocks(nginx_map(ProxyRules(NOW, (), holders), [])[0].decode())
    entries = blocks["map =$tokentui_given $tokentui_held"][1:]
    strings = {left.lower(): right for left, right in entries if not left.startswith("~")}
    assert len(strings) == sum(not left.startswith("~") for left, _ in entries)
    patterns = [(left[1:], right) for left, right in entries if left.startswith("~")]
    ((_, _), (check, _)) = blocks["map $tokentui_given $tokentui_held $msec $tokentui_holder"]
    for given_value in (*values, *(value.swapcase() for value in values), asked):
        line = strings.get(f"={given_value}".lower()) or next(
            (right for left, right in patterns if re.search(left, f"={given_value}")), ""
        )
        same = re.search(_python(check[1:]), f"{given_value} {line} 1700000000.123")
        expected = values.index(given_value) + 1 if given_value in values else None
        assert (int(same["tokentui_h"]) if same else None) == expected


@given(st.integers(10**9, NEVER), st.integers(10**9, NEVER))
def test_in_the_map_of_nginx_a_value_is_good_before_its_second_alone(until: int, now: int) -> None:
    blocks = nginx_blocks(nginx_map(ProxyRules(NOW, (), ()), [])[0].decode())
    ((_, _), (check, _)) = blocks["map $tokentui_given $tokentui_held $msec $tokentui_holder"]
    for moment in (now, until, until - 1):
        found = re.search(_python(check[1:]), f"v v 1 {until:010} {moment:010}.999")
        assert bool(found) is (moment < until)


def _python(pattern: str) -> str:
    return (
        pattern.replace("(?<tokentui", "(?P<tokentui")
        .replace("\\k<tokentui_v>", "(?P=tokentui_v)")
        .replace("\\k<tokentui_d>", "(?P=tokentui_d)")
    )


def test_what_is_too_long_for_a_proxy_is_refused_and_never_left_to_a_less_guarded_path() -> None:
    long = Door(1, "g/long", Template.parse("/" + "a" * 4000), (GET,), False, ())
    rules = ProxyRules(NOW, (long, Door(2, "g/free", Template.parse("/*"), (GET,), True, ())), ())
    for write in (nginx_map, haproxy_map):
        with pytest.raises(Invalid, match="The path of g/long is too long"):
            write(rules, [])


def test_a_value_that_is_too_long_for_nginx_is_left_out_and_told() -> None:
    holders = (Holder(1, "a", (Key("v" * 1901, NEVER),), ()), Holder(2, "b", (Key("w" * 1900, NEVER),), ()))
    content, told = nginx_map(ProxyRules(NOW, (), holders), [])
    assert told == ("a: its value is too long for nginx, which refuses it.",)
    assert b"# - a: its value is too long" in content
    assert b"vvv" not in content
    assert content.count(b"w" * 1900) == 2
