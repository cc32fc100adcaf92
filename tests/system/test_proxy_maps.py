"""Exported maps in the real proxies: they let in whom the decision function lets in, and nobody else."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from time import monotonic, sleep

import pytest
from hypothesis import HealthCheck, given, settings

from tests.exchange.any_rules import NAMES, any_rules
from tests.system import proxies
from tests.system.proxies import Answer, Proxy
from tests.system.proxy_estate import KINDS, ODD_NAMES, Estate, fill
from tokentui.domain.decision import Guard, Request
from tokentui.domain.errors import InvalidName
from tokentui.domain.fields import TokenFields
from tokentui.domain.names import check_name
from tokentui.domain.slots import SLOT_OF_METHOD, Slot
from tokentui.domain.template import Template
from tokentui.exchange.haproxy_map import haproxy_map
from tokentui.exchange.nginx_map import nginx_map
from tokentui.exchange.proxy_rules import NEVER, Door, Holder, Key, ProxyRules
from tokentui.services.desk import utc_now
from tokentui.services.endpoints import reveal_primary
from tokentui.services.tokens import edit_token, reveal_token, set_enabled, with_value

pytestmark = pytest.mark.system

POST, GET, DELETE = Slot


@pytest.fixture(params=list(KINDS))
def estate(request: pytest.FixtureRequest, tmp_path: Path) -> Estate:
    kind = KINDS[request.param]
    if kind.program is None:
        pytest.skip(f"{request.param} is not installed")
    estate = Estate(tmp_path, kind)
    fill(estate.desk)
    return estate


TARGETS = (
    *("/api/goods", "/api/goods?x=1&y=%5B", "/api/goods/", "/API/goods", "/api//goods", "/api/./goods"),
    *("/x/../api/goods", "/api/good%73", "/api%2Fgoods", "/pets/7", "/pets/cat", "/pets/c%61t", "/pets/"),
    *("/pets/%C3%A9", "/pets/a;b", "/files/a.json", "/files/a.b.c", "/files/.json", "/files/a%2Ejson"),
    *("/caf%C3%A9/1:go", "/caf%c3%a9/1%3Ago", "/caf%E9/1:go", "/below/", "/below/a/b", "/below", "/inner", "/lan"),
    *("/wan", "/six", "/all-six", "/all-four", "/shelf", "/elsewhere", "/", "/a%00b", "/a%2541", "/a\\b", "/a%5Cb"),
    *("/%2e%2e/a", "/a?b#c"),
)


@pytest.fixture
def running(estate: Estate) -> Iterator[Proxy]:
    with estate.running() as proxy:
        yield proxy


def decided(guard: Guard, target: str, value: str | None, method: str, host: str) -> int:
    headers = (f"Bearer {value}",) if value is not None else ()
    return guard.decide(Request(method, target, headers, host), utc_now()).status


def test_every_path_method_and_token_is_answered_as_the_decision_function_does(
    estate: Estate, running: Proxy
) -> None:
    guard = estate.guard()
    values = [None, estate.value("all"), estate.value("reader"), "unknown-value"]
    for target, method, value in product(TARGETS, (*SLOT_OF_METHOD, "OPTIONS"), values):
        answer = running.ask(target, value, method)
        assert answer.status == decided(guard, target, value, method, "127.0.0.1"), (target, method, value and "…")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_every_token_in_every_state_is_answered_as_the_decision_function_does(
    estate: Estate, running: Proxy, host: str
) -> None:
    guard, desk = estate.guard(), estate.desk
    reader = desk.reader()
    values = {reveal_token(desk, token): token.name for token in reader.iter_tokens()}
    values |= {f"{name}-1": name for name in ("rotated", "graceful")}
    values |= {value.swapcase(): "" for value in values} | {value[:-1]: "" for value in values}
    for target in ("/api/goods", "/pets/7", "/inner", "/lan", "/wan", "/six", "/all-six", "/all-four"):
        for value in values:
            answer = running.ask(target, value, host=host)
            expected = decided(guard, target, value, "GET", host)
            # A value that opens nothing at all is not in a map: to it the token is unknown.
            assert answer.status in (
                {expected, 401} if expected == 403 and values[value] == "nowhere" else {expected}
            )


def test_it_says_whose_token_it_was_whatever_the_name(estate: Estate, running: Proxy) -> None:
    for name in ("all", "lower", "upper", *ODD_NAMES):
        # A value of HAProxy's map is one line of words: two spaces in a name are one there.
        told = name if estate.kind.format == "nginx-map" else " ".join(name.split())
        assert running.ask("/api/goods", estate.value(name)) == Answer(200, "", told)
    assert running.ask("/") == Answer(200, "", "")


def test_primary_tokens_open_their_own_endpoint_and_slot_alone(estate: Estate, running: Proxy) -> None:
    inner = estate.desk.reader().endpoint_by_ref("g/inner")
    value = reveal_primary(estate.desk, inner, POST)
    assert running.ask("/inner", value, "PUT") == Answer(200, "", "g/inner POST")
    assert running.ask("/inner", value, "GET").status == 403
    assert running.ask("/api/goods", value, "POST").status == 403
    shelf = estate.desk.reader().endpoint_by_ref("g/shelf")
    assert running.ask("/inner", reveal_primary(estate.desk, shelf, POST), "POST").status == 401


def test_a_disabled_token_is_refused_after_the_next_export(estate: Estate) -> None:
    value = estate.value("all")
    with estate.running() as proxy:
        assert proxy.ask("/api/goods", value).status == 200
    set_enabled(estate.desk, [estate.token("all").id], False)
    with estate.running() as proxy:
        assert proxy.ask("/api/goods", value).status == 401


def test_what_ends_by_itself_is_refused_then_without_a_new_export(tmp_path: Path) -> None:
    """All kinds of proxies side by side, since it takes a while."""
    kinds = [kind for kind in KINDS.values() if kind.program is not None]
    if len(kinds) < len(KINDS):
        pytest.skip("not all proxies are installed")
    estates = [Estate(tmp_path / kind.format, kind) for kind in kinds]
    soon = utc_now().replace(microsecond=0) + timedelta(seconds=8)
    before = [with_ends(estate, soon) for estate in estates]
    with ExitStack() as opened:
        asked = [
            (opened.enter_context(estate.running()), values) for estate, values in zip(estates, before, strict=True)
        ]
        assert [proxy.ask("/lan", old).status for proxy, (old, _) in asked] == [200] * len(kinds)
        assert [proxy.ask("/api/goods", reader).status for proxy, (_, reader) in asked] == [200] * len(kinds)
        assert utc_now() < soon, "the machine is too slow for this test"
        for proxy, (old, reader) in asked:
            until_refused(proxy, reader)
            assert utc_now() >= soon
            assert proxy.ask("/lan", old).status == 401
            assert proxy.ask("/lan", "some-2").status == 200


def with_ends(estate: Estate, soon: datetime) -> tuple[str, str]:
    """Let an old value and a token end then; gives both values."""
    fill(estate.desk)
    before, reader = estate.value("some"), estate.token("reader")
    edit_token(estate.desk, reader, replace(TokenFields.of(reader), expires_at=soon))
    with estate.desk.change("rotated") as transaction:
        transaction.put(with_value(estate.desk, estate.token("some"), "some-2", until=soon))
    return before, estate.value("reader")


def until_refused(proxy: Proxy, value: str) -> None:
    end = monotonic() + 30
    while proxy.ask("/api/goods", value).status == 200:
        assert monotonic() < end
        sleep(0.1)
    assert proxy.ask("/api/goods", value).status == 401


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("", 401),
        ("Authorization: Basic eDp5\r\n", 401),
        ("Authorization: Bearer\r\n", 400),
        ("Authorization: Bearer a,b\r\n", 400),
        ("Authorization: Bearer  VALUE\r\n", 200),
        ("authorization: bEARER VALUE\r\n", 200),
        ("Authorization: Bearer VALUE\r\nAuthorization: Bearer VALUE\r\n", 400),
        ("Authorization: Bearer VALUE x\r\n", 400),
        ("X-Authorization: Bearer VALUE\r\n", 401),
        ("Authorization: Bearer VALUE,Bearer VALUE\r\n", 400),
    ],
)
def test_a_credential_is_one_bearer_token_in_one_header(
    estate: Estate, running: Proxy, more: str, status: int
) -> None:
    assert running.ask("/api/goods", more=more.replace("VALUE", estate.value("all"))).status == status


def test_the_challenge_is_that_of_rfc_6750(estate: Estate, running: Proxy) -> None:
    assert running.ask("/api/goods").challenge == 'Bearer realm="tokentui"'
    assert running.ask("/api/goods", "unknown").challenge == 'Bearer realm="tokentui", error="invalid_token"'
    assert running.ask("/").challenge == ""


@pytest.mark.parametrize("query", ["access_token=VALUE", "x=1&access%5Ftoken=VALUE", "access_token"])
def test_a_token_in_the_query_is_refused_whatever_comes_with_it(estate: Estate, running: Proxy, query: str) -> None:
    value = estate.value("all")
    for target, header in (("/api/goods", None), ("/api/goods", value), ("/", None)):
        assert running.ask(f"{target}?{query.replace('VALUE', value)}", header).status == 400


def test_odd_methods_open_nothing(estate: Estate, running: Proxy) -> None:
    value = estate.value("all")
    for method in ("get", "Get", "FOO", "m:GET", "GETX", "n:1", "t:1", "1", "G-T"):
        assert running.ask("/api/goods", value, method).status in {400, 403, 405}
        assert running.ask("/", None, method).status in {400, 403, 405}


def test_a_very_long_path_finds_no_less_guarded_endpoint(estate: Estate, running: Proxy) -> None:
    """Patterns that give up would let it fall through to the endpoint that is free."""
    for long in ("a" * 7000, "%C3%A9" * 1100, "." * 3000 + "a", "a." * 3000, "-" * 7000):
        assert running.ask(f"/files/{long}.json").status == 401
        assert running.ask(f"/pets/{long}").status == 401
        assert running.ask(f"/below/{long}/{long[:48]}/x?{'&' * 500}").status == 401


def test_no_value_is_in_the_map_of_haproxy_and_only_good_ones_in_that_of_nginx(estate: Estate) -> None:
    content = estate.export().read_text()
    values = {name: estate.value(name) for name in ("all", "reader", *ODD_NAMES)}
    if estate.kind.format == "haproxy-map":
        assert not any(value in content for value in values.values())
        assert "case-value" not in content.lower()
    else:
        assert all(value in content for value in values.values())
    for name in ("off-1", "inactive-1", "expired-1", "rotated-1"):
        assert name not in content
    assert (estate.folder / "exported").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("estate", ["nginx"], indirect=True)
def test_a_socket_has_no_address_to_nginx(estate: Estate, running: Proxy) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(estate.folder / "socket"))
        connection.sendall(b"GET /all-four HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 403")


def _is_name(text: str) -> bool:
    try:
        return check_name(text) == text
    except InvalidName:
        return False


@pytest.mark.skipif(proxies.NGINX is None, reason="nginx is not installed")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=any_rules(NAMES.filter(_is_name)))
def test_nginx_reads_a_map_whatever_the_names_and_paths(tmp_path: Path, rules: ProxyRules) -> None:
    (tmp_path / "map").write_bytes(nginx_map(rules, [])[0])
    assert proxies.refusal(proxies.nginx_configured(tmp_path, tmp_path / "map", 1)) == ""


@pytest.mark.skipif(proxies.HAPROXY is None, reason="haproxy is not installed")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=any_rules(NAMES.filter(_is_name)))
def test_haproxy_reads_a_map_whatever_the_names_and_paths(tmp_path: Path, rules: ProxyRules) -> None:
    (tmp_path / "map").write_bytes(haproxy_map(rules, []))
    assert proxies.refusal(proxies.haproxy_configured(tmp_path, tmp_path / "map", 1)) == ""


@pytest.mark.skipif(proxies.NGINX is None, reason="nginx is not installed")
def test_nginx_reads_the_longest_value_and_very_many(tmp_path: Path) -> None:
    holders = [Holder(number, f"n{number}", (Key(f"v{number}", NEVER),), ((1, GET),)) for number in range(1, 5000)]
    longest = Holder(5000, "long", (Key("w" * 1900, NEVER),), ((1, GET),))
    door = Door(1, "g/a", Template.parse("/a"), (GET,), False, ())
    (tmp_path / "map").write_bytes(nginx_map(ProxyRules(utc_now(), (door,), (*holders, longest)), [])[0])
    assert proxies.refusal(proxies.nginx_configured(tmp_path, tmp_path / "map", 1)) == ""
    with proxies.nginx(tmp_path, tmp_path / "map") as proxy:
        assert proxy.ask("/a", "w" * 1900) == Answer(200, "", "long")
        assert proxy.ask("/a", "v4999") == Answer(200, "", "n4999")
        assert proxy.ask("/a", "v5000").status == 401
