"""Closing a screen, that one and once: Textual's `dismiss` takes away what is on top, as often as it is called."""

from asyncio import InvalidStateError
from collections.abc import Callable
from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen

from tokentui.tui.reveals import conceal_all
from tokentui.tui.stack import covered_stack


def close(screen: Screen[Any], dismiss: Callable[[], AwaitComplete]) -> AwaitComplete:
    """Close `screen` by its class's own `dismiss`: what lies above it goes first; one that is closed stays closed.

    A button may be pressed twice before its dialog is gone, and work may end while the palette or the help is open.
    """
    app = screen.app
    held = covered_stack(screen)
    if held is not None:
        return held.when_free(lambda: close(screen, dismiss))
    if screen not in app.screen_stack:
        return AwaitComplete()
    conceal_all(screen)
    while app.screen is not screen:
        app.screen.dismiss()
    try:
        return dismiss()
    except InvalidStateError:  # who waited for the answer has gone
        return app.pop_screen()
