"""Passphrases: read from a file, or typed on the terminal where nobody sees them; never from an argument."""

import os
import shlex
import stat
from collections.abc import Callable
from pathlib import Path

import click

from tokentui.cli.files import file_named
from tokentui.cli.master_key import Asking, OpenedT
from tokentui.cli.output import talk
from tokentui.domain.errors import Invalid, Locked, WrongPassphrase

#: How often one may mistype it.
_TRIES = 3
#: More than a passphrase has, in bytes.
_MOST = 4096


def asking(file: Path | None) -> Asking:
    """Asks the file where one is named, else the terminal."""

    def ask(key_file: Path, opens: Callable[[str], OpenedT], /) -> OpenedT:
        if file is not None:
            return opens(read_passphrase(file))
        for _ in range(_TRIES - 1):
            try:
                return opens(typed(f"Passphrase of {key_file} (it is not shown): "))
            except WrongPassphrase:
                talk("That does not open it.")
        return opens(typed(f"Passphrase of {key_file} (it is not shown): "))

    return ask


def read_passphrase(path: Path) -> str:
    """The passphrase in a file, without the newline at its end. Raises `Locked`, which does not hold it."""
    file = file_named(path)
    try:
        with file.open("rb") as opened:
            _check_private(file, os.fstat(opened.fileno()))
            content = opened.read(_MOST + 1)
    except OSError as error:
        raise Locked(f"The passphrase file {file} cannot be read: {error.strerror or error}.") from error
    text = content.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
    if not text or len(content) > _MOST:
        raise Locked(f"The passphrase file {file} is {'longer than any passphrase' if text else 'empty'}.")
    return text


def _check_private(file: Path, status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
        raise Locked(f"Others may read the passphrase file. Mend it with: chmod 600 {shlex.quote(str(file))}")


def typed(prompt: str) -> str:
    """What is typed on the terminal, unseen, be stdin what it may.

    Raises `Locked` where there is no terminal, and `Abort` where the input is ended instead.
    """
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        raise Locked(
            "The key needs a passphrase, and there is no terminal to ask on. Name a file with --passphrase-file or "
            "TOKENTUI_PASSPHRASE_FILE."
        ) from None
    from getpass import getpass

    try:
        return getpass(prompt)
    except EOFError:
        click.echo(err=True)  # the prompt's line is still open
        raise click.Abort from None


def typed_twice() -> str:
    """A new passphrase; raises `Invalid` where the two are not the same, `Locked` where there is no terminal."""
    passphrase = typed("New passphrase (it is not shown): ")
    if not passphrase:
        raise Invalid("passphrase", "A passphrase has one character at least; --remove takes it away.")
    if typed("Again: ") != passphrase:
        raise Invalid("passphrase", "The two are not the same. Nothing was changed; do it again.")
    return passphrase
