"""Opening the terminal UI: what it needs is loaded here, when it is wanted, and nowhere else."""

import os
import sys

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.memory import share_memory

#: With these Textual writes down, or sends to its console, every message: what is pasted or typed is among them.
_TELLTALE = ("TEXTUAL", "TEXTUAL_LOG")
_OTHERWISE = "use the command line, as in: tokentui tokens list"


#: How the names of terminals begin that are known to draw. Many a system does not know the newer of them by name.
_KNOWN = (
    *("alacritty", "contour", "foot", "ghostty", "konsole", "linux", "putty", "rio", "rxvt", "screen", "st-", "tmux"),
    *("vte", "wezterm", "xterm"),
)


def check_terminal() -> None:
    """Raise `click.UsageError` where the terminal UI could not be seen or steered."""
    streams = (sys.stdin, sys.stdout, sys.stderr)  # it draws on the last, so that data could go to the second
    if not all(stream is not None and stream.isatty() for stream in streams):  # None: it was closed
        raise click.UsageError(f"The terminal UI needs a terminal; {_OTHERWISE}")
    name = os.environ.get("TERM", "")
    if not (name.startswith(_KNOWN) or _draws(name)):
        called = f"TERM={name!r}" if name else "An empty TERM"
        raise click.UsageError(f"{called} names no terminal that can draw; set it, or {_OTHERWISE}")


def _draws(name: str) -> bool:
    """Whether the system knows a terminal of this name, which moves its cursor as all of today's do (ECMA-48 CUP)."""
    if not name:
        return False
    try:
        import curses
    except ImportError:  # then only dumb ones are known
        return name not in ("dumb", "unknown")
    try:
        curses.setupterm(name)
    except curses.error:
        return False
    return (curses.tigetstr("cup") or b"").startswith(b"\x1b[")


@holds_values
def open_ui(office: Office) -> None:
    """Open the terminal UI, until it is left; raises `StoreError` where the store cannot be used at all.

    A passphrase that is in a file opens the key once: after a lock it is to be typed. Raises `SealError`.
    """
    share_memory()
    office.reader()
    if office.passphrase_file is not None and office.desk.vault.needs_passphrase:
        from tokentui.cli.passphrases import read_passphrase

        office.desk.vault.unlock(read_passphrase(office.passphrase_file))
    for name in _TELLTALE:
        os.environ.pop(name, None)
    if os.environ.get("TERM") == "linux":  # the kernel's console has no keyboard protocol; an old one writes it out
        os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    from tokentui.tui.app import TokenTuiApp
    from tokentui.tui.ending import Ending

    file = None if office.demo else office.settings_file
    app = TokenTuiApp(office.desk, settings=office.settings_of_ui, settings_file=file, demo=office.demo)
    app.ending = Ending(app.end, office.discard)
    app.ending.begin()
    app.run(mouse=app.mouse)
    app.ending.drawing_is_over()
    if app.farewell and not app.ending.has_begun():
        click.echo(app.farewell, err=True)
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)
