"""Records whose values were sealed with another key, sealed anew: each value is open for a moment, kept nowhere."""

from collections.abc import Callable
from dataclasses import replace

from tokentui.domain.records import Endpoint, EndpointToken, Record, Secret
from tokentui.services.rekeying import sealed_with
from tokentui.store.protocol import Vault
from tokentui.store.record_check import Records
from tokentui.store.sealed_places import Place, places_of

_Reseal = Callable[[Place], Secret]


def resealed(records: Records, old: Vault, new: Vault, standing: Records) -> Records:
    """The records, their values sealed with the key of `new`; raises `SealError` where one does not open with `old`.

    A value that stands in the store at the same place stays as it is sealed there: it is no other one.
    """
    by_id = {id: _resealed(record, _sealer(old, new, standing.by_id.get(id))) for id, record in records.by_id.items()}
    return Records(by_id, records.ids)


def _sealer(old: Vault, new: Vault, standing: Record | None) -> _Reseal:
    known = {(place.field, place.secret.digest): place.secret for place in places_of(standing)} if standing else {}

    def reseal(place: Place) -> Secret:
        if place.secret.lost:
            return place.secret
        value = old.reveal(place.secret, place.record_id, place.field)
        kept = known.get((place.field, new.digest(value)))
        if kept is not None and kept.generated_at == place.secret.generated_at:
            return kept
        return sealed_with(new, value, place.secret, place.record_id, place.field)

    return reseal


def _resealed(record: Record, reseal: _Reseal) -> Record:
    secrets = {place.word: reseal(place) for place in places_of(record)}
    match record:
        case Endpoint():
            return replace(record, primaries={slot: secrets[slot.value] for slot in record.primaries})
        case EndpointToken():
            current, *previous = secrets.values()
            return replace(record, secret=current, previous=previous[0] if previous else None)
    return record
