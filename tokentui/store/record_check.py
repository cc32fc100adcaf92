"""Whether the records of a store can be read, hold what they may hold, and fit one another."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tokentui.domain.errors import Invalid, StoreError
from tokentui.domain.fields import EndpointFields, TokenFields, endpoint_problems, token_problems
from tokentui.domain.names import name_key
from tokentui.domain.records import Acknowledgement, Assignment, Endpoint, EndpointToken, Record
from tokentui.domain.slots import in_order
from tokentui.domain.template import Template
from tokentui.store.codec import TABLES, record_of
from tokentui.store.file_format import RESTORE
from tokentui.store.problems import Code, Problem, Severity
from tokentui.store.salvage import RawTable, Salvaged
from tokentui.store.sealed_places import Place, places_of
from tokentui.store.shape import flaw

RecordT = TypeVar("RecordT", bound=Record)

_KINDS: Mapping[str, type[Record]] = {table: kind for kind, table in TABLES.items()}
#: The highest `rev` that a record can have: one a microsecond for 285 years.
MOST_CHANGES = 2**53
_BEFORE, _AFTER = "The store is damaged: ", " Restore a backup."


@dataclass(slots=True)
class Records:
    """All records that could be read, by id."""

    by_id: dict[str, Record] = field(default_factory=dict)
    #: Ids that stand in the file, of each table, also those of records that cannot be read.
    ids: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: type[RecordT]) -> Iterator[RecordT]:
        """All of one kind."""
        return (record for record in self.by_id.values() if isinstance(record, kind))

    def name(self, id: str) -> str:
        """What people call a record; its id where that cannot be told."""
        match self.by_id.get(id):
            case Endpoint() as endpoint:
                return shown(endpoint.ref)
            case EndpointToken() as token:
                return shown(token.name)
            case Assignment() as assignment:
                return f"{self.name(assignment.token_id)} → {self.name(assignment.endpoint_id)}"
            case Acknowledgement() as acknowledgement:
                return shown(f"{acknowledgement.code} {acknowledgement.subject}")
        return shown(id)

    def places(self) -> Iterator[Place]:
        """Every value that is kept."""
        return (place for record in self.by_id.values() for place in places_of(record))


def shown(text: str) -> str:
    """The text with nothing in it that steers a terminal: what is damaged may hold anything."""
    return "".join(each if each.isprintable() else "�" for each in text) or "(empty)"


def check_records(found: Salvaged) -> tuple[Records, list[Problem]]:
    """All records that can be read, and what is wrong with them and with those that cannot."""
    records, problems = Records(), list[Problem]()
    for table in TABLES.values():
        raw = found.tables.get(table, {})
        records.ids[table] = frozenset(raw)
        problems += _read(records, table, raw)
    problems += _fields(records)
    problems += _doubled(records)
    problems += _references(records, found)
    return records, problems


# ---------------------------------------------------------------------- each by itself


def _read(records: Records, table: str, raw: RawTable) -> Iterator[Problem]:
    well_shaped = not flaw({table: raw})
    for id, document in raw.items():
        why = "" if well_shaped else flaw({table: {id: document}})
        if not why:
            try:
                record = record_of(table, id, document)
            except StoreError as error:
                why = str(error).removeprefix(_BEFORE).removesuffix(_AFTER)
            else:
                why = _id_flaw(record)
                if not why:
                    records.by_id[id] = record
        if why:
            why = why.rpartition(f"{id}: ")[2].removesuffix(".")  # the subject names it already
            yield _damaged(Code.RECORD_DAMAGED, _called(id, document), f"It cannot be read: {shown(why)}.")


def _called(id: str, document: Any) -> str:
    named = document if isinstance(document, dict) else {}
    if isinstance(named.get("group"), str) and isinstance(named.get("slug"), str):
        return shown(f"{named['group']}/{named['slug']}")
    return shown(named["name"] if isinstance(named.get("name"), str) else id)


def _id_flaw(record: Record) -> str:
    if isinstance(record, Assignment) and not (record.token_id and record.endpoint_id):
        return "its id joins no endpoint token and endpoint"
    return ""


def _fields(records: Records) -> Iterator[Problem]:
    for id, record in records.by_id.items():
        if not 1 <= record.rev <= MOST_CHANGES:
            message = f"Its rev is {record.rev}, which no number of changes has made of it."
            yield _damaged(Code.REV_INVALID, records.name(id), message)
        for name, why in _field_problems(record).items():
            yield Problem(
                code=Code.FIELD_INVALID,
                subject=records.name(id),
                message=f"Its {name} is not what it may be: {shown(why)}",
                remedy="Edit it, or restore a backup.",
            )
        if isinstance(record, Assignment):
            yield from _slot_problems(records, record)


def _field_problems(record: Record) -> dict[str, str]:
    match record:
        case Endpoint():
            return endpoint_problems(EndpointFields.of(record))
        case EndpointToken():
            return token_problems(TokenFields.of(record))
    return {}


def _slot_problems(records: Records, record: Assignment) -> Iterator[Problem]:
    if not record.slots:
        yield _mendable(Code.ASSIGNMENT_EMPTY, records.name(record.id), record.id, "It maps no slot.", "Take it away")
    elif len(in_order(record.slots)) != len(record.slots):
        yield _mendable(
            Code.SLOTS_REPEATED, records.name(record.id), record.id, "A slot is in it twice.", "Keep each once"
        )


# ---------------------------------------------------------------------- against one another


def _doubled(records: Records) -> Iterator[Problem]:
    tokens, endpoints = [*records.of(EndpointToken)], [*records.of(Endpoint)]
    rename = "Rename one of them"
    yield from _twice(records, Code.NAME_DOUBLED, tokens, lambda token: name_key(token.name), "name", rename)
    yield from _twice(records, Code.SLUG_DOUBLED, endpoints, lambda one: one.ref, "group and slug", rename)
    active = [endpoint for endpoint in endpoints if endpoint.active]
    deactivate = "Deactivate one of them, or give it another path"
    yield from _twice(records, Code.PATH_DOUBLED, active, _path_shape, "path", deactivate)
    yield from _same_values(records)


def _twice(
    records: Records, code: Code, among: Iterable[RecordT], key: Callable[[RecordT], str], what: str, remedy: str
) -> Iterator[Problem]:
    first: dict[str, RecordT] = {}
    for record in among:
        other = first.setdefault(key(record), record)
        if other is not record:
            message = f"{records.name(other.id)} ({other.id}) and {record.id} have the same {what}."
            remedies = f"{remedy}, or restore a backup."
            yield Problem(code=code, subject=records.name(record.id), message=message, remedy=remedies)


def _path_shape(endpoint: Endpoint) -> str:
    try:
        return Template.parse(endpoint.path).shape
    except Invalid:
        return f"unreadable, and so another than all: {endpoint.id}"


def _same_values(records: Records) -> Iterator[Problem]:
    """Of an endpoint token the value before its last rotation may be the same again."""
    first: dict[str, Place] = {}
    for place in records.places():
        other = first.setdefault(place.secret.digest, place)
        if other is not place and (other.record_id, other.field) != (place.record_id, place.field):
            yield Problem(
                code=Code.VALUE_DOUBLED,
                subject=place_name(records, place),
                message=f"{place_name(records, other)} has the same value.",
                remedy="Give one of them a new value, or restore a backup.",
            )


def place_name(records: Records, place: Place) -> str:
    """What people call a place at which a value is kept: a token's name, or `group/slug POST`."""
    name = records.name(place.record_id)
    return f"{name} {place.word}" if place.word else name


def _references(records: Records, found: Salvaged) -> Iterator[Problem]:
    for assignment in records.of(Assignment):
        for table, id in (("tokens", assignment.token_id), ("endpoints", assignment.endpoint_id)):
            if table in found.whole and id not in records.ids[table]:
                message = f"It is of an {_WORDS[table]} that is not there ({shown(id)})."
                name = records.name(assignment.id)
                yield _mendable(Code.ASSIGNMENT_DANGLING, name, assignment.id, message, "Take it away")
                break


_WORDS = {"tokens": "endpoint token", "endpoints": "endpoint"}


def _mendable(code: Code, subject: str, id: str, message: str, remedy: str) -> Problem:
    how = f"{remedy}: tokentui store check --repair."
    return Problem(code=code, severity=Severity.WARNING, subject=subject, message=message, remedy=how, certain=id)


def _damaged(code: Code, subject: str, message: str) -> Problem:
    return Problem(code=code, subject=subject, message=message, remedy=RESTORE)
