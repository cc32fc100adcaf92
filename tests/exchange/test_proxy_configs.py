"""What the configurations of proxies hold: the dialect's own headers, the token's every spelling, and no way past."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.errors import Invalid
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication
from tokentui.domain.target import BadTarget, parse_target
from tokentui.exchange.proxy_configs.caddy import caddy
from tokentui.exchange.proxy_configs.envoy import envoy
from tokentui.exchange.proxy_configs.haproxy import haproxy, haproxy_lua
from tokentui.exchange.proxy_configs.nginx import nginx
from tokentui.exchange.proxy_configs.places import Place, Setting
from tokentui.exchange.proxy_configs.traefik import traefik
from tokentui.exchange.proxy_configs.wording import IDENTITY, NAME, mistakable, told

SETTING = Setting(Place("127.0.0.1", 8787), Place("127.0.0.1", 3000), Place("127.0.0.1", 8080), ("g/a: GET of /a",))
AT_SOCKET = Setting(Place(socket="/run/x/verify.sock"), SETTING.backend, SETTING.listen)


def _haproxy(setting: Setting) -> str:
    return haproxy(setting, "/etc/haproxy/tokentui.lua")


ALL: dict[str, Callable[[Setting], str]] = {
    "nginx": nginx,
    "caddy": caddy,
    "traefik": traefik,
    "haproxy": _haproxy,
    "envoy": envoy,
}


@pytest.mark.parametrize("kind", ALL)
def test_every_place_is_filled_in_and_the_comments_tell_what_is_guarded(kind: str) -> None:
    text = ALL[kind](SETTING)
    assert not re.search(r"@[A-Z_]+@", text)
    assert "# - g/a: GET of /a\n" in text
    assert "127.0.0.1:3000" in text or kind == "envoy"
    for name in IDENTITY:
        assert name.lower() in text.lower() + haproxy_lua().lower()


@pytest.mark.parametrize("kind", ALL)
def test_where_no_endpoint_is_guarded_yet_the_comments_say_so(kind: str) -> None:
    text = ALL[kind](replace(SETTING, guarded=()))
    assert "When this was written, there were no active ones yet.\n" in text
    assert "there were:" not in text


def test_the_identity_headers_of_a_refusal_stay_with_caddy() -> None:
    """Caddy gives what is not 2xx to the client as it came; `header_down` is for that answer alone."""
    asking = caddy(SETTING).partition("forward_auth")[2].partition("}")[0]
    for name in IDENTITY:
        assert f"\theader_down -{name}\n" in asking


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind != "traefik"])
def test_a_verifier_may_be_at_a_unix_socket(kind: str) -> None:
    text = ALL[kind](AT_SOCKET)
    assert "/run/x/verify.sock" in text
    assert "8787" not in text


def test_traefik_cannot_ask_at_a_socket() -> None:
    with pytest.raises(Invalid, match="HTTP alone"):
        traefik(AT_SOCKET)


_BITS = st.sampled_from(["access_token", "access%5Ftoken", "access%5ftoken", "%61ccess_token", "access_toke%6E"])
_ODD = st.sampled_from(["access_token[]", "Access_token", "access%255Ftoken", "x", "", "%", "access_token%00", "é"])


@given(st.lists(st.one_of(_BITS, _ODD, st.text("acestokn_%56F7", max_size=12)), max_size=3).map("".join))
def test_a_name_is_taken_away_where_the_verifier_takes_it_for_the_token(name: str) -> None:
    try:
        read = bool(parse_target(f"/x?{name}=1").access_tokens)
    except BadTarget:
        return
    assert bool(re.fullmatch(NAME, name)) == read


def test_the_spellings_that_a_backend_may_mistake_are_all_with_an_underscore_or_a_dot() -> None:
    said = mistakable("X-Token-Name")
    assert len(said) == len(set(said)) == 8
    assert {"X-Token_Name", "X_Token-Name", "X_Token_Name", "X.Token.Name", "X_Token.Name", "X-Token.Name"} < set(
        said
    )
    assert mistakable("X-Endpoint") == ["X_Endpoint", "X.Endpoint"]


def test_the_endpoints_are_told_in_order_and_inactive_ones_are_not(endpoint: Callable[..., Endpoint]) -> None:
    token = Authentication.TOKEN
    lines = told(
        [
            endpoint(slug="b", path="/b/{id}", authentication=token),
            endpoint(slug="a", path="/a"),
            endpoint(slug="c", path="/c", active=False),
        ]
    )
    assert lines == ("g/a: POST, GET of /a (free)", "g/b: POST, GET of /b/{id}")


@pytest.fixture
def endpoint() -> Callable[..., Endpoint]:
    from datetime import UTC, datetime

    def made(**fields: Any) -> Endpoint:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return Endpoint(**{"id": fields["slug"], "name": fields["slug"], "group": "g", "created_at": now, **fields})

    return made


class TestPlaces:
    @pytest.mark.parametrize(
        "url",
        [
            *(
                "",
                "127.0.0.1:80",
                "https://x",
                "http://",
                "http://x/path",
                "http://x:0",
                "http://x:65536",
                "http://x y",
            ),
            *("http://x;evil", "http://x\n", "http://-x", "http://x?y", "http://a@b", "ftp://x", "http://x:1:2"),
        ],
    )
    def test_what_could_stand_for_something_else_is_refused(self, url: str) -> None:
        with pytest.raises(Invalid):
            Place.of_url(url, "backend")

    @pytest.mark.parametrize("text", ["", "x", "0", "65536", "1.2.3.4", ":80", "a b:80", "80;", "80\n", "unix:/x"])
    def test_where_to_listen_is_a_port_and_perhaps_an_address(self, text: str) -> None:
        with pytest.raises(Invalid):
            Place.to_listen(text)

    @pytest.mark.parametrize(
        "url", ["unix:", "unix:x", "unix:/a b", "unix:/a;b", "unix:/a{", "unix:/a\n", "unix:/@A@é"]
    )
    def test_a_socket_is_a_plain_path(self, url: str) -> None:
        with pytest.raises(Invalid):
            Place.of_verifier(url)

    def test_are_read(self) -> None:
        assert Place.of_url("http://api.example", "backend") == Place("api.example", 80)
        assert Place.of_url("http://[::1]:3000/", "backend").bare_host == "::1"
        assert Place.of_verifier("unix:/run/a/b.sock") == Place(socket="/run/a/b.sock")
        assert Place.to_listen("81") == Place("127.0.0.1", 81)
        assert Place.to_listen("*:81") == Place("*", 81)


class TestNginx:
    text = nginx(SETTING)

    def test_asks_with_the_headers_of_its_dialect_and_nothing_of_the_clients(self) -> None:
        asking = self.text.partition("location = /_tokentui")[2]
        names = re.findall(r"proxy_set_header (\S+) (\S+);", asking)
        assert dict(names) == {
            "Connection": '""',
            "Content-Length": '""',
            "Authorization": "$http_authorization",
            "X-Original-Method": "$request_method",
            "X-Original-URI": "$request_uri",
            "X-Real-IP": "$remote_addr",
        }
        assert "proxy_pass_request_headers off;" in asking
        assert "keepalive" in self.text.partition("upstream tokentui_verifier")[2].partition("}")[0]


class TestTraefik:
    document = yaml.safe_load(traefik(SETTING))["http"]

    def test_asks_with_authorization_alone_and_believes_no_client(self) -> None:
        """doc.traefik.io, "ForwardAuth": `authRequestHeaders`, `trustForwardHeader`, `authResponseHeaders`."""
        assert self.document["middlewares"]["tokentui-ask"]["forwardAuth"] == {
            "address": "http://127.0.0.1:8787/verify/traefik",
            "trustForwardHeader": False,
            "authRequestHeaders": ["Authorization"],
            "authResponseHeaders": list(IDENTITY),
        }

    def test_the_credential_goes_no_further_and_the_question_comes_before_that(self) -> None:
        router = self.document["routers"]["tokentui"]
        assert router["middlewares"] == ["tokentui-foreign", "tokentui-ask", "tokentui-strip"]
        strip = self.document["middlewares"]["tokentui-strip"]["headers"]["customRequestHeaders"]
        assert strip == {"Authorization": ""}  # an empty value removes it: doc.traefik.io, "Headers"

    def test_a_client_takes_nothing_away_and_opens_no_tunnel(self) -> None:
        """What Connection names goes before the backend, identity or not: CVE-2024-45410."""
        foreign = self.document["middlewares"]["tokentui-foreign"]["headers"]["customRequestHeaders"]
        gone = {
            *("Connection", "Upgrade"),
            *IDENTITY,
            *(spelling for name in IDENTITY for spelling in mistakable(name)),
        }
        assert foreign == dict.fromkeys(gone, "")

    def test_a_token_in_the_query_is_refused_before_any_other_rule(self) -> None:
        query, rest = self.document["routers"]["tokentui-query"], self.document["routers"]["tokentui"]
        assert query["rule"] == "PathPrefix(`/`) && QueryRegexp(`access_token`, `.*`)"
        assert query["priority"] > rest["priority"]
        refuse = self.document["middlewares"][query["middlewares"][0]]["ipAllowList"]
        assert refuse == {"sourceRange": ["255.255.255.255/32"], "rejectStatusCode": 400}

    def test_every_middleware_and_service_that_is_named_is_there(self) -> None:
        for router in self.document["routers"].values():
            assert set(router["middlewares"]) <= set(self.document["middlewares"])
            assert router["service"] in self.document["services"]


class TestEnvoy:
    static = yaml.safe_load(envoy(SETTING))["static_resources"]
    manager = static["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    filters = {each["name"]: each["typed_config"] for each in manager["http_filters"]}

    def test_asks_before_anything_but_what_takes_the_clients_words_away(self) -> None:
        assert list(self.filters) == [
            "tokentui.foreign",
            "envoy.filters.http.ext_authz",
            "tokentui.query",
            "envoy.filters.http.router",
        ]
        foreign = self.filters["tokentui.foreign"]["default_source_code"]["inline_string"]
        names = [spelling for name in IDENTITY for spelling in (name, *mistakable(name))]
        assert all(f'headers:remove("{name.lower()}")' in foreign for name in names)

    def test_refuses_where_the_verifier_does_not_answer(self) -> None:
        asking = self.filters["envoy.filters.http.ext_authz"]
        assert asking["failure_mode_allow"] is False
        assert asking["status_on_error"] == {"code": "ServiceUnavailable"}

    def test_asks_with_path_address_and_credential_and_takes_the_identity(self) -> None:
        """envoyproxy.io, api-v3, `extensions.filters.http.ext_authz.v3.ExtAuthz` and `HttpService`."""
        asking = self.filters["envoy.filters.http.ext_authz"]
        service = asking["http_service"]
        assert service["path_prefix"] == "/verify/envoy"
        assert [each["exact"] for each in asking["allowed_headers"]["patterns"]] == [
            "authorization",
            "x-forwarded-for",
        ]
        answers = service["authorization_response"]
        taken = [each["exact"] for each in answers["allowed_upstream_headers"]["patterns"]]
        assert taken == [name.lower() for name in IDENTITY]
        relayed = [each["exact"] for each in answers["allowed_client_headers"]["patterns"]]
        assert relayed == ["www-authenticate", "cache-control"]

    def test_leaves_the_path_to_the_verifier_and_sees_the_client_itself(self) -> None:
        assert self.manager["normalize_path"] is False
        assert self.manager["merge_slashes"] is False
        assert self.manager["use_remote_address"] is True
        underscores = self.manager["common_http_protocol_options"]["headers_with_underscores_action"]
        assert underscores == "DROP_HEADER"

    def test_the_credential_goes_no_further(self) -> None:
        (route,) = self.manager["route_config"]["virtual_hosts"][0]["routes"]
        assert route["request_headers_to_remove"] == ["authorization"]
        assert route["match"] == {"prefix": "/"}
        script = self.filters["tokentui.query"]["default_source_code"]["inline_string"]
        assert "local function without_token(target)" in script  # which HAProxy runs in tests/system

    def test_every_cluster_that_is_named_is_there(self) -> None:
        names = {cluster["name"] for cluster in self.static["clusters"]}
        server = self.filters["envoy.filters.http.ext_authz"]["http_service"]["server_uri"]
        (route,) = self.manager["route_config"]["virtual_hosts"][0]["routes"]
        assert {server["cluster"], route["route"]["cluster"]} == names
