"""The key that is there, to look at a store with: unlike a deed, looking never makes one."""

from tokentui.cli.compose import Office
from tokentui.cli.master_key import open_key
from tokentui.cli.passphrases import asking
from tokentui.domain.errors import SealError
from tokentui.store.checking import KeyAtHand
from tokentui.store.key_ring import KeyRing
from tokentui.store.keyfile import id_of, read_key_file
from tokentui.store.vault import KeyVault


def key_at_hand(office: Office, mark: str | None) -> KeyAtHand:
    """The key that a store with this mark is sealed with, else what is in the key file; never raises.

    A passphrase is asked for when the first value is to be opened.
    """
    ring = KeyRing(office.key_file)
    try:
        found = None if mark is None else ring.find(mark)
        file, key = found or (ring.file, read_key_file(ring.file))
    except SealError as error:
        return KeyAtHand(trouble=str(error), unusable=ring.is_there)
    vault = KeyVault(lambda: open_key(file, key, asking(office.passphrase_file)).master)
    return KeyAtHand(id_of(key), vault)
