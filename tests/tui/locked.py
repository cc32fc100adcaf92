"""Locking and unlocking the screen by keys, and what tests look for there."""

from textual import events

from tests.tui.driving import Ui
from tokentui.tui.dialogs.lock import LockScreen

FIVE_MINUTES = 300


async def lock(ui: Ui) -> None:
    await ui.press("ctrl+l")
    await ui.at(LockScreen)
    await ui.see("Locked", "The key has no passphrase")


async def unlock(ui: Ui) -> None:
    await ui.see("The key has no passphrase")
    await ui.press("enter")
    await ui.until(lambda: not isinstance(ui.screen, LockScreen))


def click(ui: Ui, x: int, y: int) -> None:
    """As the terminal tells of it; the pilot's clicks go to the screen at once."""
    for kind in (events.MouseMove, events.MouseDown, events.MouseUp):
        ui.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))


def names(ui: Ui) -> set[str]:
    """The names of all that the store holds."""
    reader = ui.desk.reader()
    return {each.name for each in reader.iter_endpoints()} | {each.name for each in reader.iter_tokens()}
