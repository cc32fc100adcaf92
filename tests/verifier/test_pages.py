"""Health and metrics: how the store and the recording stand, and no secret."""

import json
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.verifier.asking import Answered, ask
from tests.verifier.batch import noted
from tests.verifier.conftest import Guarded
from tokentui.domain.decision import Reason
from tokentui.verifier.answers import Answers
from tokentui.verifier.application import Verifier
from tokentui.verifier.batches import packed
from tokentui.verifier.in_force import InForce
from tokentui.verifier.metrics import Metrics
from tokentui.verifier.networks import LOOPBACK, Networks
from tokentui.verifier.pages import health, metrics


class Clock:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def watched(guarded: Guarded, clock: Clock, *proxies: str) -> tuple[InForce, Verifier]:
    in_force = InForce(guarded.desk.store, guarded.desk.vault, max_stale=60, clock=clock)
    shown = {
        "/healthz": lambda trusted: health(in_force, {"waiting": 3, "lost": 2}, trusted),
        "/metrics": lambda trusted: metrics(in_force, {}, trusted),
    }
    return in_force, Verifier(in_force, trusted=Networks(proxies or LOOPBACK), answers=Answers(), pages=shown)


class Standing:
    """How the recording stands."""

    waiting, kept, lost, trouble = 3, 20, 2, "The disk is full."


def told(answer: Answered) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(answer.body)
    return content


def test_health_says_ok_then_stale_then_refusing(guarded: Guarded) -> None:
    clock = Clock()
    in_force, verifier = watched(guarded, clock)
    in_force.look()
    clock.now += 1
    fine = ask(verifier, "/healthz")
    assert fine.status == 200
    assert told(fine) == {
        "status": "ok",
        "store": {"age_seconds": 1.0, "trouble": "", "refuses_in_seconds": None, "endpoints": 2, "tokens": 2},
        "recorder": {"waiting": 3, "lost": 2, "trouble": ""},
    }
    store = guarded.store
    store.rename(store.with_name("elsewhere"))
    in_force.look()
    stale = ask(verifier, "/healthz")
    assert (stale.status, told(stale)["status"]) == (200, "stale")
    assert told(stale)["store"]["refuses_in_seconds"] == 59.0
    clock.now += 61
    refusing = ask(verifier, "/healthz")
    assert (refusing.status, told(refusing)["status"]) == (503, "refusing")
    store.with_name("elsewhere").rename(store)
    in_force.look()
    assert told(ask(verifier, "/healthz"))["status"] == "ok"


def test_pages_are_read_only_and_a_place_that_is_none_is_404(guarded: Guarded) -> None:
    _, verifier = watched(guarded, Clock())
    assert ask(verifier, "/healthz", method="POST").status == 405
    assert ask(verifier, "/healthz", method="HEAD").body == b""
    for place in ("/", "/verify", "/verify/", "/verify/apache", "/verify/nginx/", "/Verify/nginx"):
        assert ask(verifier, place).status == 404


def test_metrics_count_decisions_by_endpoint_slot_and_outcome_and_name_no_token() -> None:
    counted = Metrics(Standing())
    counted.add(packed([noted(), noted(reason=Reason.INSUFFICIENT_SCOPE)])[0])
    counted.add(packed([noted("/1")])[0])
    text = counted.news()["metrics"]
    assert "ERP" not in text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    decisions = {
        (one.labels["endpoint"], one.labels["slot"], one.labels["outcome"]): one.value
        for one in families["tokentui_decisions"].samples
        if one.name == "tokentui_decisions_total"
    }
    assert decisions == {("shop/orders", "GET", "allowed"): 2.0, ("shop/orders", "GET", "refused"): 1.0}
    names = ("waiting", "recorded", "lost", "failing")
    assert [families[f"tokentui_recorder_{name}"].samples[0].value for name in names] == [3, 20, 2, 1]


def test_metrics_tell_how_long_decisions_took_in_buckets_of_seconds() -> None:
    counted = Metrics(Standing())
    quick, slow = noted(), noted()
    counted.add(packed([(*quick[:3], 5), (*slow[:3], 30), (*slow[:3], 2_000_000)])[0])
    families = {family.name: family for family in text_string_to_metric_families(counted.news()["metrics"])}
    told = {
        (one.name.rpartition("_")[2], one.labels.get("le", "")): one.value
        for one in families["tokentui_decision_seconds"].samples
    }
    upto = {float(bound): value for (name, bound), value in told.items() if name == "bucket"}
    assert [upto[each] for each in (5e-6, 1e-5, 2.5e-5, 5e-5, 1.0, float("inf"))] == [1, 1, 1, 2, 2, 3]
    assert told["count", ""] == 3
    assert told["sum", ""] == pytest.approx(2.000035)


def test_metrics_name_tokens_where_that_is_asked_for() -> None:
    counted = Metrics(Standing(), token_names=True)
    counted.add(packed([noted()])[0])
    assert 'token="ERP"' in counted.news()["metrics"]


def test_a_worker_adds_its_view_of_the_store_to_the_metrics(guarded: Guarded) -> None:
    clock = Clock()
    in_force, verifier = watched(guarded, clock)
    before = ask(verifier, "/metrics").body.decode()
    assert "tokentui_store_age_seconds NaN" in before
    in_force.look()
    clock.now += 2
    families = {
        family.name: family for family in text_string_to_metric_families(ask(verifier, "/metrics").body.decode())
    }
    assert families["tokentui_store_age_seconds"].samples[0].value == 2.0
    assert families["tokentui_store_stale"].samples[0].value == 0


def test_who_is_not_trusted_hears_whether_it_goes_well_and_nothing_else(guarded: Guarded) -> None:
    clock = Clock()
    in_force, verifier = watched(guarded, clock, "10.0.0.0/8")
    in_force.look()
    guarded.store.rename(guarded.store.with_name("elsewhere"))
    in_force.look()
    for peer in ("192.0.2.1", "2001:db8::1", "", "unknown"):
        assert told(ask(verifier, "/healthz", peer=(peer, 1))) == {"status": "stale"}
        refused = ask(verifier, "/metrics", peer=(peer, 1))
        assert (refused.status, refused.body) == (403, b"")
    clock.now += 61
    refusing = ask(verifier, "/healthz", peer=("192.0.2.1", 1))
    assert (refusing.status, told(refusing)) == (503, {"status": "refusing"})


def test_trusted_proxies_loopback_and_the_unix_socket_are_told_all(guarded: Guarded) -> None:
    _, verifier = watched(guarded, Clock(), "10.0.0.0/8")
    over_tcp: list[Any] = [{"peer": (address, 1)} for address in ("10.0.0.7", "127.0.0.1", "::1")]
    for where in [*over_tcp, {"peer": None, "server": ("/run/verify.sock", None)}]:
        assert "store" in told(ask(verifier, "/healthz", **where))
        assert ask(verifier, "/metrics", **where).status == 200
