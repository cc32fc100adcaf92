"""What is told of a request and its decision: no token's value, nor the query, which may hold one."""

from datetime import UTC, datetime
from typing import NamedTuple

from tokentui.domain.decision import Decision, Reason, Request
from tokentui.domain.requests import SeenRequest

#: So many characters of a path are kept.
_KEPT = 512


class Seen(NamedTuple):
    """A decision, as a worker tells of it."""

    #: When, in seconds since 1970.
    at: float
    method: str
    path: str
    endpoint_id: str
    #: What people call the endpoint.
    endpoint: str
    slot: str
    token_id: str
    token: str
    kind: str
    previous: bool
    fingerprint: str
    address: str
    status: int
    reason: str
    #: In microseconds.
    duration: int

    def request(self) -> SeenRequest:
        """As it is recorded."""
        return SeenRequest(
            at=datetime.fromtimestamp(self.at, UTC),
            method=self.method,
            path=self.path,
            endpoint_id=self.endpoint_id,
            slot=self.slot,
            token_id=self.token_id,
            kind=self.kind,
            previous=self.previous,
            fingerprint=self.fingerprint,
            address=self.address,
            status=self.status,
            reason=self.reason,
            duration=self.duration,
        )


def seen(request: Request, decision: Decision, at: datetime, microseconds: int) -> tuple[object, ...]:
    """What is told of it: the fields of `Seen`, in the plain tuple that is soonest made and sent."""
    endpoint, reason = decision.endpoint, decision.reason
    return (
        at.timestamp(),
        request.method,
        path_of(request.target),
        endpoint.id if endpoint else "",
        endpoint.ref if endpoint else "",
        decision.slot or "",
        decision.token_id,
        decision.token_name,
        decision.kind,
        decision.previous,
        decision.about if reason is Reason.UNKNOWN_TOKEN else "",
        request.client,
        reason.status,
        reason.value,
        microseconds,
    )


def path_of(target: str | bytes) -> str:
    """The path of a target, be it malformed: one printable line without query and fragment, not too long."""
    if isinstance(target, bytes):
        target = target.partition(b"?")[0][: 4 * _KEPT].decode("utf-8", "replace")
    path = target.partition("?")[0].partition("#")[0]
    kept = path if path.isprintable() else "".join(each if each.isprintable() else "\ufffd" for each in path)
    return kept if len(kept) <= _KEPT else f"{kept[: _KEPT - 1]}…"
