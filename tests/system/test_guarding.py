"""The real nginx, Caddy and HAProxy, from the very output of `tokentui proxy`: who comes to the backend, as what."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import monotonic, sleep

import pytest

from tests.system.guarding import KINDS, ODD_NAME, Guarded, guarded, spellings
from tokentui.services.desk import utc_now
from tokentui.services.rotating import retire, rotate
from tokentui.services.tokens import reveal_token, set_enabled
from tokentui.verifier.answers import header_text

pytestmark = pytest.mark.system

#: A change is obeyed within this, in seconds.
OBEYED = 1.0


@pytest.fixture(scope="module", params=list(KINDS))
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    if KINDS[request.param].program is None:
        pytest.skip(f"{request.param} is not installed")
    with guarded(tmp_path_factory.mktemp(request.param), request.param) as estate:
        yield estate


def until_answered(estate: Guarded, value: str, status: int) -> float:
    """How long it takes until this value is answered with this status on `/orders`, in seconds."""
    begin = monotonic()
    while estate.ask("/orders", value).status != status:
        assert monotonic() < begin + 20
        sleep(0.01)
    return monotonic() - begin


def until_logged(estate: Guarded, text: str) -> None:
    """Wait until the proxy's log holds this."""
    end = monotonic() + 20
    while text not in estate.logged():
        assert monotonic() < end, "nothing of it is logged"
        sleep(0.01)


def test_a_mapped_token_passes_with_method_target_and_body_as_they_came(running: Guarded) -> None:
    erp = running.value("erp")
    came = running.passed("/below/a%2Bb/c@:$&,=~?q=%2f..;/&&z&y=%5B", erp, "POST", body="some=body")
    assert (came.method, came.target, came.body) == ("POST", "/below/a%2Bb/c@:$&,=~?q=%2f..;/&&z&y=%5B", b"some=body")
    for method in ("GET", "HEAD", "PUT", "PATCH"):
        assert running.passed("/orders", erp, method).method == method


def test_the_backend_learns_who_it_was_and_nothing_of_the_token(running: Guarded) -> None:
    for name, told in (("erp", "erp"), (ODD_NAME, header_text(ODD_NAME).decode())):
        token = running.desk.reader().token_by_name(name)
        came = running.passed("/orders", running.value(name))
        assert came.identity == (told, "endpoint", token.id, "g/orders")
        assert came.all("authorization") == []
        assert running.value(name) not in repr(came)


def test_a_client_cannot_say_who_it_is(running: Guarded) -> None:
    plain = ("X-Token-Name", "x-token-kind", "X-Token-Id", "X-Endpoint")
    mistakable = (
        "X.Token.Name",
        "x-token.id",
        "X_Token.Kind",
        "X.Endpoint",
        "X_Token_Name",
        "X-Token_Name",
        "X_Token-Name",
        "x_token_kind",
        "X_Token_Id",
        "X_Endpoint",
    )
    spoofed = "".join(f"{name}: root\r\n" for name in (*plain, *mistakable))
    erp = running.desk.reader().token_by_name("erp")
    for more in (spoofed, f"{spoofed}Connection: close, X-Token-Name, X-Token-Id\r\n"):
        came = running.passed("/orders", running.value("erp"), more=more)
        assert came.identity == ("erp", "endpoint", erp.id, "g/orders")
        assert running.passed("/open", more=more).identity == ("", "", "", "g/open")


def test_a_client_cannot_have_the_identity_taken_away_behind_the_backend_either(running: Guarded) -> None:
    """RFC 9110 §7.6.1: the next proxy takes away what the header Connection names."""
    names = "X-Token-Name, x-token-id, X-Endpoint"
    for more in (f"Connection: {names}\r\n", f"Connection: close, {names}\r\nProxy-Connection: {names}\r\n"):
        came = running.passed("/orders", running.value("erp"), more=more)
        assert came.identity[0] == "erp"
        said = " ".join(came.all("connection") + came.all("proxy-connection")).lower()
        assert "x-" not in said


@pytest.mark.parametrize("protocol", ["h2c", "websocket", "TLS/1.0"])
def test_no_connection_becomes_one_of_which_nothing_more_is_asked(running: Guarded, protocol: str) -> None:
    """RFC 9110 §7.8: what follows an upgrade is no request that a proxy could ask about."""
    keys = "HTTP2-Settings: AAMAAABk\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    more = f"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\n{keys}"
    for target, value in (("/orders", running.value("erp")), ("/open", None)):
        came = running.passed(target, value, more=more)
        assert came.all("upgrade") == []
        assert "upgrade" not in " ".join(came.all("connection")).lower()


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "2", "2.0", "3.0"])
def test_a_target_that_names_a_host_is_refused_whatever_version_it_says(running: Guarded, version: str) -> None:
    token = f"Authorization: Bearer {running.value('erp')}"
    for target in ("http://other/open", "http://other/orders", "https://api.example/open", "other:80"):
        before = len(running.came)
        head = f"GET {target} HTTP/{version}\r\nHost: api.example\r\nConnection: close\r\n{token}\r\n\r\n"
        assert running.send(head.encode()).status in {400, 403, 404, 426, 505}
        assert len(running.came) == before


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ("/orders?NAME=VALUE", "/orders"),
        ("/orders?NAME=VALUE&b=%5b", "/orders?b=%5b"),
        ("/orders?a=1&NAME=VALUE", "/orders?a=1"),
        ("/orders?a&NAME=VALUE&c=+", "/orders?a&c=+"),
        ("/orders?&NAME=VALUE&&xNAME=1&NAMEx=2", "/orders?&&xNAME=1&NAMEx=2"),
        ("/below/caf%C3%A9/x?NAME=VALUE", "/below/caf%C3%A9/x"),
    ],
)
def test_a_token_in_the_query_passes_and_goes_no_further_however_its_name_is_spelled(
    running: Guarded, target: str, left: str
) -> None:
    value = running.value("erp")
    for name in spellings("access_token"):
        came = running.passed(target.replace("NAME", name).replace("VALUE", value))
        assert came.target == left.replace("NAME", name)
        assert came.identity[0] == "erp"
        assert value not in repr(came)


def test_a_credential_of_a_free_endpoint_goes_no_further_either(running: Guarded) -> None:
    assert running.passed("/open", "whatever").all("authorization") == []
    assert running.passed("/open?x=1&access_token=whatever").target == "/open?x=1"
    assert running.passed("/open?access_token").target == "/open"
    before = len(running.came)
    running.ask("/open?access_token=whatever&x&%61ccess_token=this")
    assert all("whatever" not in repr(came) and "this" not in repr(came) for came in running.came[before:])


@pytest.mark.parametrize(
    "value", ["{env.HOME}", "{http.request.uri}", "${1}", "$uri", "%24%7Buri%7D", "%[src]", "a+b"]
)
def test_a_value_in_the_query_is_never_read_as_something_else(running: Guarded, value: str) -> None:
    before = len(running.came)
    answer = running.ask(f"/open?x=1&access_token={value}&y=2")
    came = [each.target for each in running.came[before:]]
    assert came == (["/open?x=1&y=2"] if answer.status == 200 else [])
    assert answer.status in {200, 400, 401}


def test_a_path_that_looks_like_the_token_is_not_changed_into_another(running: Guarded) -> None:
    """Whatever takes the token out of the query must not take it out of the path, which was asked about."""
    value = running.value("erp")
    for path in (f"/below/.&access_token={value}.", f"/below/access_token={value}&x", "/below/a!b'(c)*"):
        target = f"{path}/y?x&access_token={value}"
        before = len(running.came)
        answer = running.ask(target)
        assert [came.target for came in running.came[before:]] == ([f"{path}/y?x"] if answer.status == 200 else [])
        assert answer.status == (400 if running.kind == "caddy" else 200)


def test_refusals_and_their_challenges_are_those_of_the_verifier(running: Guarded) -> None:
    bearer = 'Bearer realm="tokentui"'
    harsh = 401 if running.kind == "nginx" else 400  # nginx makes 500 of a 400
    for target, value, status, challenge in (
        ("/orders", None, 401, bearer),
        ("/orders", "unknown", 401, f'{bearer}, error="invalid_token"'),
        ("/orders", "a,b", harsh, f'{bearer}, error="invalid_request"'),
        ("/orders", running.value("nobody"), 403, f'{bearer}, error="insufficient_scope"'),
        ("/nowhere", running.value("erp"), 403, ""),
    ):
        answer = running.stopped(target, value)
        assert answer.status == status
        assert answer.challenge.partition(", error_description=")[0] == challenge
        assert len(answer.all("www-authenticate")) == bool(challenge)
        assert answer.all("cache-control") == ["no-store"]
        assert not [name for name, _ in answer.headers if name.startswith(("x-token-", "x-endpoint"))]
    assert running.stopped("/orders", running.value("reader"), "POST").status == 403
    assert running.stopped("/orders", running.value("erp"), "DELETE").status == 403


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_what_the_backend_refuses_is_left_as_it_is(running: Guarded, status: int) -> None:
    answer = running.ask("/orders", running.value("erp"), more=f"X-Answer: {status}\r\n")
    assert (answer.status, answer.challenge, answer.all("cache-control")) == (status, "", [])


def test_what_is_logged_of_a_request_holds_no_token(running: Guarded) -> None:
    """RFC 6750 §5.3: a log is read by many who must not have the token."""
    value, secret, before = running.value("erp"), "a-secret-of-nobody", len(running.logged())
    named = [f"{name}=" for name in spellings("access_token")]
    for given in (value, secret):
        for name in named:
            running.ask(f"/orders?x=1&{name}{given}&y")
        running.ask(f"/orders?access_token={given}&%61ccess_token={given}&access_token={given}")
        running.ask(f"http://other/orders?access_token={given}")
        running.ask(f"/orders%zz?access_token={given}")
        running.ask("/open", given, more=f"Referer: http://api.example/orders?access_token={given}\r\n")
    running.ask("/open/last-of-all")
    until_logged(running, "/open/last-of-all")
    logged = running.logged()[before:]
    assert "/orders" in logged
    assert value not in logged
    assert secret not in logged


@pytest.mark.skipif(KINDS["caddy"].program is None, reason="caddy is not installed")
def test_what_caddy_logs_of_its_own_errors_holds_no_token(tmp_path: Path) -> None:
    with guarded(tmp_path, "caddy") as estate:
        estate.kill_verifier()
        assert estate.ask("/orders?access_token=a-secret-of-nobody").status == 502
        for logger in ("http.log.error", "http.log.access"):
            until_logged(estate, logger)
        assert "a-secret-of-nobody" not in estate.logged()


HOSTILE = (
    *("//orders", "/orders//", "/below//x", "/./orders", "/below/../orders", "/below/%2e%2e/orders", "/below/.%2E/x"),
    *(
        "/below/%2forders",
        "/below/a%2Fb",
        "/below/a%5Cb",
        "/orders;x",
        "/orders;/../x",
        "/below/a%3Bb",
        "/below/%252e",
    ),
    *("/orders/", "/ORDERS", "/order%73", "/orders%00", "/orders%0d%0aX: y", "/orders#", "/below/%zz", "/below/%E9"),
    *(
        "http://api.example/orders",
        "http://other/orders",
        "https://api.example/orders",
        "api.example:80",
        "*",
        "orders",
    ),
    *("/orders?access_token[]=VALUE", "/orders?ACCESS_TOKEN=VALUE", "/nowhere?x=/orders", "/nowhere#/orders"),
    *("/_tokentui", "/verify/nginx", "/verify/caddy", "/metrics"),
)


def test_no_odd_target_comes_to_the_backend(running: Guarded) -> None:
    value = running.value("erp")
    for target in HOSTILE:
        given = None if "VALUE" in target else value
        assert running.stopped(target.replace("VALUE", value), given).status in {400, 401, 403, 404}, target


def test_no_odd_bytes_come_to_the_backend(running: Guarded) -> None:
    value = running.value("erp").encode()
    for target in (b"/below/\xff", b"/below/a\x01", b"/below/a\x00b", b"/below/a b", b"/below/\\x", b"/below/\x7f"):
        before = len(running.came)
        answer = running.send(
            b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n" % (target, value)
        )
        assert answer.status in {400, 401, 403}
        assert len(running.came) == before


@pytest.mark.parametrize(
    "more",
    [
        "Authorization: Bearer VALUE\r\n",
        "Authorization: Basic eDp5\r\n",
        "Authorization: Bearer VALUE, Bearer VALUE\r\n",
    ],
)
def test_a_second_credential_is_refused_whatever_it_is(running: Guarded, more: str) -> None:
    value = running.value("erp")
    assert running.stopped("/orders", value, more=more.replace("VALUE", value)).status in {400, 401}
    assert running.stopped(f"/orders?access_token={value}", value).status in {400, 401}
    assert running.stopped(f"/orders?access_token={value}&access_token={value}").status in {400, 401}


SPOOFED = (
    "X-Original-URI: /orders\r\nX-Original-Method: GET\r\nX-Real-IP: 127.0.0.1\r\n",
    "X-Original-URI: /open\r\nX-Original-URI: /open\r\n",
    "X-Forwarded-Uri: /open\r\nX-Forwarded-Method: GET\r\nX-Forwarded-For: 127.0.0.1\r\n",
    "X-Forwarded-Uri: /open\r\nX-Forwarded-Uri: /orders\r\nX-Forwarded-For: 127.0.0.1, 127.0.0.1\r\n",
    "X_Original_URI: /open\r\nX_Forwarded_Uri: /open\r\n",
    "Connection: X-Original-URI, X-Forwarded-Uri, X-Forwarded-Method\r\n",
    "X-HTTP-Method-Override: GET\r\nX-Method-Override: GET\r\nX-Rewrite-URL: /open\r\nX-Original-URL: /open\r\n",
)


@pytest.mark.parametrize("more", SPOOFED)
def test_what_a_client_says_of_its_request_opens_nothing(running: Guarded, more: str) -> None:
    for target, name, method in (
        ("/orders", "nobody", "GET"),
        ("/nowhere", "erp", "GET"),
        ("/orders", "reader", "POST"),
    ):
        assert running.stopped(target, running.value(name), method, more).status in {400, 403}
    assert running.stopped("/orders", None, "GET", more).status in {400, 401}


def test_disabled_is_refused_within_a_second_and_another_token_is_unharmed(running: Guarded) -> None:
    desk, shop, erp = running.desk, running.value("shop"), running.value("erp")
    token = desk.reader().token_by_name("shop")
    took = []
    for _ in range(3):
        running.passed("/orders", shop)
        set_enabled(desk, [token.id], False)
        took.append(until_answered(running, shop, 401))
        assert running.stopped("/orders", shop).challenge.startswith('Bearer realm="tokentui", error="invalid_token"')
        running.passed("/orders", erp)
        set_enabled(desk, [token.id], True)
        until_answered(running, shop, 200)
    assert median(took) <= OBEYED


def test_in_a_grace_time_both_values_pass_and_after_it_the_new_one_alone(running: Guarded) -> None:
    desk, before = running.desk, running.value("shop")
    token = desk.reader().token_by_name("shop")
    rotate(desk, [token.id], utc_now() + timedelta(hours=1))
    after = reveal_token(desk, desk.reader().token_by_name("shop"))
    until_answered(running, after, 200)
    assert {running.passed("/orders", value).identity[0] for value in (before, after)} == {"shop"}
    retire(desk, [token.id])
    until_answered(running, before, 401)
    assert running.passed("/orders", after).identity[2] == token.id


def test_the_connection_to_the_verifier_is_kept(running: Guarded) -> None:
    assert running.verifier is not None
    before = running.verifier.connections()
    for _ in range(10):
        running.passed("/orders", running.value("erp"))
    assert len(running.verifier.connections() - before) <= 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_verifier_at_a_unix_socket_is_asked_as_well(tmp_path: Path, kind: str) -> None:
    if KINDS[kind].program is None:
        pytest.skip(f"{kind} is not installed")
    with guarded(tmp_path, kind, unix=True) as estate:
        assert estate.passed("/orders", estate.value("erp")).identity[0] == "erp"
        assert estate.stopped("/orders").status == 401
        estate.kill_verifier()
        assert estate.stopped("/orders", estate.value("erp")).status in {500, 502, 503}


@pytest.mark.skipif(KINDS["haproxy"].program is None, reason="haproxy is not installed")
@pytest.mark.parametrize("fault", ['error("out of order")', "do return { status = 200 } end"])
def test_where_haproxys_script_fails_nobody_is_let_in(tmp_path: Path, fault: str) -> None:
    """What is no verifier's answer is none: it has not the headers that tell who it was."""
    with guarded(tmp_path, "haproxy", fault=fault) as estate:
        assert estate.stopped("/orders", estate.value("erp")).status in {500, 503}
        assert estate.stopped("/open").status in {500, 503}


def test_with_the_verifier_killed_nobody_is_let_in_and_with_it_back_they_are(running: Guarded) -> None:
    value = running.value("erp")
    running.passed("/orders", value)
    running.kill_verifier()
    with ThreadPoolExecutor() as several:  # HAProxy takes its time: it tries again
        answers = several.map(running.stopped, ("/orders", "/open", "/nowhere"), (value, None, value))
        assert {answer.status for answer in answers} <= {500, 502, 503}
    running.start_verifier()
    assert running.passed("/orders", value).identity[0] == "erp"
