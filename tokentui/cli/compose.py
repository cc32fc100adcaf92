"""Composition: where the files are, and the desk that is made of store and vault.

Each part is loaded when it is first asked for, so that a list starts fast: it needs no desk, no vault and no key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tokentui.domain.errors import ReadOnly

if TYPE_CHECKING:
    from tokentui.cli.master_key import MasterKey
    from tokentui.services.desk import Desk
    from tokentui.services.settings import Settings
    from tokentui.store.protocol import Notice, Reader
    from tokentui.store.tinydb_store import TinyDBStore


class Office:
    """Where the files are, and the desk there. A place that is not given is where the XDG base directories say."""

    def __init__(
        self,
        store_file: Path | None,
        key_file: Path | None,
        *,
        passphrase_file: Path | None = None,
        asks: bool = False,
        read_only: bool = False,
        demo: bool = False,
    ) -> None:
        """With `asks`, a passphrase is read from its file or asked for on the terminal where it is needed."""
        self._store_file = store_file
        self._key_file = key_file
        self.passphrase_file = passphrase_file
        self._asks = asks
        self.read_only = read_only
        self.demo = demo

    def discard(self) -> None:
        """Take away what a demo has made: before an end that leaves no time for the ordinary way."""
        if self.demo:
            from shutil import rmtree

            rmtree(self.store_file.parents[1], ignore_errors=True)

    @cached_property
    def store_file(self) -> Path:
        return self._store_file.expanduser() if self._store_file else _user_folder("data") / "tokens.json"

    @cached_property
    def key_file(self) -> Path:
        return self._key_file.expanduser() if self._key_file else _user_folder("config") / "key"

    @cached_property
    def settings_file(self) -> Path:
        return _user_folder("config") / "config.toml"

    @cached_property
    def settings(self) -> "Settings":
        """What the user chose, the defaults in a demo; raises `SettingsError`."""
        from tokentui.services.settings import Settings, load_settings

        return Settings() if self.demo else load_settings(self.settings_file)

    @cached_property
    def settings_of_ui(self) -> "Settings":
        """The same, as far as they can be right: whoever is locked out of a UI by a typing error is not helped."""
        from tokentui.services.settings import Settings, settings_as_far_as_right

        return Settings() if self.demo else settings_as_far_as_right(self.settings_file)

    @cached_property
    def store(self) -> "TinyDBStore":
        """The store; nothing is read yet."""
        from tokentui.store.tinydb_store import TinyDBStore

        return TinyDBStore(self.store_file, key_id=lambda: self.key.id(), read_only=self.read_only)

    @cached_property
    def key(self) -> "MasterKey":
        """The store's key; nothing is read yet."""
        from tokentui.cli.core_dumps import forbid_core_dumps
        from tokentui.cli.master_key import MasterKey

        forbid_core_dumps()
        if not self._asks:
            return MasterKey(self.key_file, self.store)
        from tokentui.cli.passphrases import asking

        return MasterKey(self.key_file, self.store, asking(self.passphrase_file))

    @cached_property
    def desk(self) -> "Desk":
        """The desk to look at things; see `desk_for_change`."""
        from tokentui.cli.actor import actor_here
        from tokentui.services.desk import Desk
        from tokentui.store.vault import KeyVault

        return Desk(store=self.store, vault=KeyVault(self.key), actor=actor_here())

    def desk_for_change(self) -> "Desk":
        """The desk, for deeds that change the store; raises `ReadOnly` before a key could be made in vain."""
        if self.read_only:
            raise ReadOnly("The store was opened read-only. Leave out --read-only to change it.")
        return self.desk

    def take_notice(self) -> "Notice | None":
        """What is to be told of the changes that were saved; None also where the store was not needed."""
        return self.store.take_notice() if "store" in vars(self) else None

    def reader(self) -> "Reader":
        """The store as it is now; raises `StoreError`."""
        return self.store.reader()


@contextmanager
def demo_office(*, read_only: bool = False) -> Iterator[Office]:
    """An office in a folder of its own (0700), filled with things to try out, gone at the end."""
    from tempfile import TemporaryDirectory

    from tokentui.services.demo import fill

    with TemporaryDirectory(prefix="tokentui-demo-") as folder:
        store, key = Path(folder, "store", "tokens.json"), Path(folder, "key", "key")
        fill(Office(store, key).desk)
        yield Office(store, key, read_only=read_only, demo=True)


def _user_folder(kind: str) -> Path:
    from platformdirs import PlatformDirs

    folders = PlatformDirs("tokentui")
    return folders.user_data_path if kind == "data" else folders.user_config_path
