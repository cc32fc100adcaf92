"""What a worker tells of itself: `/healthz` for whoever starts and watches it, `/metrics` for Prometheus."""

from collections.abc import Mapping
from typing import Any

import orjson

from tokentui.verifier.answers import Answer
from tokentui.verifier.application import Page
from tokentui.verifier.in_force import Health, InForce
from tokentui.verifier.reporting import Reporter

_STORE = """\
# HELP tokentui_store_age_seconds How long ago the store was last found to be as it is obeyed.
# TYPE tokentui_store_age_seconds gauge
tokentui_store_age_seconds {age}
# HELP tokentui_store_stale Whether the store cannot be read, so that its last good state is obeyed, or nobody passes.
# TYPE tokentui_store_stale gauge
tokentui_store_stale {stale:d}
"""
_PLAIN = b"text/plain; version=0.0.4; charset=utf-8"

#: How the recording stands, and what is told of it before the supervisor has said anything.
_STANDING: Mapping[str, int | str] = {"waiting": 0, "lost": 0, "trouble": ""}
_FORBIDDEN = Answer.of(403, []).last


def pages(in_force: InForce, reporter: Reporter) -> Mapping[str, Page]:
    """By path, what is shown there."""
    return {
        "/healthz": lambda trusted: health(in_force, reporter.news, trusted),
        "/metrics": lambda trusted: metrics(in_force, reporter.news, trusted),
    }


def health(in_force: InForce, news: Mapping[str, Any], trusted: bool) -> Answer:
    """200 while somebody can be let in, also by records that are stale; 503 where everybody is refused.

    What is wrong, and how much is guarded, is for whom we trust.
    """
    now = in_force.health()
    content: dict[str, Any] = {"status": "refusing" if not now.ok else "stale" if now.trouble else "ok"}
    if trusted:
        content |= _details(now, news)
    return _shown(200 if now.ok else 503, orjson.dumps(content) + b"\n", b"application/json")


def _details(now: Health, news: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "store": {
            "age_seconds": _rounded(now.age),
            "trouble": now.trouble,
            "refuses_in_seconds": _rounded(now.left),
            "endpoints": now.endpoints,
            "tokens": now.tokens,
        },
        "recorder": {name: news.get(name, otherwise) for name, otherwise in _STANDING.items()},
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def metrics(in_force: InForce, news: Mapping[str, Any], trusted: bool) -> Answer:
    """Those of all workers, as they were told within the last second, and this worker's view of the store.

    They name endpoints, so others than whom we trust get none.
    """
    if not trusted:
        return _FORBIDDEN
    now = in_force.health()
    age = "NaN" if now.age is None else f"{now.age:.3f}"
    text = news.get("metrics", "") + _STORE.format(age=age, stale=bool(now.trouble))
    return _shown(200, text.encode(), _PLAIN)


def _shown(status: int, body: bytes, kind: bytes) -> Answer:
    return Answer.of(status, [(b"cache-control", b"no-store")], body, kind)
