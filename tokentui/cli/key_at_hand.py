"""The key that is there, to look at a store with: unlike a deed, looking never makes one and never asks for one."""

import os

from tokentui.cli.compose import Office
from tokentui.domain.errors import SealError
from tokentui.store.checking import KeyAtHand
from tokentui.store.keyfile import locked, read_key_file
from tokentui.store.vault import KeyVault, key_id


def key_at_hand(office: Office) -> KeyAtHand:
    """The key in the key file, or why there is none; never raises."""
    try:
        key = read_key_file(office.key_file)
    except SealError as error:
        return KeyAtHand(trouble=str(error), unusable=os.path.lexists(office.key_file))
    if isinstance(key, bytes):
        master = key
        return KeyAtHand(key_id(master), KeyVault(lambda: master))
    return KeyAtHand(key.id, trouble=str(locked(office.key_file)))
