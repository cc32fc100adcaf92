"""What Prometheus is told: decisions and how the recording stands; no token's name unless it is asked for."""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from tokentui.verifier.recorder import Recorder
from tokentui.verifier.seen import Seen

CONTENT_TYPE = CONTENT_TYPE_LATEST.encode("ascii")
#: In seconds: most decisions take some microseconds.
_BUCKETS = (0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.01, 0.1, 1.0)


class Metrics:
    """Of all workers together; kept where all of them report to."""

    def __init__(self, recorder: Recorder, *, token_names: bool = False) -> None:
        self._registry = CollectorRegistry()
        self._token_names = token_names
        labels = ["endpoint", "slot", "outcome", "reason", *(["token"] if token_names else [])]
        self._decisions = Counter(
            "tokentui_decisions_total", "Requests that were decided about.", labels, registry=self._registry
        )
        self._seconds = Histogram(
            "tokentui_decision_seconds", "How long a decision took.", registry=self._registry, buckets=_BUCKETS
        )
        for name, what, amount in (
            ("waiting", "Decisions that wait to be recorded.", lambda: recorder.waiting),
            ("recorded", "Decisions that were recorded since the start.", lambda: recorder.kept),
            ("lost", "Decisions that could not be recorded since the start.", lambda: recorder.lost),
        ):
            gauge = Gauge(f"tokentui_recorder_{name}", what, registry=self._registry)
            gauge.set_function(amount)
        self._children: dict[tuple[str, ...], Counter] = {}

    def count(self, seen: Seen) -> None:
        """Count a decision."""
        outcome = "allowed" if seen.status == 200 else "refused"
        labels = (seen.endpoint, seen.slot, outcome, seen.reason, *((seen.token,) if self._token_names else ()))
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._decisions.labels(*labels)
        child.inc()
        self._seconds.observe(seen.duration / 1e6)

    def news(self) -> dict[str, Any]:
        """The text of all of them, for the workers to show."""
        return {"metrics": generate_latest(self._registry).decode()}
