"""The lock opens with Enter only where it is known that the key has no passphrase; in doubt it stays and says why."""

from pathlib import Path

import pytest

from tests.tui.conftest import KEY, NOW, Open
from tests.tui.driving import Ui
from tokentui.cli.master_key import MasterKey
from tokentui.services.desk import Desk
from tokentui.store.keyfile import line_of
from tokentui.store.passphrase import Cost, WrappedKey
from tokentui.store.private_files import write_private
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault, key_id
from tokentui.tui.dialogs.lock import LockScreen
from tokentui.tui.screens.endpoints import EndpointsScreen
from tokentui.tui.widgets.entry import QuietEntry

PASSPHRASE = "correct horse battery staple"
WRAPPED = WrappedKey.wrap(KEY, key_id(KEY), PASSPHRASE, Cost(8, 1, 1))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the key is."""
    return tmp_path / "key"


@pytest.fixture
def desk(store: Path, file: Path) -> Desk:
    """At the demo's store, with whatever key is in the file."""
    at = TinyDBStore(store)
    return Desk(at, KeyVault(MasterKey(file, at)), clock=lambda: NOW)


def wrapped(file: Path) -> None:
    write_private(file, WRAPPED.line.encode())


def plain(file: Path) -> None:
    write_private(file, line_of(KEY).encode())


def spoil(file: Path, how: str) -> None:
    """Make that the key cannot be read, also by root."""
    match how:
        case "others may read it":
            file.chmod(0o644)
        case "is not there":
            file.rename(file.with_name("elsewhere"))
        case "is a folder":
            file.rename(file.with_name("elsewhere"))
            file.mkdir()


def mend(file: Path) -> None:
    if file.is_dir():
        file.rmdir()
    if not file.exists():
        file.with_name("elsewhere").rename(file)
    file.chmod(0o600)


SPOILT = pytest.mark.parametrize("how", ["others may read it", "is not there", "is a folder"])


async def begun(ui: Ui) -> None:
    """The key was looked at, as always when the first list is there."""
    await ui.pilot.pause()
    await ui.until(lambda: not any(worker.group == "key" for worker in ui.app.workers))


@SPOILT
async def test_a_key_that_had_a_passphrase_has_one_still_when_it_cannot_be_read(
    open_ui: Open, file: Path, how: str
) -> None:
    wrapped(file)
    async with open_ui() as ui:
        await begun(ui)
        spoil(file, how)
        await ui.press("L")
        await ui.at(LockScreen)
        await ui.until(lambda: isinstance(ui.app.focused, QuietEntry))
        await ui.press("enter", "escape", "enter")
        assert isinstance(ui.screen, LockScreen)
        await ui.write(PASSPHRASE)
        await ui.press("enter")
        await ui.see("✗")
        assert isinstance(ui.screen, LockScreen)
        assert "no passphrase" not in ui.text


@SPOILT
async def test_where_it_is_not_known_the_lock_says_why_and_looks_again_at_enter(
    open_ui: Open, file: Path, how: str
) -> None:
    plain(file)
    async with open_ui() as ui:
        await begun(ui)
        spoil(file, how)
        await ui.press("L")
        await ui.at(LockScreen)
        await ui.see("Enter looks again")
        assert "no passphrase, so" not in ui.text
        await ui.press("enter", "q", "enter")
        await ui.see("Enter looks again")
        assert isinstance(ui.screen, LockScreen)
        assert ui.app.is_running
        mend(file)
        await ui.press("enter")
        await ui.see("The key has no passphrase")
        await ui.press("enter")
        await ui.at(EndpointsScreen)


@pytest.mark.parametrize("how", ["others may read it", "is a folder"])
async def test_a_key_that_could_never_be_read_may_have_a_passphrase(open_ui: Open, file: Path, how: str) -> None:
    wrapped(file)
    spoil(file, how)
    async with open_ui() as ui:
        await begun(ui)
        await ui.press("L")
        await ui.at(LockScreen)
        await ui.see("Enter looks again")
        mend(file)
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.focused, QuietEntry))
        await ui.write(PASSPHRASE)
        await ui.press("enter")
        await ui.at(EndpointsScreen)


async def test_without_a_key_from_the_beginning_there_is_no_passphrase_to_ask_for(open_ui: Open) -> None:
    async with open_ui() as ui:
        await begun(ui)
        await ui.press("L")
        await ui.at(LockScreen)
        await ui.see("only hides the screen")
        await ui.press("enter")
        await ui.at(EndpointsScreen)


async def test_who_leaves_from_a_lock_in_doubt_can(open_ui: Open, file: Path) -> None:
    plain(file)
    async with open_ui() as ui:
        await begun(ui)
        file.chmod(0o644)
        await ui.press("L")
        await ui.see("Enter looks again")
        await ui.press("ctrl+q")
        await ui.until(lambda: not ui.app.is_running)
