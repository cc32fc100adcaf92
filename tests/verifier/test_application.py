"""Each proxy's question is answered by the decision function and nothing else."""

import pytest

from tests.verifier.conftest import Guarded
from tokentui.services.tokens import set_enabled
from tokentui.verifier.questions import DIALECTS

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@every_dialect
def test_a_mapped_token_passes_and_the_answer_says_who_it_was(guarded: Guarded, dialect: str) -> None:
    answer = guarded.asked(dialect, "/orders?page=2", guarded.value("erp"))
    token = guarded.desk.reader().token_by_name("erp")
    assert answer.status == 200
    assert {name: value for name, value in answer.headers.items() if name.startswith("x-")} == {
        "x-token-name": "erp",
        "x-token-kind": "endpoint",
        "x-token-id": token.id,
        "x-endpoint": "shop/orders",
    }


@every_dialect
def test_a_refusal_names_nobody_and_is_not_kept(guarded: Guarded, dialect: str) -> None:
    for value, method, status, error in (
        (None, "GET", 401, ""),
        ("unknown", "GET", 401, "invalid_token"),
        (guarded.value("crm"), "GET", 403, "insufficient_scope"),
        (guarded.value("erp"), "POST", 403, "insufficient_scope"),
    ):
        answer = guarded.asked(dialect, "/orders", value, method)
        assert answer.status == status
        assert (f'error="{error}"' in answer.headers["www-authenticate"]) == bool(error)
        assert answer.headers["www-authenticate"].startswith('Bearer realm="tokentui"')
        assert answer.headers["cache-control"] == "no-store"
        assert {answer.headers[f"x-{name}"] for name in ("token-name", "token-kind", "token-id", "endpoint")} == {""}


@every_dialect
def test_a_free_endpoint_passes_without_a_token_and_names_the_endpoint(guarded: Guarded, dialect: str) -> None:
    answer = guarded.asked(dialect, "/open")
    assert (answer.status, answer.headers["x-endpoint"], answer.headers["x-token-name"]) == (200, "shop/open", "")


@every_dialect
def test_a_change_in_the_store_is_obeyed_at_the_next_look(guarded: Guarded, dialect: str) -> None:
    value = guarded.value("erp")
    assert guarded.asked(dialect, "/orders", value).status == 200
    set_enabled(guarded.desk, [guarded.desk.reader().token_by_name("erp").id], False)
    assert guarded.asked(dialect, "/orders", value).status == 401


def test_nginx_gets_401_for_400_because_it_makes_an_error_of_anything_else(guarded: Guarded) -> None:
    answers = {dialect: guarded.asked(dialect, "/orders?access_token=a&access_token=b") for dialect in DIALECTS}
    assert {dialect: answer.status for dialect, answer in answers.items()} == {
        **dict.fromkeys(DIALECTS, 400),
        "nginx": 401,
    }
    assert all('error="invalid_request"' in answer.headers["www-authenticate"] for answer in answers.values())
