"""Records to JSON documents and back. The document of a record does not hold its id: TinyDB keeps that as the key."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, wraps
from typing import Any

from tokentui.domain.errors import StoreError
from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken, Record, Secret
from tokentui.domain.slots import Authentication, Slot
from tokentui.store.protocol import RecordT

Document = dict[str, Any]


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:
        raise ValueError("not in UTC")
    return moment


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


@cache
def _read_slots(texts: tuple[str, ...]) -> tuple[Slot, ...]:
    """The slots; there are few combinations, and very many assignments have them."""
    return tuple(map(Slot, texts))


def _secret(secret: Secret) -> Document:
    return {
        "sealed": secret.sealed,
        "digest": secret.digest,
        "hint": secret.hint,
        "generated_at": _time(secret.generated_at),
        **({} if secret.strong else {"strong": False}),  # most are
        **({"lost": secret.lost} if secret.lost else {}),
    }


def _read_secret(document: Mapping[str, Any]) -> Secret:
    return Secret(
        sealed=document["sealed"],
        digest=document["digest"],
        hint=document["hint"],
        generated_at=_moment(document["generated_at"]),
        strong=document.get("strong") is not False,
        lost=document.get("lost", ""),
    )


#: How the fields are read that may be unreadable though they are of the right type.
_CHECKS: Mapping[str, Callable[[Any], object]] = {
    "methods": lambda texts: _read_slots(tuple(texts)),
    "slots": lambda texts: _read_slots(tuple(texts)),
    "authentication": Authentication,
    **dict.fromkeys(("created_at", "disabled_at", "expires_at", "previous_until", "rotated_at", "until"), _read_time),
}

_Read = Callable[[str, Mapping[str, Any]], RecordT]


def _telling_damage(kind: str) -> Callable[[_Read[RecordT]], _Read[RecordT]]:
    """Make a reader raise `StoreError` that names the record and the field, but no value, where it cannot be read."""

    def telling(read: _Read[RecordT]) -> _Read[RecordT]:
        @wraps(read)
        def told(id: str, document: Mapping[str, Any]) -> RecordT:
            try:
                return read(id, document)
            except (KeyError, TypeError, ValueError, AttributeError):
                field = _unreadable_field(document)
                raise StoreError(
                    f"The store is damaged: the {kind} {id}: {field} cannot be read. Restore a backup."
                ) from None

        return told

    return telling


def _unreadable_field(document: Mapping[str, Any]) -> str:
    for field in _CHECKS.keys() & document.keys():
        try:
            _CHECKS[field](document[field])
        except (TypeError, ValueError):
            return f"its field {field}"
    return "one of its token values"


def endpoint_document(endpoint: Endpoint) -> Document:
    return {
        "name": endpoint.name,
        "group": endpoint.group,
        "slug": endpoint.slug,
        "path": endpoint.path,
        "methods": list(endpoint.methods),
        "authentication": endpoint.authentication,
        "ip_filter": list(endpoint.ip_filter),
        "allow_deleting": endpoint.allow_deleting,
        "active": endpoint.active,
        "description": endpoint.description,
        "primaries": {slot.value: _secret(secret) for slot, secret in endpoint.primaries.items()},
        "created_at": _time(endpoint.created_at),
        "rev": endpoint.rev,
    }


@_telling_damage("endpoint")
def read_endpoint(id: str, document: Mapping[str, Any]) -> Endpoint:
    return Endpoint(
        id=id,
        name=document["name"],
        group=document["group"],
        slug=document["slug"],
        path=document["path"],
        methods=_read_slots(tuple(document["methods"])),
        authentication=Authentication(document["authentication"]),
        ip_filter=tuple(document["ip_filter"]),
        allow_deleting=document["allow_deleting"],
        active=document["active"],
        description=document["description"],
        primaries={Slot(slot): _read_secret(secret) for slot, secret in document["primaries"].items()},
        created_at=_moment(document["created_at"]),
        rev=document["rev"],
    )


def token_document(token: EndpointToken) -> Document:
    """Without the fields that most tokens do not have: of 100,000 documents that is a tenth of the memory."""
    seldom = {
        "expires_at": _time(token.expires_at),
        "previous": None if token.previous is None else _secret(token.previous),
        "previous_until": _time(token.previous_until),
        "rotated_at": _time(token.rotated_at),
        "disabled_at": _time(token.disabled_at),
    }
    return {
        "name": token.name,
        "secret": _secret(token.secret),
        "description": token.description,
        "enabled": token.enabled,
        "active": token.active,
        "created_at": _time(token.created_at),
        "rev": token.rev,
        **{field: value for field, value in seldom.items() if value is not None},
    }


@_telling_damage("endpoint token")
def read_token(id: str, document: Mapping[str, Any]) -> EndpointToken:
    previous = document.get("previous")
    return EndpointToken(
        id=id,
        name=document["name"],
        secret=_read_secret(document["secret"]),
        description=document["description"],
        enabled=document["enabled"],
        active=document["active"],
        expires_at=_read_time(document.get("expires_at")),
        previous=None if previous is None else _read_secret(previous),
        previous_until=_read_time(document.get("previous_until")),
        rotated_at=_read_time(document.get("rotated_at")),
        disabled_at=_read_time(document.get("disabled_at")),
        created_at=_moment(document["created_at"]),
        rev=document["rev"],
    )


def assignment_document(assignment: Assignment) -> Document:
    return {
        "slots": list(assignment.slots),
        "created_at": _time(assignment.created_at),
        "rev": assignment.rev,
    }


@_telling_damage("assignment")
def read_assignment(id: str, document: Mapping[str, Any]) -> Assignment:
    token_id, _, endpoint_id = id.partition(".")
    return Assignment(
        token_id=token_id,
        endpoint_id=endpoint_id,
        slots=_read_slots(tuple(document["slots"])),
        created_at=_moment(document["created_at"]),
        rev=document["rev"],
    )


def acknowledgement_document(acknowledgement: Acknowledgement) -> Document:
    return {
        "code": acknowledgement.code,
        "subject_id": acknowledgement.subject_id,
        "subject": acknowledgement.subject,
        "reason": acknowledgement.reason,
        "until": _time(acknowledgement.until),
        "by": acknowledgement.by,
        "created_at": _time(acknowledgement.created_at),
        "rev": acknowledgement.rev,
    }


@_telling_damage("acknowledgement")
def read_acknowledgement(id: str, document: Mapping[str, Any]) -> Acknowledgement:
    return Acknowledgement(
        id=id,
        code=document["code"],
        subject_id=document["subject_id"],
        subject=document["subject"],
        reason=document["reason"],
        until=_read_time(document["until"]),
        by=document["by"],
        created_at=_moment(document["created_at"]),
        rev=document["rev"],
    )


#: The TinyDB table of each kind of record.
TABLES: dict[type[Record], str] = {
    Endpoint: "endpoints",
    EndpointToken: "tokens",
    Assignment: "assignments",
    Acknowledgement: "acknowledgements",
}
#: Tables that came later: a store that has none of them holds no such records.
LATER = frozenset({"acknowledgements"})


def document_of(record: Record) -> Document:
    """The document that `record` is kept as."""
    match record:
        case Endpoint():
            return endpoint_document(record)
        case EndpointToken():
            return token_document(record)
        case Assignment():
            return assignment_document(record)
        case Acknowledgement():
            return acknowledgement_document(record)


_READERS: Mapping[str, Callable[[str, Mapping[str, Any]], Record]] = {
    "endpoints": read_endpoint,
    "tokens": read_token,
    "assignments": read_assignment,
    "acknowledgements": read_acknowledgement,
}


def record_of(table: str, id: str, document: Mapping[str, Any]) -> Record:
    """The record that `document` of `table` holds."""
    return _READERS[table](id, document)
