"""A key with a passphrase: asked for at the first use of a value and at the lock, never for what needs no value."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.tui.conftest import KEY, NOW, Open
from tests.tui.driving import Ui
from tests.tui.rotating import show_tokens, token
from tests.tui.values_in_memory import forgotten
from tokentui.cli.master_key import MasterKey
from tokentui.services.desk import Desk
from tokentui.services.tokens import reveal_token
from tokentui.store.passphrase import Cost, WrappedKey
from tokentui.store.private_files import write_private
from tokentui.store.tinydb_store import TinyDBStore
from tokentui.store.vault import KeyVault, key_id
from tokentui.tui.dialogs.explain import ExplainDialog
from tokentui.tui.dialogs.lock import LockScreen
from tokentui.tui.dialogs.reveal import Reveal
from tokentui.tui.dialogs.rotate import Rotate
from tokentui.tui.dialogs.rotated import Rotated
from tokentui.tui.dialogs.token_settings import TokenSettings
from tokentui.tui.dialogs.unlock import Unlock
from tokentui.tui.drawn import forget_drawn
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen
from tokentui.tui.token_deeds import copy_value
from tokentui.tui.widgets import passphrase
from tokentui.tui.widgets.entry import QuietEntry

PASSPHRASE = "correct horse battery staple"
#: Argon2id in no time.
CHEAP = Cost(8, 1, 1)


@pytest.fixture
def desk(store: Path, tmp_path: Path) -> Desk:
    """At the demo's store, whose key is wrapped with a passphrase."""
    file = tmp_path / "key"
    write_private(file, WrappedKey.wrap(KEY, key_id(KEY), PASSPHRASE, CHEAP).line.encode())
    at = TinyDBStore(store)
    return Desk(at, KeyVault(MasterKey(file, at)), clock=lambda: NOW)


@pytest.fixture(autouse=True)
def _no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "SLOW_DOWN", 0.01)


def value_of(ui: Ui, name: str = "bank-import") -> str:
    """The value of a token, without the desk's vault."""
    plain = Desk(ui.desk.store, KeyVault(lambda: KEY))
    return reveal_token(plain, token(ui, name))


async def give(ui: Ui, text: str = PASSPHRASE) -> None:
    """Type the passphrase where it is asked for."""
    await ui.see("Unlock")
    await ui.until(lambda: ui.app.focused is not None)
    await ui.write(text)
    assert text not in ui.text
    await ui.press("enter")


async def reveal(ui: Ui) -> None:
    await ui.press("v")


async def rotate_one(ui: Ui) -> None:
    await ui.press("r")
    await ui.at(Rotate)
    await ui.press("enter")


async def add(ui: Ui) -> None:
    await ui.press("a")
    await ui.at(TokenSettings)
    await ui.write("fresh")
    await ui.press("enter")


class TestDeeds:
    async def test_reveal_asks_first_and_then_goes_on(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("v")
            await ui.at(Unlock)
            await give(ui)
            await ui.at(Reveal)
            await ui.see(value_of(ui))

    async def test_copy_asks_first_and_then_goes_on(self, open_ui: Open, copied: list[str]) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("c")
            await ui.at(Unlock)
            await give(ui)
            await ui.told("Copied the token of bank-import.")
            assert copied == [value_of(ui)]

    async def test_copy_as_asks_first_and_then_goes_on(self, open_ui: Open, copied: list[str]) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("C")
            await ui.see("─ Copy bank-import as ─")
            await ui.press("enter")
            await ui.at(Unlock)
            await give(ui)
            await ui.told("Copied the token of bank-import.")
            assert copied == [value_of(ui)]

    async def test_rotate_asks_and_then_goes_on(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            old = value_of(ui)
            await rotate_one(ui)
            await ui.at(Unlock)
            await give(ui)
            await ui.at(Rotated)
            assert value_of(ui) != old

    async def test_add_asks_and_then_goes_on(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await add(ui)
            await ui.at(Unlock)
            await give(ui)
            await ui.told("Added fresh.")

    async def test_generate_asks_and_then_goes_on_and_the_hints_are_there(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.go("Returns")
            await ui.press("enter")
            await ui.see("chatbot", "• ")
            hint = ui.row(" POST ").split("•")[-1].split()[0]
            assert hint == "generated"
            await ui.press("home", "k", "k", "k", "g")
            await ui.answer("Generate a new POST primary of orders/returns?", "y")
            await ui.at(Unlock)
            await give(ui)
            await ui.told("Generated the POST primary")
            await ui.until(lambda: ui.row(" GET ").split("•")[-1].split()[0] != "generated")

    async def test_the_hints_are_there_once_the_key_is_unlocked(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.go("Returns")
            await ui.press("enter")
            await ui.see("Primary tokens", "chatbot")
            await ui.press("home", "k", "k", "k", "c")
            await ui.at(Unlock)
            await give(ui)
            await ui.until(lambda: ui.row(" GET ").split("•")[-1].split()[0] != "generated")

    async def test_explain_with_a_kept_token_asks_and_then_goes_on(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("E")
            await ui.at(ExplainDialog)
            await ui.write("/nowhere")
            await ui.press("enter")
            await ui.at(Unlock)
            await give(ui)
            await ui.see("✗ denied")

    async def test_a_form_keeps_what_was_typed_and_its_value_is_shown_after_the_passphrase(
        self, open_ui: Open
    ) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("enter")
            await ui.at(TokenSettings)
            await ui.write("-x")
            await ui.press("tab", "v")
            await ui.at(Unlock)
            await give(ui)
            await ui.see(value_of(ui), "bank-import-x")


@pytest.mark.parametrize("deed", [reveal, rotate_one, add])
async def test_escape_leaves_it_undone_and_says_so(open_ui: Open, deed: Callable[[Ui], Awaitable[object]]) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        before = ui.desk.reader().counts().tokens
        await deed(ui)
        await ui.at(Unlock)
        await ui.press("escape")
        await ui.see("The key stays locked, so nothing was done.")
        assert not ui.desk.history
        assert ui.desk.reader().counts().tokens == before


class SlowOpening:
    """Stands in for `WrappedKey.open`."""

    def __init__(self) -> None:
        self._open = WrappedKey.open
        self.begun, self.goes_on = Event(), Event()

    def __get__(self, key: WrappedKey, kind: type[WrappedKey]) -> Callable[[str], bytes]:
        def opened(passphrase: str) -> bytes:
            self.begun.set()
            assert self.goes_on.wait(30)
            return self._open(key, passphrase)

        return opened


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowOpening]:
    """To work at a passphrase takes until the test says so."""
    slow = SlowOpening()
    monkeypatch.setattr(WrappedKey, "open", slow)
    yield slow
    slow.goes_on.set()


async def test_escape_while_the_passphrase_is_worked_at_leaves_the_key_locked(
    open_ui: Open, slow: SlowOpening, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, unlock = Event(), KeyVault.unlock

    def told(vault: KeyVault, given: str) -> None:
        try:
            unlock(vault, given)
        finally:
            over.set()

    monkeypatch.setattr(KeyVault, "unlock", told)
    async with open_ui() as ui:
        await show_tokens(ui)
        await ui.press("v")
        await ui.at(Unlock)
        await give(ui)
        await ui.until(slow.begun.is_set)
        await ui.press("escape")
        await ui.see("The key stays locked, so nothing was done.")
        slow.goes_on.set()
        await ui.until(over.is_set)
        await ui.until(lambda: ui.desk.vault.needs_passphrase)


async def test_a_form_whose_saving_was_left_undone_is_there_with_its_edits(open_ui: Open) -> None:
    async with open_ui() as ui:
        await show_tokens(ui)
        await add(ui)
        await ui.at(Unlock)
        await ui.press("escape")
        await ui.at(TokenSettings)
        await ui.see("fresh", "The key stays locked")


async def test_lists_and_what_has_no_value_in_it_never_ask(open_ui: Open) -> None:
    async with open_ui() as ui:
        for key in ("2", "i", "i", "4", "5", "1"):
            await ui.press(key)
        assert ui.message == ""
        await show_tokens(ui)
        await ui.go("load-test")
        await ui.press("e")
        await ui.told("load-test is enabled.")
        assert ui.desk.vault.needs_passphrase
        assert [type(screen) for screen in ui.app.screen_stack] == [EndpointTokensScreen]


class TestPassphrase:
    async def test_a_wrong_one_is_told_and_asked_for_again(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("v")
            await ui.at(Unlock)
            await give(ui, "wrong")
            await ui.see("✗ The passphrase does not open the key.")
            await ui.pilot.pause(0.1)
            await give(ui)
            await ui.at(Reveal)

    async def test_after_a_wrong_one_the_next_has_to_wait(
        self, open_ui: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passphrase, "SLOW_DOWN", 3600)
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("v")
            await ui.at(Unlock)
            await give(ui, "wrong")
            await ui.see("✗ The passphrase does not open the key.")
            await ui.write(PASSPHRASE)
            await ui.press("enter")
            assert isinstance(ui.screen, Unlock)
            assert ui.desk.vault.needs_passphrase

    @pytest.mark.parametrize("asked", ["v", "L"])
    async def test_what_is_typed_while_the_next_has_to_wait_is_written_whole(
        self, open_ui: Open, monkeypatch: pytest.MonkeyPatch, asked: str
    ) -> None:
        typed = f"Lq1?{PASSPHRASE}qq"
        monkeypatch.setattr(passphrase, "SLOW_DOWN", 3600)
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press(asked)
            await give(ui, "wrong")
            await ui.see("✗ The passphrase does not open the key.")
            await ui.burst(*typed, "enter")
            await ui.until(lambda: ui.one(QuietEntry).value == typed)
            assert ui.app.is_running
            assert isinstance(ui.screen, Unlock | LockScreen)
            assert ui.desk.vault.needs_passphrase

    async def test_what_is_typed_while_one_is_tried_is_not_kept_where_it_opens_the_key(
        self, open_ui: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go_on = Event()
        opens = WrappedKey.open

        def slow(key: WrappedKey, text: str) -> bytes:
            assert go_on.wait(10)
            return opens(key, text)

        monkeypatch.setattr(WrappedKey, "open", slow)
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("L")
            await give(ui)
            entry = ui.one(QuietEntry)
            await ui.write("qL1")
            assert entry.value == "qL1"
            go_on.set()
            await ui.at(EndpointTokensScreen)
            assert entry.value == ""

    async def test_it_is_asked_for_once(self, open_ui: Open, copied: list[str]) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            for _ in range(2):
                ui.page.run_worker(copy_value(ui.page, token(ui)))
            await ui.at(Unlock)
            await give(ui)
            await ui.until(lambda: len(copied) == 2)
            assert isinstance(ui.screen, EndpointTokensScreen)

    async def test_nothing_holds_it_once_it_was_tried(self, open_ui: Open) -> None:
        forget_drawn()
        typed = "".join(["a strange ", "passphrase ", "of some length"])
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("v")
            await ui.at(Unlock)
            await give(ui, typed)
            await ui.see("✗ The passphrase does not open the key.")
            await forgotten(ui, typed)


class TestLock:
    async def test_the_lock_asks_for_it_also_where_no_value_was_used(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("L")
            await ui.at(LockScreen)
            await ui.until(lambda: ui.app.focused is not None)
            await ui.press("enter", "escape", "space", "enter")
            assert isinstance(ui.screen, LockScreen)
            await give(ui)
            await ui.at(EndpointTokensScreen)
            await ui.press("v")
            await ui.at(Reveal)

    async def test_the_lock_drops_the_keys_and_the_next_value_needs_the_lock_opened(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await show_tokens(ui)
            await ui.press("v")
            await give(ui)
            await ui.at(Reveal)
            await ui.press("ctrl+l")
            await ui.at(LockScreen)
            await ui.until(lambda: ui.app.focused is not None)
            assert ui.desk.vault.needs_passphrase
            await give(ui, "wrong")
            await ui.see("✗ The passphrase does not open the key.")
            assert isinstance(ui.screen, LockScreen)
            await ui.pilot.pause(0.1)
            await give(ui)
            await ui.at(EndpointTokensScreen)

    async def test_a_letter_is_a_letter_there_and_ctrl_q_leaves(self, open_ui: Open) -> None:
        async with open_ui() as ui:
            await ui.press("L")
            await ui.at(LockScreen)
            await ui.until(lambda: ui.app.focused is not None)
            await ui.press("q")
            assert isinstance(ui.screen, LockScreen)
            await ui.press("ctrl+q")
            await ui.until(lambda: not ui.app.is_running)
