"""A batch of decisions as a worker tells of it: sums for the metrics, and rows for the recorder.

The rows stay the bytes that the worker made until they are recorded: who passes them on need not read them. What many
of them have in common stands in a batch once.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from tokentui.domain.decision import Decision, Reason, Request
from tokentui.domain.requests import SeenRequest
from tokentui.verifier.seen import Noted, method_of, path_of


def packed(noted: Sequence[Noted]) -> tuple[dict[str, Any], bytes]:
    """Sums, as `Metrics.add` takes them, and the rows. Raises `TypeError` where a text cannot be sent."""
    kinds: dict[tuple[object, ...], int] = {}
    first: list[Noted] = []
    rows = []
    for one in noted:
        request, decision, at, microseconds = one
        reason, endpoint, slot, token, _, _, about, previous = decision
        # By identity where that is sooner looked up: `noted` keeps all of them alive.
        kind = id(reason), id(endpoint), id(slot), token, previous, request.method
        place = kinds.get(kind)
        if place is None:
            place = kinds[kind] = len(first)
            first.append(one)
        fingerprint = about if reason is Reason.UNKNOWN_TOKEN else ""
        rows.append((place, at, path_of(request.target), request.client, fingerprint, microseconds))
    content = orjson.dumps({"kinds": [_kind(*one[:2]) for one in first], "rows": rows})
    return _sums(first, rows), content


def unpacked(content: bytes) -> list[SeenRequest]:
    """The rows, as they are recorded."""
    batch = orjson.loads(content)
    kinds = batch["kinds"]
    return [
        SeenRequest(
            at=datetime.fromisoformat(at), path=path, address=address, fingerprint=fingerprint, duration=microseconds,
            **kinds[place],
        )
        for place, at, path, address, fingerprint, microseconds in batch["rows"]
    ]  # fmt: skip


def _kind(request: Request, decision: Decision) -> dict[str, object]:
    """What all rows of one kind have in common, by the names that `SeenRequest` gives it."""
    return {
        "method": method_of(request),
        "endpoint_id": decision.endpoint.id if decision.endpoint else "",
        "slot": decision.slot or "",
        "token_id": decision.token_id,
        "kind": decision.kind,
        "previous": decision.previous,
        "status": decision.status,
        "reason": decision.reason.value,
    }


def _sums(first: Sequence[Noted], rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    amounts = Counter(row[0] for row in rows)
    return {
        "amount": len(rows),
        "decisions": [(*_labels(first[place][1]), amount) for place, amount in amounts.items()],
        "took": list(Counter(row[-1] for row in rows).items()),
    }


def _labels(decision: Decision) -> tuple[str, str, str, str, str]:
    """Endpoint, slot, outcome, reason and token, as people call them."""
    outcome = "allowed" if decision.allowed else "refused"
    endpoint = decision.endpoint.ref if decision.endpoint else ""
    return endpoint, decision.slot or "", outcome, decision.reason.value, decision.token_name
