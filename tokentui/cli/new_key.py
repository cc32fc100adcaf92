"""A new key for a store: ready before the store is saved under it, in place once it is, whatever comes between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tokentui.cli.compose import Office
from tokentui.store.keyfile import KeyContent, id_of
from tokentui.store.vault import key_id


def wrapped(master: bytes, passphrase: str) -> KeyContent:
    """The key, wrapped with a passphrase; takes its time."""
    from tokentui.store.passphrase import WrappedKey

    return WrappedKey.wrap(master, key_id(master), passphrase)


@contextmanager
def new_key(office: Office, key: KeyContent, check: Callable[[], None]) -> Iterator[None]:
    """Have a key ready for the store to be saved under, and put it in place once it is.

    Whoever types a passphrase or an answer takes their time, in which others may change the keys: what was looked at
    before is looked at again by `check` while nobody can.
    """
    ring, id = office.key.ring, id_of(key)
    with ring.alone():
        check()
        ring.begin(key)
        try:
            yield
        except BaseException:
            # What is saved and could not be confirmed as durable is saved all the same.
            if office.store.key_id == id:
                ring.finish(id)
            else:
                ring.give_up(id)
            raise
        ring.finish(id)
