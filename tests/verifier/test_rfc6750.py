"""RFC 6750 §2 and §3, and RFC 9110 on challenges: each MUST and SHOULD that touches who guards a resource."""

import re
from pathlib import Path

import pytest

from tests.verifier.asking import Answered, ask, question
from tests.verifier.conftest import Guarded, furnished
from tokentui.domain.decision import Decision, Reason
from tokentui.services.tokens import set_enabled
from tokentui.verifier.answers import Answer, Answers, InvalidRealm
from tokentui.verifier.application import Verifier
from tokentui.verifier.networks import Networks
from tokentui.verifier.questions import DIALECTS

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)
#: Those that get the status as it is.
plain_dialects = pytest.mark.parametrize("dialect", [name for name in DIALECTS if name != "nginx"])

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*"'
_PARAM = rf"({_TOKEN})[ \t]*=[ \t]*({_TOKEN}|{_QUOTED})"
_CHALLENGE = re.compile(rf"({_TOKEN}) +{_PARAM}(?:[ \t]*,[ \t]*{_PARAM})*")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    """One for all of them: what changes it has its own."""
    return furnished(tmp_path_factory.mktemp("guarded"))


def challenge(answer: Answered) -> tuple[str, list[tuple[str, str]]]:
    """Scheme and parameters of the one challenge, by the grammar of RFC 9110 §11.6.1."""
    text = answer.headers["www-authenticate"]
    assert _CHALLENGE.fullmatch(text), text
    scheme, _, rest = text.partition(" ")
    return scheme, [(name, value.strip('"')) for name, value in re.findall(_PARAM, rest)]


def parameters(answer: Answered) -> dict[str, str]:
    return dict(challenge(answer)[1])


def with_header(guarded: Guarded, dialect: str, *values: str, target: str = "/orders") -> Answered:
    guarded.in_force.look()
    place, headers, asking = question(dialect, target)
    return ask(guarded.verifier, place, [*headers, *(("Authorization", value) for value in values)], method=asking)


# ---------------------------------------------------------------------- §2: how a token is sent


@every_dialect
def test_rfc6750_2_1_the_header_is_a_way_that_must_be_known(guarded: Guarded, dialect: str) -> None:
    assert with_header(guarded, dialect, f"Bearer {guarded.value('erp')}").status == 200


@every_dialect
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_rfc6750_2_1_the_scheme_is_known_in_any_case(guarded: Guarded, dialect: str, scheme: str) -> None:
    """RFC 9110 §11.1 says so of every scheme."""
    assert with_header(guarded, dialect, f"{scheme} {guarded.value('erp')}").status == 200
    assert parameters(with_header(guarded, dialect, f"{scheme} unknown"))["error"] == "invalid_token"


@every_dialect
def test_rfc6750_2_1_one_space_or_more_stand_before_the_token(guarded: Guarded, dialect: str) -> None:
    assert with_header(guarded, dialect, f"Bearer    {guarded.value('erp')}").status == 200
    assert with_header(guarded, dialect, f"Bearer\t{guarded.value('erp')}").status == (
        401 if dialect == "nginx" else 400
    )


@plain_dialects
@pytest.mark.parametrize(
    "token", ["a b", "a,b", 'a"b', "a=b", "=", "", "a\u00e9", "a%20", "a(b", "a:b", "a;b", "a@b", "{a}", "a\\"]
)
def test_rfc6750_2_1_what_is_no_b64token_is_malformed(guarded: Guarded, dialect: str, token: str) -> None:
    answer = with_header(guarded, dialect, f"Bearer {token}")
    assert (answer.status, parameters(answer)["error"]) == (400, "invalid_request")


@every_dialect
@pytest.mark.parametrize("token", ["A", "z9", "a-._~+/b", "a=", "a==", "-", "/"])
def test_rfc6750_2_1_what_is_a_b64token_is_looked_up(guarded: Guarded, dialect: str, token: str) -> None:
    answer = with_header(guarded, dialect, f"Bearer {token}")
    assert (answer.status, parameters(answer)["error"]) == (401, "invalid_token")


@every_dialect
def test_rfc6750_2_2_a_token_in_a_body_is_not_looked_for(guarded: Guarded, dialect: str) -> None:
    """That way MAY be known, and proxies do not hand the body on."""
    guarded.in_force.look()
    place, headers, asking = question(dialect, "/orders")
    form = [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "77")]
    answer = ask(guarded.verifier, place, [*headers, *form], method=asking)
    assert (answer.status, "error" in parameters(answer)) == (401, False)


@every_dialect
def test_rfc6750_2_3_the_query_parameter_is_a_way_that_may_be_known(guarded: Guarded, dialect: str) -> None:
    value = guarded.value("erp")
    for target in (f"/orders?access_token={value}", f"/orders?p=q&access_token={value}&x=1"):
        assert guarded.asked(dialect, target).status == 200


@every_dialect
def test_rfc6750_2_3_success_by_the_query_is_private_to_caches(guarded: Guarded, dialect: str) -> None:
    by_query = guarded.asked(dialect, f"/orders?access_token={guarded.value('erp')}")
    assert by_query.headers["cache-control"] == "private"
    for other in (
        guarded.asked(dialect, "/orders", guarded.value("erp")),
        guarded.asked(dialect, "/open?access_token=x"),
    ):
        assert "cache-control" not in other.headers  # proxies hand it on, and the backend's own is to stand


@every_dialect
def test_rfc6750_2_3_no_refusal_may_be_kept_by_a_cache(guarded: Guarded, dialect: str) -> None:
    value = guarded.value("crm")
    asked = [
        ("/orders", value),
        ("/orders", None),
        ("/nowhere", None),
        (f"/orders?access_token={value}", None),
        ("//", None),
    ]
    assert all(guarded.asked(dialect, *each).headers["cache-control"] == "no-store" for each in asked)


@every_dialect
def test_rfc6750_2_more_than_one_way_or_token_is_invalid_request(guarded: Guarded, dialect: str) -> None:
    value = guarded.value("erp")
    bearer = f"Bearer {value}"
    for answer in (
        with_header(guarded, dialect, bearer, target=f"/orders?access_token={value}"),
        with_header(guarded, dialect, bearer, bearer),
        with_header(guarded, dialect, f"{bearer}, {bearer}"),
        with_header(guarded, dialect, "Basic dTpw", target=f"/orders?access_token={value}"),
        guarded.asked(dialect, f"/orders?access_token={value}&access_token={value}"),
    ):
        assert (answer.status, parameters(answer)["error"]) == (401 if dialect == "nginx" else 400, "invalid_request")


# ---------------------------------------------------------------------- §3: what is answered


@every_dialect
def test_rfc6750_3_who_does_not_bring_a_token_that_opens_gets_a_challenge(guarded: Guarded, dialect: str) -> None:
    erp, crm = guarded.value("erp"), guarded.value("crm")
    for value, method in ((None, "GET"), ("unknown", "GET"), (crm, "GET"), (erp, "POST"), ("a,b", "GET")):
        scheme, found = challenge(guarded.asked(dialect, "/orders", value, method))
        assert (scheme, found[0]) == ("Bearer", ("realm", "tokentui"))


@every_dialect
def test_rfc6750_3_without_credentials_there_is_no_error_code(guarded: Guarded, dialect: str) -> None:
    """Nor any other word on the error (§3.1), and another scheme is no bearer token."""
    for answer in (guarded.asked(dialect, "/orders"), with_header(guarded, dialect, "Basic dTpw")):
        assert answer.status == 401
        assert challenge(answer) == ("Bearer", [("realm", "tokentui")])
        assert answer.body == b"401\n"


@every_dialect
def test_rfc6750_3_who_brought_a_token_and_failed_gets_the_error_code(guarded: Guarded, dialect: str) -> None:
    found = parameters(guarded.asked(dialect, "/orders", "unknown"))
    assert found["error"] == "invalid_token"
    assert found["error_description"]


def every_refusal() -> list[Answered]:
    """Each that there is, in both of its forms."""
    answers = Answers("the realm")
    all_of_them = [
        answers.of(Decision(reason), only) for reason in Reason if reason.status != 200 for only in (False, True)
    ]
    return [Answered(each.start["status"], headers_of(each), b"") for each in all_of_them]


def headers_of(answer: Answer) -> dict[str, str]:
    return {name.decode(): value.decode("ascii") for name, value in answer.start["headers"]}


def test_rfc6750_3_the_scheme_is_bearer_and_no_attribute_comes_twice() -> None:
    challenges = [challenge(each) for each in every_refusal() if "www-authenticate" in each.headers]
    assert challenges
    for scheme, found in challenges:
        names = [name for name, _ in found]
        assert scheme == "Bearer"
        assert len(names) == len(set(names)) >= 1
        assert set(names) <= {"realm", "error", "error_description"}


def test_rfc6750_3_error_and_description_hold_the_characters_that_they_may() -> None:
    for each in every_refusal():
        if "www-authenticate" in each.headers:
            found = parameters(each)
            for name in ("error", "error_description"):
                assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", found.get(name, ""))


@plain_dialects
def test_rfc6750_3_1_each_error_has_its_status(guarded: Guarded, dialect: str) -> None:
    for value, method, status, error in (
        ("a,b", "GET", 400, "invalid_request"),
        ("unknown", "GET", 401, "invalid_token"),
        (guarded.value("erp"), "POST", 403, "insufficient_scope"),
    ):
        answer = guarded.asked(dialect, "/orders", value, method)
        assert (answer.status, parameters(answer)["error"]) == (status, error)


def test_rfc6750_3_1_nginx_gets_401_for_400_with_the_same_error_code(guarded: Guarded) -> None:
    answer = guarded.asked("nginx", "/orders", "a,b")
    assert (answer.status, parameters(answer)["error"]) == (401, "invalid_request")


@every_dialect
def test_rfc6750_3_1_revoked_and_unknown_are_alike(tmp_path: Path, dialect: str) -> None:
    guarded = furnished(tmp_path)
    value = guarded.value("erp")
    set_enabled(guarded.desk, [guarded.desk.reader().token_by_name("erp").id], False)
    assert guarded.asked(dialect, "/orders", value) == guarded.asked(dialect, "/orders", "unknown")


# ---------------------------------------------------------------------- RFC 9110


def test_rfc9110_15_5_2_every_401_has_a_challenge() -> None:
    assert all("www-authenticate" in each.headers for each in every_refusal() if each.status == 401)


@every_dialect
def test_rfc9110_11_6_1_there_is_one_challenge_in_one_header(guarded: Guarded, dialect: str) -> None:
    """`ask` finds a header that comes twice."""
    assert guarded.asked(dialect, "/orders").headers["www-authenticate"].count("Bearer") == 1


@pytest.mark.parametrize("realm", ["api", "Orders & more", "a" * 200, "it's (ours): {x}, <y>/z=1;"])
def test_rfc9110_11_5_the_realm_is_a_quoted_string(guarded: Guarded, realm: str) -> None:
    verifier = Verifier(guarded.in_force, trusted=Networks(), answers=Answers(realm))
    guarded.in_force.look()
    place, headers, asking = question("caddy", "/orders")
    found = ask(verifier, place, headers, method=asking)
    assert f'realm="{realm}"' in found.headers["www-authenticate"]
    assert parameters(found)["realm"] == realm


@pytest.mark.parametrize("realm", ["", 'a"b', "a\\b", "a\r\nX: y", "a\x00", "caf\u00e9", "a\tb", "a%22b"])
def test_rfc9110_11_5_a_realm_that_could_leave_its_quotes_is_refused(realm: str) -> None:
    with pytest.raises(InvalidRealm):
        Answers(realm)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_rfc9110_15_5_6_a_method_that_asks_nothing_is_told_which_do(guarded: Guarded, method: str) -> None:
    answer = ask(guarded.verifier, "/verify/nginx", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@every_dialect
def test_rfc9110_9_3_2_head_is_answered_as_get_without_the_body(guarded: Guarded, dialect: str) -> None:
    guarded.in_force.look()
    place, headers, _ = question(dialect, "/orders")
    get, head = (ask(guarded.verifier, place, headers, method=method) for method in ("GET", "HEAD"))
    assert (head.status, head.headers) == (get.status, get.headers)
    assert head.body == b""
