"""What helps stands at the end of a message: it is read to its end, at 80 columns too."""

from pathlib import Path

import pytest

from tests.tui.conftest import Open, desk_at
from tests.tui.driving import SMALL, WIDE, Ui
from tokentui.domain.errors import SealError
from tokentui.services.desk import Desk
from tokentui.store.vault import KeyVault
from tokentui.tui.dialogs.last_message import LastMessage
from tokentui.tui.homely import homely
from tokentui.tui.screens.endpoint_tokens import EndpointTokensScreen

HOME = {"HOME": "/home/jan"}


def said(ui: Ui) -> str:
    """The message as it stands on the screen, its lines joined."""
    first = next(place for place, line in enumerate(ui.lines) if line[:3] in (" ✗ ", " ✓ "))
    return " ".join(line.strip() for line in ui.lines[first:-1])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/jan/tokens.json is locked.", "~/tokens.json is locked."),
        ("The key file /home/jan/.config/key is gone.", "The key file ~/.config/key is gone."),
        ("chmod 600 '/home/jan/a key'", "chmod 600 '/home/jan/a key'"),
        ("/home/janet/tokens.json", "/home/janet/tokens.json"),
        ("/srv/home/jan/tokens.json", "/srv/home/jan/tokens.json"),
    ],
)
def test_only_what_is_in_the_home_folder_begins_with_a_tilde(text: str, shown: str) -> None:
    assert homely(text, HOME) == shown


def without_key(store: Path) -> Desk:
    def key() -> bytes:
        raise SealError(
            f"The key file {store.parent}/.config/tokentui/key is not there. Put it back, or name another with "
            "--key-file. Names, mappings and the activity can be read and edited all the same; g gives new values."
        )

    desk = desk_at(store)
    desk.vault = KeyVault(key)
    return desk


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_the_remedy_for_a_lost_key_is_on_the_screen_whole(
    open_ui: Open, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(store.parent))
    async with open_ui(without_key(store), size=size) as ui:
        await ui.see("✗ The key file ~/.config/tokentui/key is not there.")
        await ui.until(lambda: said(ui).endswith("g gives new values."))


async def test_five_lines_are_shown_whole_and_what_is_longer_ends_in_an_ellipsis(open_ui: Open) -> None:
    async with open_ui() as ui:
        ui.page.say("Something is wrong here and there, " * 10 + "the end.", "error")
        await ui.until(lambda: said(ui).endswith("the end."))
        ui.page.say("Something is wrong here and there, " * 14 + "the end.", "error")
        await ui.until(lambda: said(ui).endswith("…"))


async def test_the_palette_shows_the_last_message_in_full_also_when_it_has_gone(open_ui: Open) -> None:
    async with open_ui() as ui:
        text = "Something is wrong here and there, " * 14 + "the end."
        ui.page.say(text)
        await ui.until(lambda: said(ui).endswith("…"))
        ui.page.unsay(text)
        await ui.press("2")
        await ui.see("bank-import")
        await ui.press("ctrl+p")
        await ui.choose("last message", "Message: Show the last message in full")
        await ui.at(LastMessage)
        await ui.see("The last message", "the end.")
        await ui.press("escape")
        await ui.at(EndpointTokensScreen)


async def test_where_nothing_was_told_the_palette_says_so(open_ui: Open) -> None:
    async with open_ui() as ui:
        await ui.press("ctrl+p")
        await ui.choose("last message", "Message: Show the last message in full")
        await ui.at(LastMessage)
        await ui.see("Nothing was told yet.")
