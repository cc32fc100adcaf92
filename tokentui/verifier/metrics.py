"""What Prometheus is told: decisions and how the recording stands; no token's name unless it is asked for."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST.encode("ascii")
#: In microseconds: most decisions take some.
_BUCKETS = (5, 10, 25, 50, 100, 250, 1_000, 10_000, 100_000, 1_000_000)
_BOUNDS = (*(str(bound / 1e6) for bound in _BUCKETS), "+Inf")


class Standing(Protocol):
    """How the recording stands, in decisions."""

    @property
    def waiting(self) -> int: ...
    @property
    def kept(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def trouble(self) -> str: ...


class Metrics(Collector):
    """Of all workers together; kept where all of them report to."""

    def __init__(self, standing: Standing, *, token_names: bool = False) -> None:
        self._token_names = token_names
        self._decisions: Counter[tuple[str, ...]] = Counter()
        self._took = [0] * len(_BOUNDS)
        self._microseconds = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        for name, what, amount in (
            ("waiting", "Decisions that wait to be recorded.", lambda: standing.waiting),
            ("recorded", "Decisions that were recorded since the start.", lambda: standing.kept),
            ("lost", "Decisions that could not be recorded since the start.", lambda: standing.lost),
            ("failing", "Whether decisions cannot be recorded now.", lambda: bool(standing.trouble)),
        ):
            gauge = Gauge(f"tokentui_recorder_{name}", what, registry=self._registry)
            gauge.set_function(amount)

    def add(self, sums: Mapping[str, Any]) -> None:
        """Add the sums of a batch."""
        for *labels, token, amount in sums["decisions"]:
            self._decisions[(*labels, *((token,) if self._token_names else ()))] += amount
        for microseconds, amount in sums["took"]:
            self._took[bisect_left(_BUCKETS, microseconds)] += amount
            self._microseconds += microseconds * amount

    def collect(self) -> Iterator[Metric]:
        """The families of what was added up; for the registry."""
        labels = ["endpoint", "slot", "outcome", "reason", *(["token"] if self._token_names else [])]
        decisions = CounterMetricFamily("tokentui_decisions", "Requests that were decided about.", labels=labels)
        for values, amount in self._decisions.items():
            decisions.add_metric(values, amount)
        yield decisions
        seconds = HistogramMetricFamily("tokentui_decision_seconds", "How long a decision took.")
        upto = [sum(self._took[: place + 1]) for place in range(len(_BOUNDS))]
        seconds.add_metric([], list(zip(_BOUNDS, upto, strict=True)), self._microseconds / 1e6)
        yield seconds

    def news(self) -> dict[str, Any]:
        """The text of all of them, for the workers to show."""
        return {"metrics": generate_latest(self._registry).decode()}
