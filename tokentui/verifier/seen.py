"""What is kept of a request and its decision: no token's value, nor the query, which may hold one."""

from datetime import datetime

from tokentui.domain.decision import Decision, Reason, Request
from tokentui.domain.requests import SeenRequest

#: So many characters of a path are kept.
_KEPT = 512


def seen(request: Request, decision: Decision, at: datetime, microseconds: int) -> SeenRequest:
    """The request as it is recorded."""
    endpoint, reason = decision.endpoint, decision.reason
    return SeenRequest(
        at=at,
        method=request.method,
        path=path_of(request.target),
        endpoint_id=endpoint.id if endpoint else "",
        slot=decision.slot or "",
        token_id=decision.token_id,
        kind=decision.kind,
        previous=decision.previous,
        fingerprint=decision.about if reason is Reason.UNKNOWN_TOKEN else "",
        address=request.client,
        status=reason.status,
        reason=reason.value,
        duration=microseconds,
    )


def path_of(target: str | bytes) -> str:
    """The path of a target, be it malformed: one printable line without query and fragment, not too long."""
    text = target.decode("utf-8", "replace") if isinstance(target, bytes) else target
    path = text[: 4 * _KEPT].partition("?")[0].partition("#")[0]
    kept = path if path.isprintable() else "".join(each if each.isprintable() else "\ufffd" for each in path)
    return kept if len(kept) <= _KEPT else f"{kept[: _KEPT - 1]}…"
