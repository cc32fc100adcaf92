"""Opening the terminal UI: what it needs is loaded here, when it is wanted, and nowhere else."""

import os
import sys

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values

#: With these Textual writes down, or sends to its console, every message: what is pasted or typed is among them.
_TELLTALE = ("TEXTUAL", "TEXTUAL_LOG")
_OTHERWISE = "use the command line, as in: tokentui tokens list"


def check_terminal() -> None:
    """Raise `click.UsageError` where the terminal UI could not be seen or steered."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):  # None: it was closed
        raise click.UsageError(f"The terminal UI needs a terminal; {_OTHERWISE}")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise click.UsageError(f"TERM names no terminal that can draw; set it, or {_OTHERWISE}")


@holds_values
def open_ui(office: Office) -> None:
    """Open the terminal UI, until it is left; raises `StoreError` where the store cannot be used at all.

    A passphrase that is in a file opens the key once: after a lock it is to be typed. Raises `SealError`.
    """
    office.reader()
    if office.passphrase_file is not None and office.desk.vault.needs_passphrase:
        from tokentui.cli.passphrases import read_passphrase

        office.desk.vault.unlock(read_passphrase(office.passphrase_file))
    for name in _TELLTALE:
        os.environ.pop(name, None)
    from tokentui.tui.app import TokenTuiApp

    file = None if office.demo else office.settings_file
    app = TokenTuiApp(office.desk, settings=office.settings, settings_file=file, demo=office.demo)
    app.run(mouse=app.mouse)
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)
