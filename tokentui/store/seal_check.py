"""Whether every sealed value opens in its place, with the key at hand, and is what is said of it."""

from collections.abc import Iterator

from tokentui.domain.errors import SealError
from tokentui.domain.values import is_strong
from tokentui.store.file_format import RESTORE
from tokentui.store.problems import Code, Problem
from tokentui.store.protocol import Vault
from tokentui.store.record_check import Records, place_name
from tokentui.store.sealed_places import Place

_REMEDY = f"Give it a new value. {RESTORE}"


def check_seals(records: Records, vault: Vault) -> Iterator[Problem]:
    """A problem for each value that does not open; each is opened for a moment, and none is told.

    Those whose key is known to be lost are not looked at. Raises `SealError` where there is no key to open them with.
    """
    vault.digest("")
    for place in (place for place in records.places() if not place.secret.lost):
        found = _look(vault, place)
        if found is not None:
            code, message, remedy = found
            yield Problem(code=code, subject=place_name(records, place), message=message, remedy=remedy)


def _look(vault: Vault, place: Place) -> tuple[Code, str, str] | None:
    """Code, message and remedy of what is wrong with one value; None where nothing is."""
    secret, at = place.secret, (place.record_id, place.field)
    try:
        value = vault.reveal(secret, *at)
    except SealError:
        message = "Its sealed value does not open here: it was changed, put back, or belongs to another record."
        return Code.SEAL_BROKEN, message, _REMEDY
    try:
        hint = vault.hint(secret, *at)
    except SealError:
        message = "The sealed last characters of its value do not open: they were changed, or are of another value."
        return Code.SEAL_BROKEN, message, _REMEDY
    if not value.endswith(hint) or secret.strong is not is_strong(value):
        message = "What is said of its value (its strength, its last characters) is not so."
        return Code.VALUE_CONTRADICTED, message, "Give it a new value, or restore a backup."
    return None
