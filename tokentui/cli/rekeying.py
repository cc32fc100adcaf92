"""`tokentui store rekey`: another key for the store, also where the old one is lost, and once that is found."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.files import file_named
from tokentui.cli.output import counted, listed, talk
from tokentui.domain.errors import Conflict, StoreError
from tokentui.store.keyfile import KEY_BYTES, KeyContent, NoKey, id_of, read_key_file
from tokentui.store.vault import KeyVault, key_id

if TYPE_CHECKING:
    from tokentui.services import rekeying
    from tokentui.services.desk import Desk

_THE_WORD = "lost"


@click.command(
    epilog="""\b
Examples:
  tokentui store rekey
  tokentui store rekey --lost
  tokentui store rekey --from /mnt/backup/key"""
)
@click.option("--lost", is_flag=True, help="The key is gone: begin a new one, and give the values up.")
@click.option("--yes", is_flag=True, help="With --lost: do it without asking.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="KEYFILE",
    help="A lost key was found: bring back the values that it opens.",
)
@click.option(
    "--from-passphrase-file",
    "source_passphrase",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --from: where the passphrase of KEYFILE is.",
)
@click.pass_context
@holds_values
def rekey(
    ctx: click.Context, /, *, lost: bool, yes: bool, source: Path | None, source_passphrase: Path | None
) -> None:
    """Give the store a new key: every value is sealed anew under it, in one save. The values stay what they are.

    The old key is kept beside the new one, named after its id: saves and backups from before need it. A passphrase
    stays. A run that is killed has either not begun, or is finished by the next use of the store. Where a value does
    not open, it is named and nothing is changed. Verifiers need the new key: see `tokentui store key export`.

    With --lost, the values that were sealed with the lost key can be neither shown nor checked any more, until each
    is rotated or generated; all else stays. With --from, those not replaced since come back once the key is found.
    """
    if lost and source is not None:
        raise click.UsageError("--lost and --from exclude each other.", ctx)
    if yes and not lost:
        raise click.UsageError("--yes is about --lost.", ctx)
    if source_passphrase is not None and source is None:
        raise click.UsageError("--from-passphrase-file is about --from.", ctx)
    office = ctx.find_object(Office)
    assert office is not None
    desk = office.desk_for_change()
    if not office.store.exists:
        raise StoreError(f"There is no store {office.store.location} yet, so there is nothing to be rekeyed.")
    if lost:
        _give_up(ctx, office, desk, yes=yes)
    elif source is None:
        rekey_with(office, desk)
    else:
        _bring_back(ctx, office, desk, file_named(source), source_passphrase)


# ------------------------------------------------------------------ a new key


def rekey_with(office: Office, desk: "Desk") -> None:
    """Give the office's store another key, and tell of it; raises `SealError`, `StoreError`, `Conflict`."""
    from tokentui.services import rekeying
    from tokentui.store.passphrase import WrappedKey

    opened = office.key.open()
    old, new = key_id(opened.master), os.urandom(KEY_BYTES)
    passphrase = opened.passphrase
    key = new if passphrase is None else WrappedKey.wrap(new, key_id(new), passphrase)
    desk = replace(desk, vault=KeyVault(lambda: opened.master))
    with _new_key(office, key), _progress() as progress:
        amount = rekeying.rekey(desk, KeyVault(lambda: new), progress)
    talk(f"Sealed {counted(amount, 'value')} anew, with the key {key_id(new)} in {office.key.ring.file}.")
    talk(f"The old key is kept: {office.key.ring.kept(old)}. Saves and backups from before need it.")
    talk("Verifiers need the new key: tokentui store key export --verify-only")


@contextmanager
def _new_key(office: Office, key: KeyContent) -> Iterator[None]:
    """Have a key ready for the store to be saved under, and put it in place once it is."""
    ring, id = office.key.ring, id_of(key)
    with ring.alone():
        ring.begin(key)
        try:
            yield
        except BaseException:
            # What is saved and could not be confirmed as durable is saved all the same.
            if office.store.key_id == id:
                ring.finish(id)
            else:
                ring.give_up(id)
            raise
        ring.finish(id)


@contextmanager
def _progress() -> "Iterator[_Progress]":
    told = _Progress()
    try:
        yield told
    finally:
        told.end()


class _Progress:
    """How much is done, on a terminal only; gone from it at the end."""

    def __init__(self) -> None:
        self._seen = sys.stderr.isatty()
        self._last = -1

    def __call__(self, share: float) -> None:
        percent = int(share * 100)
        if self._seen and percent != self._last:
            self._last = percent
            click.echo(f"\rSealing anew: {percent} %", err=True, nl=False)

    def end(self) -> None:
        if self._last >= 0:
            click.echo("\r\x1b[K", err=True, nl=False)


# ------------------------------------------------------------------ a key that is lost, and found


def _give_up(ctx: click.Context, office: Office, desk: "Desk", *, yes: bool) -> None:
    from tokentui.cli.older_saves import older_saves
    from tokentui.services import rekeying

    _check_lost(office)
    stake = rekeying.values_at_stake(desk)
    for line in older_saves(office):
        talk(line)
    if not yes:
        _ask(ctx, stake)
    new = os.urandom(KEY_BYTES)
    with _new_key(office, new):
        amount = rekeying.give_up(desk, KeyVault(lambda: new))
    talk(f"The store has a new key, {key_id(new)} in {office.key.ring.file}. It has no passphrase.")
    talk(
        f"{counted(amount, 'value')} {'is' if amount == 1 else 'are'} lost until replaced: tokentui audit names them."
    )
    talk("Where the old key is found: tokentui store rekey --from KEYFILE")


def _check_lost(office: Office) -> None:
    """Raise `Conflict` where the key is at hand after all; one with a forgotten passphrase counts as lost."""
    mark, ring = office.store.key_id, office.key.ring
    try:
        found = ring.find(mark) if mark else (ring.file, read_key_file(ring.file))
    except NoKey:
        return
    if found is not None and isinstance(found[1], bytes):
        raise Conflict(f"The key is not lost: {found[0]} opens the store. A new one comes with: tokentui store rekey")


def _ask(ctx: click.Context, stake: "rekeying.Values") -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("Without a terminal to ask on, --lost needs --yes.", ctx)
    talk(
        f"{counted(stake.held, 'value')} can be neither shown nor checked then, until each is replaced or the "
        "key is found."
    )
    talk(f"{stake.good} of them are good now: whoever calls with one is refused once the verifier has the new key.")
    if click.prompt(f"Type {_THE_WORD} to give them up", err=True, default="", show_default=False) != _THE_WORD:
        talk("Nothing was changed.")
        ctx.exit(1)


def _bring_back(
    ctx: click.Context, office: Office, desk: "Desk", source: Path, source_passphrase: Path | None
) -> None:
    from tokentui.cli.master_key import open_key
    from tokentui.cli.passphrases import asking
    from tokentui.services import rekeying

    content = read_key_file(source)
    old = open_key(source, content, asking(source_passphrase)).master
    back = rekeying.bring_back(desk, KeyVault(lambda: old))
    if back.values:
        _keep(office, content)
    rest = f"; {counted(back.still_lost, 'value')} stay lost, that it does not open" if back.still_lost else ""
    talk(f"Brought back {counted(back.values, 'value')}{rest}.")
    if back.taken:
        talk(f"Another record was given the same value meanwhile, so it stays lost: {listed(back.taken)}.")
    if not back.values:
        ctx.exit(1)


def _keep(office: Office, content: KeyContent) -> None:
    """Keep the key that was found: saves and backups from before need it."""
    ring = office.key.ring
    kept = ring.kept(id_of(content))
    with ring.alone():
        if not kept.exists():
            ring.write(kept, content)
