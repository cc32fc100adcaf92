"""`tokentui store rekey`: another key for the store, also where the old one is lost, and once that is found."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.files import file_named
from tokentui.cli.new_key import new_key, wrapped
from tokentui.cli.output import counted, talk
from tokentui.domain.actors import Note
from tokentui.domain.errors import Conflict, StoreError
from tokentui.store.file_check import StoreFiles
from tokentui.store.keyfile import KEY_BYTES, KeyContent, line_of
from tokentui.store.vault import KeyVault, key_id

if TYPE_CHECKING:
    from tokentui.services.desk import Desk


@click.command(
    epilog="""\b
Examples:
  tokentui store rekey
  tokentui store rekey --drop-generations
  tokentui store rekey --lost
  tokentui store rekey --from /mnt/backup/key"""
)
@click.option(
    "--drop-generations", is_flag=True, help="The old key leaked: take the last saves away, which it opens."
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
    ctx: click.Context,
    /,
    *,
    drop_generations: bool,
    lost: bool,
    yes: bool,
    source: Path | None,
    source_passphrase: Path | None,
) -> None:
    """Give the store a new key: every value is sealed anew under it, in one save. The values stay what they are.

    The old key is kept beside the new one, named after its id: saves and backups from before need it. A passphrase
    stays. A run that is killed has either not begun, or is finished by the next use of the store. Where a value does
    not open, it is named and nothing is changed. Verifiers need the new key: see `tokentui store key export`.

    The last saves (generations) stay sealed with the old key, as backups and other copies do: where it leaked, say
    --drop-generations, which takes them away once the store is durable under the new one, and see to the backups.

    With --lost, the values that were sealed with the lost key can be neither shown nor checked any more, until each
    is rotated or generated; all else stays. With --from, those not replaced since come back once the key is found.
    """
    _check_options(ctx)
    office = ctx.find_object(Office)
    assert office is not None
    desk = office.desk_for_change()
    if not office.store.exists:
        raise StoreError(f"There is no store {office.store.location} yet, so there is nothing to be rekeyed.")
    if lost:
        from tokentui.cli.lost_key import give_up

        give_up(ctx, office, desk, yes=yes)
    elif source is not None:
        from tokentui.cli.lost_key import bring_back

        bring_back(ctx, office, desk, file_named(source), source_passphrase)
    else:
        rekey_with(office, desk)
        if drop_generations:
            _drop_generations(office, desk)
        else:
            _tell_of_generations(office)


def _check_options(ctx: click.Context) -> None:
    said = ctx.params
    if said["lost"] and said["source"] is not None:
        raise click.UsageError("--lost and --from exclude each other.", ctx)
    if said["yes"] and not said["lost"]:
        raise click.UsageError("--yes is about --lost.", ctx)
    if said["source_passphrase"] is not None and said["source"] is None:
        raise click.UsageError("--from-passphrase-file is about --from.", ctx)
    if said["drop_generations"] and (said["lost"] or said["source"] is not None):
        raise click.UsageError("--drop-generations goes neither with --lost nor with --from.", ctx)


# ------------------------------------------------------------------ a new key


def rekey_with(office: Office, desk: "Desk") -> None:
    """Give the office's store another key, and tell of it; raises `SealError`, `StoreError`, `Conflict`."""
    from tokentui.services import rekeying

    key_before, opened = office.key.found()[1], office.key.open()
    old, new = key_id(opened.master), os.urandom(KEY_BYTES)
    passphrase = opened.passphrase
    key = new if passphrase is None else wrapped(new, passphrase)
    desk = replace(desk, vault=KeyVault(lambda: opened.master))
    with new_key(office, key, lambda: _check_still(office, key_before)), _progress() as progress:
        amount = rekeying.rekey(desk, KeyVault(lambda: new), progress)
    talk(f"Sealed {counted(amount, 'value')} anew, with the key {key_id(new)} in {office.key.ring.file}.")
    talk(f"The old key is kept: {office.key.ring.kept(old)}. Saves and backups from before need it.")
    talk("Verifiers need the new key: tokentui store key export --verify-only")


def _check_still(office: Office, key: KeyContent) -> None:
    """Raise `Conflict` where the store's key is not this one any more, wrapped as it is here."""
    if line_of(office.key.found()[1]) != line_of(key):
        raise Conflict(
            "The key of the store was replaced meanwhile, or wrapped anew. Nothing was changed; do it again."
        )


# ------------------------------------------------------------------ what the old key still opens


def _tell_of_generations(office: Office) -> None:
    number = 0
    with suppress(StoreError):  # that they cannot be read is no failure of what was done
        number = len(StoreFiles.of(office.store_file, office.key_file).generations.kept())
    if number:
        talk(
            f"The old key still opens {counted(number, 'generation')} of the store, and backups: where it leaked, "
            "tokentui store rekey --drop-generations takes the generations away."
        )


def _drop_generations(office: Office, desk: "Desk") -> None:
    """Take the last saves away; raises `StoreError` where the new one may be lost, and then they stay."""
    notice = office.take_notice()
    if notice is not None and notice.grave:
        raise StoreError(f"{notice.text} The generations are kept; once the disk is sound, do it again.")
    if notice is not None:
        talk(f"tokentui: {notice.text}")
    number = office.store.drop_generations(Note(desk.clock(), desk.actor, "drops the generations"))
    talk(f"Dropped {counted(number, 'generation')}. Backups and other copies from before are yours to take away.")


# ------------------------------------------------------------------ how far it is


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
