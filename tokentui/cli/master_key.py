"""Which key a store is opened with: read when it is there, made once for a new store, never made over a lost one."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from tokentui.domain.errors import SealError, TokenTuiError
from tokentui.store.key_ring import KeyRing
from tokentui.store.keyfile import KeyContent, NoKey, for_checking, id_of, locked, make_key, read_key_file
from tokentui.store.tinydb_store import TinyDBStore, wrong_key
from tokentui.store.vault import Keys

OpenedT = TypeVar("OpenedT")


class Asking(Protocol):
    """Asks for the passphrase of the key in a file."""

    def __call__(self, file: Path, opens: Callable[[str], OpenedT], /) -> OpenedT:
        """What `opens` makes of the passphrase; asked for again, a few times, where that raises `WrongPassphrase`.

        Raises `SealError`.
        """


def _nobody_asks(file: Path, opens: Callable[[str], OpenedT], /) -> OpenedT:
    raise locked(file)


class Opened(NamedTuple):
    """A master key, and the passphrase that it is wrapped with; None where it is not."""

    master: bytes
    passphrase: str | None

    def __repr__(self) -> str:
        return "Opened(…)"


class MasterKey:
    """The `KeySource` of one store: nothing is read before it is needed, and nothing of it is kept."""

    def __init__(self, file: Path, store: TinyDBStore, ask: Asking = _nobody_asks) -> None:
        self.ring = KeyRing(file, Path(store.location))
        self._store = store
        self._ask = ask
        #: Whether the key was wrapped when it was last seen; None where none was.
        self._wrapped: bool | None = None

    def fetch(self, key_id: str | None) -> Keys:
        """The keys; raises `SealError` where they are lost, wrong, locked or readable by others, and `StoreError`."""
        return self._keys(key_id, self._ask)

    def unwrap(self, key_id: str | None, passphrase: str) -> Keys:
        def give(file: Path, opens: Callable[[str], OpenedT], /) -> OpenedT:
            return opens(passphrase)

        return self._keys(key_id, give)

    def is_wrapped(self, key_id: str | None) -> bool:
        """As it is now, or as it was when it could last be read; not so where no key was ever seen."""
        try:
            key = self._seen(key_id)
            if key is None and self._wrapped is not None:
                raise self._not_here()
        except TokenTuiError:
            if self._wrapped:
                return True
            raise
        return key is not None and self._note(key)

    def _seen(self, mark: str | None) -> "KeyContent | None":
        """The store's key, None where it is not here; raises where that cannot be known."""
        mark = mark or self._store.key_id
        found = self.ring.find(mark) if mark else None
        if found is not None:
            return found[1]
        if not self.ring.is_there:
            return None
        another = read_key_file(self.ring.file)
        return None if mark else another

    def _note(self, key: KeyContent) -> bool:
        """Remember whether it is wrapped."""
        if isinstance(key, bytes):
            self._wrapped = False
        else:
            from tokentui.store.passphrase import WrappedKey

            self._wrapped = isinstance(key, WrappedKey)
        return self._wrapped

    def id(self) -> str:
        """The name that the store is marked with, for which no passphrase is needed; raises as `fetch`."""
        return id_of(self.found()[1])

    def open(self) -> Opened:
        """The master key itself; raises as `fetch`, and where there is one for checking only."""
        return open_key(*self.found(), self._ask)

    def _keys(self, mark: str | None, ask: Asking) -> Keys:
        from tokentui.store.verify_key import VerifyKey

        file, key = self.found(mark)
        return key.keys if isinstance(key, VerifyKey) else Keys.of(open_key(file, key, ask).master)

    def found(self, mark: str | None = None) -> tuple[Path, KeyContent]:
        """The store's key and the file that holds it, be it wrapped or for checking only; raises as `fetch`."""
        file, key = self._found(mark)
        self._note(key)
        return file, key

    def _found(self, mark: str | None) -> tuple[Path, KeyContent]:
        # The store is asked before the key: whoever makes a store makes its key first, so a sealed store has one.
        mark = mark or self._store.key_id
        if mark is None:
            return self.ring.file, self._first()
        found = self.ring.find(mark)
        if found is None:
            raise self._not_here()
        if not self._store.read_only:
            self.ring.finish_if_begun(found[0], mark)
        return found

    def _first(self) -> KeyContent:
        """The key of a store that was never marked: a new one, where there is neither key nor value."""
        if self.ring.is_there:
            return read_key_file(self.ring.file)
        if self._store.holds_values:
            raise self._lost()
        exists = self._store.exists  # raises where it has gone: a new key would not be its
        if not self._store.read_only:
            return make_key(self.ring.file)
        if not exists:
            raise self._none_yet()
        return read_key_file(self.ring.file)

    def _none_yet(self) -> NoKey:
        """There never was one: nothing is to be put back, and the first deed makes it."""
        return NoKey(
            f"There is no store {self._store.location} and no key file {self.ring.file} yet. `tokentui`, "
            "`tokentui endpoints add` or `tokentui tokens add` makes both; where they are elsewhere, name them with "
            "--store and --key-file."
        )

    def _not_here(self) -> SealError:
        from tokentui.store.verify_key import VerifyKey

        if not self.ring.is_there:
            return self._lost()
        if isinstance(read_key_file(self.ring.file), VerifyKey):
            return SealError(
                f"The key for checking {self.ring.file} is of another key than the store {self._store.location}, as "
                "after `tokentui store rekey`. Make it anew with: tokentui store key export --verify-only"
            )
        return wrong_key(self._store.location)

    def _lost(self) -> SealError:
        return SealError(
            f"The key file {self.ring.file} is not there, and the store {self._store.location} was sealed with it: "
            "values cannot be opened or made. Nothing was changed. Put it back, or name it with --key-file; if it is "
            "lost for good, `tokentui store rekey --lost` begins a new one."
        )


def open_key(file: Path, key: KeyContent, ask: Asking) -> Opened:
    """The master key that a key file holds; raises `SealError` where it is locked, or for checking only."""
    from tokentui.store.passphrase import WrappedKey

    if isinstance(key, bytes):
        return Opened(key, None)
    if not isinstance(key, WrappedKey):
        raise for_checking(file)

    def opens(passphrase: str) -> Opened:
        return Opened(key.open(passphrase), passphrase)

    return ask(file, opens)
