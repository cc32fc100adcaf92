"""The guard against a model of the nine rules that is written straight from the design, slow and simple."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.domain.worlds import NOW, SECOND, assign, digest, endpoint, token
from tokentui.domain.decision import Guard, Reason, Request
from tokentui.domain.records import Assignment, Endpoint, EndpointToken
from tokentui.domain.slots import Authentication, Slot

PATHS = ["/a/b", "/a/{x}", "/a/{x}.json", "/a/*", "/{x}/b", "/*", "/", "/a/", "/a/b/c", "/{x}", "/caf%C3%A9"]
VALUES = ["v1", "v2", "v3", "v4", "p1", "p2"]
GUARDS = {"POST": "POST", "PUT": "POST", "PATCH": "POST", "GET": "GET", "HEAD": "GET", "DELETE": "DELETE"}


@dataclass(frozen=True)
class World:
    endpoints: list[Endpoint]
    tokens: list[EndpointToken]
    assignments: list[Assignment]


SLOTS = st.lists(st.sampled_from(list(Slot)), unique=True).map(tuple)
TIMES = st.none() | st.integers(-2, 2).map(lambda seconds: NOW + seconds * SECOND)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    values = draw(st.permutations(VALUES))
    paths = draw(st.lists(st.sampled_from(PATHS), unique=True, min_size=1, max_size=5))
    endpoints = [
        endpoint(
            f"e{number}",
            path,
            draw(st.sampled_from(list(Authentication))),
            methods=draw(st.sampled_from([(Slot.POST, Slot.GET), (Slot.GET,), (Slot.POST,)])),
            allow_deleting=draw(st.booleans()),
            active=draw(st.sampled_from([True, True, True, False])),
            ip_filter=draw(st.sampled_from([(), (), ("*",), ("10.0.0.0/8",), ("192.0.2.1", "::1")])),
            primaries={draw(st.sampled_from(list(Slot))): values[number]} if number < 2 else {},
        )
        for number, path in enumerate(paths)
    ]
    tokens = [
        token(
            f"t{number}",
            values[2 + number],
            enabled=draw(st.sampled_from([True, True, True, False])),
            active=draw(st.sampled_from([True, True, True, False])),
            expires_at=draw(TIMES),
            previous=values[4 + number] if draw(st.booleans()) else "",
            previous_until=draw(TIMES),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    pairs = [(of, to) for of in tokens for to in endpoints if draw(st.booleans())]
    return World(endpoints, tokens, [assign(of, to, *draw(SLOTS)) for of, to in pairs])


TARGETS = [
    "/a/b", "/a/b", "/a/x", "/a/x.json", "/a/", "/a", "/", "/z/b", "/a/b/c", "/q/r/s", "/caf%C3%A9", "/café",
    "/a/%20",
    "//", "/a//b", "/a/../b", "/a/%2e", "/a%2fb", "/a;b", "/a/b#", "/%61/b", "/a/%252e", "/\udcff", "a", "/a b",
    "/%0a",
]  # fmt: skip
BEARERS = [f"{scheme} {value}" for scheme in ("Bearer", "bearer") for value in [*VALUES, "unknown"]]
ODD_HEADERS = ["Basic dTpw", "Bearer", "", "Bearer v1, Bearer v2"]
REQUESTS = st.builds(
    lambda method, path, query, headers, client: Request(method, path + query, tuple(headers), client),
    st.sampled_from([*GUARDS, "GET", "GET", "OPTIONS", "get"]),
    st.sampled_from(TARGETS),
    st.sampled_from(["", "", "", "?x=1;y", "?access_token=v1", "?access_token=v1&access_token=v1", "?access_token="]),
    st.lists(st.sampled_from(BEARERS), min_size=1, max_size=1)
    | st.lists(st.sampled_from(BEARERS + ODD_HEADERS), max_size=2),
    st.sampled_from(["192.0.2.1", "10.0.0.7", "::ffff:10.0.0.7", "::1", "nowhere"]),
)


def model(world: World, request: Request) -> tuple[int, str, str]:
    """Status, error and token name, by the rules of the design in their order."""
    target = str(request.target)
    path, _, query = target.partition("?")
    if not canonical(path):
        return 400, "", ""
    here = max(matching(world, unquote(path)), default=None, key=lambda each: rank(unquote(each.path)))
    if here is None:
        return 403, "", ""
    slot = GUARDS.get(request.method)
    on = {*here.methods, *(["DELETE"] if here.allow_deleting else [])}
    if slot not in on or not inside(here.ip_filter, request.client):
        return 403, "", ""
    if here.authentication == "none":
        return 200, "", ""
    parameters = [part.partition("=")[2] for part in query.split("&") if part.startswith("access_token=")]
    if len(request.authorization) + len(parameters) > 1:
        return 400, "invalid_request", ""
    if not parameters and (not request.authorization or request.authorization[0].startswith("Basic ")):
        return 401, "", ""
    value = parameters[0] if parameters else re.sub("^[Bb]earer ?", "", request.authorization[0])
    if not re.fullmatch(r"[\w.~+/-]+=*", value):
        return 400, "invalid_request", ""
    return by_value(world, here, slot, value)


def by_value(world: World, here: Endpoint, slot: str | None, value: str) -> tuple[int, str, str]:
    for home in world.endpoints:
        for own, primary in home.primaries.items():
            if primary.digest == digest(value):
                off = home.authentication == "none" or not home.active or own not in home.slots
                place = (home.id, own) == (here.id, slot)
                return answer(off, place, f"{home.ref} {own}")
    for each in world.tokens:
        current = each.secret.digest == digest(value)
        old = each.previous is not None and each.previous.digest == digest(value)
        if current or old:
            ends = [each.expires_at, *([each.previous_until or NOW] if old else [])]
            off = not each.enabled or not each.active or any(end is not None and end <= NOW for end in ends)
            slots = [of.slots for of in world.assignments if (of.token_id, of.endpoint_id) == (each.id, here.id)]
            place = here.authentication == "token" and any(slot in mapped for mapped in slots)
            return answer(off, place, each.name)
    return 401, "invalid_token", ""


def inside(entries: tuple[str, ...], client: str) -> bool:
    if not entries or "*" in entries:
        return True
    try:
        address = ipaddress.ip_address(client.removeprefix("::ffff:"))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(entry) for entry in entries)


def answer(off: bool, place: bool, name: str) -> tuple[int, str, str]:
    if off:
        return 401, "invalid_token", name
    return (200, "", name) if place else (403, "insufficient_scope", name)


def canonical(path: str) -> bool:
    return path in TARGETS[: TARGETS.index("//")]


def matching(world: World, path: str) -> Iterator[Endpoint]:
    for each in world.endpoints:
        expression = re.escape(unquote(each.path)).replace(r"\{x\}", "[^/]+").replace(r"/\*", "/.*")
        if each.active and re.fullmatch(expression, path):
            yield each


def rank(path: str) -> list[int]:
    """For each segment: 3 literal, 2 mixed, 1 a parameter, 0 the wildcard."""
    return [0 if part == "*" else 1 if part == "{x}" else 2 if "{" in part else 3 for part in path[1:].split("/")]


@settings(max_examples=600, deadline=None)
@given(worlds(), st.lists(REQUESTS, min_size=1, max_size=25))
def test_the_guard_decides_as_the_rules_read(world: World, requests: list[Request]) -> None:
    guard = Guard(world.endpoints, world.tokens, world.assignments, digest)
    for request in requests:
        decision = guard.decide(request, NOW)
        assert (decision.status, decision.error, decision.token_name) == model(world, request), decision.explanation
        assert decision.allowed == (decision.status == 200)
        assert decision.reason is not Reason.INTERNAL_ERROR


POISON = [
    "//", "/./", "/../", "/.%2e/", "%2e", "%2f", "%2F", "%5c", "\\", ";", "%3b", "#", "\x00", "\n", "\x7f", "\x85",
    "%00",
    "%0d%0a", "%7f", "%c2%85", "%ff", "\udcff", "%/", "%4/", "%zz", "%2541", "%25%32%66", "%41", "%7e", " ", "\u2028",
]  # fmt: skip
HARMLESS = st.text("abz09/-._~é", max_size=8)


@settings(max_examples=300, deadline=None)
@given(HARMLESS, st.sampled_from(POISON), HARMLESS)
@example("", "//", "")
def test_no_target_that_is_not_canonical_is_ever_allowed(before: str, poison: str, after: str) -> None:
    free = Guard(
        [endpoint("all", "/*", Authentication.NONE), endpoint("root", "/", Authentication.NONE)], [], [], digest
    )
    target = f"/{before}{poison}{after}"
    for form in (target, target.encode("utf-8", "surrogateescape")):
        decision = free.decide(Request("GET", form, (), ""), NOW)
        assert (decision.allowed, decision.status, decision.reason) == (False, 400, Reason.BAD_TARGET)


@given(st.text(), st.text() | st.binary(), st.lists(st.text(), max_size=3), st.text())
def test_the_guard_never_raises(method: str, target: str | bytes, headers: list[str], client: str) -> None:
    guard = Guard([endpoint("all", "/*", ip_filter=("10.0.0.0/8",))], [], [], digest)
    decision = guard.decide(Request(method, target, tuple(headers), client), NOW)
    assert not decision.allowed
    assert decision.explanation.isprintable()
