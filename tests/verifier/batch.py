"""Batches as workers tell them, and decisions for them."""

from datetime import timedelta

from tests.domain.worlds import NOW
from tokentui.domain.decision import Decision, Reason, Request
from tokentui.domain.records import Endpoint
from tokentui.domain.requests import SeenRequest
from tokentui.domain.slots import Slot
from tokentui.verifier.batches import packed
from tokentui.verifier.seen import Noted

ORDERS = Endpoint(id="orders", name="Orders", group="shop", slug="orders", path="/orders", created_at=NOW)


def noted(path: str = "/0", number: int = 0, **changes: object) -> Noted:
    """`ERP` may GET orders, so many seconds after `NOW`."""
    allowed = Decision(Reason.ALLOWED, ORDERS, Slot.GET, "erp", "ERP", "endpoint")
    request = Request("GET", path.encode(), (), "192.0.2.7")
    return request, allowed._replace(**changes), NOW + timedelta(seconds=number), 7  # type: ignore[arg-type]


def rows(*paths: str, begin: int = 0) -> bytes:
    """Rows of requests of these paths, one after the other, from so many seconds after `NOW`."""
    return packed([noted(path, number) for number, path in enumerate(paths, begin)])[1]


def recorded(path: str) -> SeenRequest:
    """What is recorded of it."""
    return SeenRequest(
        at=NOW,
        method="GET",
        path=path,
        endpoint_id="orders",
        slot="GET",
        token_id="erp",
        kind="endpoint",
        address="192.0.2.7",
        status=200,
        reason="allowed",
        duration=7,
    )
