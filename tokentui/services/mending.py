"""Mending what the audit found, for many records in one change, where no everyday deed does just that."""

from collections.abc import Iterable
from dataclasses import replace

from tokentui.domain.audit.estate import Place
from tokentui.domain.records import Assignment
from tokentui.domain.slots import Slot
from tokentui.services.desk import Desk
from tokentui.store.protocol import Reader


def unmap_dead(desk: Desk, assignment_ids: Iterable[str]) -> tuple[str, ...]:
    """Take from mappings the slots in which they let nobody in, all or none.

    A slot that has come alive meanwhile stays, and so does a mapping that is no more. Returns the ids of the changed
    mappings. Raises `NotFound`, `StoreError`.
    """
    ids = tuple(dict.fromkeys(assignment_ids))
    changed = []
    with desk.change(f"unmapped {_named(desk.reader(), ids)}") as transaction:
        for id in ids:
            found = _found(transaction.reader, id)
            alive = _alive(transaction.reader, found) if found else ()
            if found is None or alive == found.slots:
                continue
            if alive:
                transaction.put(replace(found, slots=alive))
            else:
                transaction.remove(found)
            changed.append(id)
    return tuple(changed)


def _found(reader: Reader, id: str) -> Assignment | None:
    token_id, _, endpoint_id = id.partition(".")
    return reader.assignment(token_id, endpoint_id)


def _alive(reader: Reader, mapping: Assignment) -> tuple[Slot, ...]:
    place = Place.of(reader.endpoint(mapping.endpoint_id))
    return tuple(slot for slot in mapping.slots if slot in place.open)


def _named(reader: Reader, ids: tuple[str, ...]) -> str:
    if len(ids) != 1:
        return f"{len(ids)} mappings that let nobody in"
    token_id, _, endpoint_id = ids[0].partition(".")
    return f"{reader.token(token_id).name} where it is not let in at {reader.endpoint(endpoint_id).ref}"
