"""Which key a store is opened with: read when it is there, made once for a new store, never made over a lost one."""

from functools import cached_property
from pathlib import Path

from tokentui.domain.errors import SealError
from tokentui.store.keyfile import make_key, read_key
from tokentui.store.tinydb_store import TinyDBStore, wrong_key
from tokentui.store.vault import key_id


class MasterKey:
    """The master key of one store, fetched when it is first needed: a list of tokens needs none."""

    def __init__(self, file: Path, store: TinyDBStore) -> None:
        self._file = file
        self._store = store

    def fetch(self) -> bytes:
        """The 32 bytes; raises `SealError` where the key is lost, wrong or readable by others, and `StoreError`."""
        return self._fetched[0]

    def id(self) -> str:
        """The name that the store is marked with; raises as `fetch`."""
        return self._fetched[1]

    @cached_property
    def _fetched(self) -> tuple[bytes, str]:
        # The store is asked before the key: whoever makes a store makes its key first, so a sealed store has one.
        mark = self._store.key_id
        sealed = mark is not None or self._store.holds_values
        master = self._master(sealed)
        name = key_id(master)
        if mark not in (None, name):
            raise wrong_key(self._store.location)
        return master, name

    def _master(self, sealed: bool) -> bytes:
        if self._is_there():
            return read_key(self._file)
        if sealed:
            raise self._lost()
        return read_key(self._file) if self._store.read_only else make_key(self._file)

    def _is_there(self) -> bool:
        """Whether there is something that reading may still find fault with."""
        try:
            self._file.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True

    def _lost(self) -> SealError:
        return SealError(
            f"The key file {self._file} is not there, and the store {self._store.location} was sealed with it: "
            "values cannot be opened or made. Nothing was changed. Put it back, or name it with --key-file."
        )
