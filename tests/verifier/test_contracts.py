"""Questions as Traefik and Envoy put them, from what they document and from their source, asked in process."""

from collections.abc import Sequence

import pytest

from tests.verifier.asking import Answered, ask, question
from tests.verifier.conftest import Guarded
from tokentui.domain.fields import EndpointFields
from tokentui.exchange.proxy_configs.envoy import envoy as envoy_yaml
from tokentui.exchange.proxy_configs.places import Place, Setting
from tokentui.exchange.proxy_configs.wording import IDENTITY
from tokentui.services.endpoints import add_endpoint
from tokentui.verifier.answers import Answers
from tokentui.verifier.application import Verifier
from tokentui.verifier.networks import LOOPBACK, Networks

SETTING = Setting(Place("127.0.0.1", 8787), Place("127.0.0.1", 3000), Place("127.0.0.1", 8080))

Lines = list[tuple[str, str]]


def traefik(guarded: Guarded, target: str, authorization: Sequence[str] = (), method: str = "GET") -> Answered:
    """A sub-request of ForwardAuth with `trustForwardHeader: false` and `authRequestHeaders: [Authorization]`.

    traefik/traefik, pkg/middlewares/auth/forward.go, `writeHeader`: a GET with the headers that are allowed, all
    values of each, then the five of its own; `X-Forwarded-For` is the client that it sees, without the port. Go's
    client adds `User-Agent` and `Accept-Encoding`.
    """
    guarded.in_force.look()
    headers: Lines = [
        ("Host", "127.0.0.1:8787"),
        ("User-Agent", "Go-http-client/1.1"),
        *[("Authorization", value) for value in authorization],
        ("X-Forwarded-For", "192.0.2.9"),
        ("X-Forwarded-Host", "api.example"),
        ("X-Forwarded-Method", method),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Uri", target),
        ("Accept-Encoding", "gzip"),
    ]
    return ask(guarded.verifier, "/verify/traefik", headers)


def envoy(
    guarded: Guarded, target: str, authorization: Sequence[str] = (), method: str = "GET", **more: str
) -> Answered:
    """A check request of ext_authz over HTTP, with `path_prefix: /verify/envoy`.

    envoyproxy/envoy, source/extensions/filters/common/ext_authz/ext_authz_http_impl.cc, `RawHttpClientImpl::check`:
    the method and `:path` of the request, the path behind the prefix, `content-length: 0`, and what is allowed;
    headers that come several times are one, joined with a comma.
    """
    guarded.in_force.look()
    joined = [("authorization", ",".join(authorization))] if authorization else []
    headers: Lines = [
        ("host", "api.example"),
        ("content-length", "0"),
        *joined,
        ("x-forwarded-for", more.get("chain", "192.0.2.9")),
        ("x-envoy-internal", "true"),
        ("x-envoy-expected-rq-timeout-ms", "5000"),
    ]
    return ask(guarded.verifier, f"/verify/envoy{target}", headers, method=method)


ASKED = {"traefik": traefik, "envoy": envoy}


@pytest.fixture(params=list(ASKED))
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def test_allowed_is_200_with_the_whole_identity(guarded: Guarded, kind: str) -> None:
    """Traefik takes 2xx, Envoy 200 alone; of the headers that it is to copy, one that lacks stays the client's."""
    answer = ASKED[kind](guarded, "/orders?x=1", [f"Bearer {guarded.value('erp')}"])
    assert answer.status == 200
    token = guarded.desk.reader().token_by_name("erp")
    told = [answer.headers[name.lower()] for name in IDENTITY]
    assert told == ["erp", "endpoint", token.id, "shop/orders"]


def test_a_free_endpoint_has_an_empty_identity_and_not_none(guarded: Guarded, kind: str) -> None:
    answer = ASKED[kind](guarded, "/open")
    assert answer.status == 200
    assert [answer.headers[name.lower()] for name in IDENTITY] == ["", "", "", "shop/open"]


def test_a_refusal_is_relayed_with_its_status_and_challenge(guarded: Guarded, kind: str) -> None:
    for authorization, status, error in (
        ([], 401, ""),
        (["Bearer unknown"], 401, "invalid_token"),
        ([f"Bearer {guarded.value('crm')}"], 403, "insufficient_scope"),
        (["Bearer a", "Bearer b"], 400, "invalid_request"),
    ):
        answer = ASKED[kind](guarded, "/orders", authorization)
        assert answer.status == status
        assert answer.headers["www-authenticate"].startswith('Bearer realm="tokentui"')
        assert f'error="{error}"' in answer.headers["www-authenticate"] or not error
        assert answer.headers["cache-control"] == "no-store"


def test_the_method_asked_about_is_that_of_the_request(guarded: Guarded, kind: str) -> None:
    bearer = [f"Bearer {guarded.value('erp')}"]
    assert ASKED[kind](guarded, "/orders", bearer, "HEAD").status == 200
    assert ASKED[kind](guarded, "/orders", bearer, "POST").status == 403
    assert ASKED[kind](guarded, "/orders", bearer, "DELETE").status == 403


def test_a_token_in_the_query_is_seen(guarded: Guarded, kind: str) -> None:
    assert ASKED[kind](guarded, f"/orders?a&access%5Ftoken={guarded.value('erp')}").status == 200


@pytest.mark.parametrize(
    "target", ["//orders", "/x/../orders", "/%2e%2e/orders", "/a%2Forders", "/orders;x", "/orders#"]
)
def test_a_path_that_is_not_canonical_is_refused(guarded: Guarded, kind: str, target: str) -> None:
    assert ASKED[kind](guarded, target, [f"Bearer {guarded.value('erp')}"]).status == 400


def test_an_absolute_target_is_no_question_of_envoys(guarded: Guarded) -> None:
    """With `allow_absolute_url: false` the whole URL would stand behind the prefix."""
    assert envoy(guarded, "http://api.example/orders", [f"Bearer {guarded.value('erp')}"]).status in {400, 404}


def test_what_a_client_of_envoy_says_of_its_address_is_further_left_and_is_not_read(guarded: Guarded) -> None:
    add_endpoint(guarded.desk, EndpointFields(name="Lan", group="shop", path="/lan", ip_filter=("10.0.0.0/8",)))
    assert envoy(guarded, "/lan", chain="10.0.0.7").status == 200
    assert envoy(guarded, "/lan", chain="10.0.0.7, 192.0.2.9").status == 403
    assert envoy(guarded, "/lan", chain="10.0.0.7,192.0.2.9,127.0.0.1").status == 403


FRONT, LOOPBACK_TOO = "203.0.113.5", ("127.0.0.0/8", "::1")


@pytest.mark.parametrize("dialect", ["caddy", "envoy"])
def test_behind_a_proxy_in_front_the_client_is_seen_where_the_front_is_named_with_loopback(
    guarded: Guarded, dialect: str
) -> None:
    """docs/proxies.md: Caddy with `trusted_proxies`, and Envoy without its cut, append the front to what it says."""
    add_endpoint(guarded.desk, EndpointFields(name="Lan", group="shop", path="/lan", ip_filter=("10.0.0.0/8",)))
    guarded.in_force.look()

    def status(chain: str, *trusted: str) -> int:
        verifier = Verifier(guarded.in_force, trusted=Networks(trusted or LOOPBACK), answers=Answers())
        place, headers, asking = question(dialect, "/lan", client=chain)
        return ask(verifier, place, headers, method=asking, peer=("127.0.0.1", 1)).status

    named = (FRONT, *LOOPBACK_TOO)
    assert LOOPBACK == LOOPBACK_TOO
    assert status(f"10.0.0.7, {FRONT}", *named) == 200
    assert status(f"10.0.0.7, 198.51.100.1, {FRONT}", *named) == 403  # what the client says is further left
    assert status(f"10.0.0.7, {FRONT}") == 403  # then the front is the client
    assert status(f"10.0.0.7, {FRONT}", FRONT) == 403  # those named stand in the place of loopback


def test_envoys_configuration_says_what_to_leave_out_behind_a_proxy_in_front() -> None:
    lines = [line.strip() for line in envoy_yaml(SETTING).splitlines()]
    said = lines.index("-- --trusted-proxy 127.0.0.0/8 --trusted-proxy ::1 it then reads the chain from the right.")
    assert all(line.startswith("--") for line in lines[said - 2 : said])
    chain, cut = lines[said + 1 : said + 3]
    assert chain.startswith("local chain = ")
    assert cut.startswith('headers:replace("x-forwarded-for"')
    assert sum("chain" in line for line in lines if not line.startswith(("--", "#"))) == 3  # filter_chains is one
