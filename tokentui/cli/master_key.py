"""Which key a store is opened with: read when it is there, made once for a new store, never made over a lost one."""

from pathlib import Path
from typing import TYPE_CHECKING

from tokentui.cli.core_dumps import forbid_core_dumps
from tokentui.domain.errors import SealError
from tokentui.store.keyfile import locked, make_key, read_key_file
from tokentui.store.tinydb_store import TinyDBStore, wrong_key
from tokentui.store.vault import Keys, key_id

if TYPE_CHECKING:
    from tokentui.store.passphrase import WrappedKey


class MasterKey:
    """The `KeySource` of one store: nothing is read before it is needed, and nothing of it is kept."""

    def __init__(self, file: Path, store: TinyDBStore) -> None:
        self._file = file
        self._store = store

    def fetch(self, key_id: str | None) -> Keys:
        """The keys; raises `SealError` where they are lost, wrong, locked or readable by others, and `StoreError`."""
        key = self._key(key_id)
        if isinstance(key, bytes):
            return Keys.of(key)
        raise locked(self._file)

    def unwrap(self, key_id: str | None, passphrase: str) -> Keys:
        key = self._key(key_id)
        return Keys.of(key if isinstance(key, bytes) else key.open(passphrase))

    def is_wrapped(self, key_id: str | None) -> bool:
        try:
            return not isinstance(read_key_file(self._file), bytes)
        except SealError:
            return False

    def id(self) -> str:
        """The name that the store is marked with, for which no passphrase is needed; raises as `fetch`."""
        return _id_of(self._key(None))

    def _key(self, mark: str | None) -> "bytes | WrappedKey":
        # The store is asked before the key: whoever makes a store makes its key first, so a sealed store has one.
        forbid_core_dumps()
        mark = mark or self._store.key_id
        key = self._kept(mark is not None or self._store.holds_values)
        if mark not in (None, _id_of(key)):
            raise wrong_key(self._store.location)
        return key

    def _kept(self, sealed: bool) -> "bytes | WrappedKey":
        if self._is_there():
            return read_key_file(self._file)
        if sealed:
            raise self._lost()
        return read_key_file(self._file) if self._store.read_only else make_key(self._file)

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


def _id_of(key: "bytes | WrappedKey") -> str:
    return key_id(key) if isinstance(key, bytes) else key.id
