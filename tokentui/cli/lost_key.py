"""A store whose key is lost: a new one is begun, and once the old one is found, what it opens comes back."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from tokentui.cli.compose import Office
from tokentui.cli.master_key import open_key
from tokentui.cli.new_key import new_key, wrapped
from tokentui.cli.older_saves import older_saves
from tokentui.cli.output import counted, listed, talk
from tokentui.cli.passphrases import asking
from tokentui.domain.errors import Conflict
from tokentui.services import rekeying
from tokentui.services.desk import Desk
from tokentui.store.keyfile import KEY_BYTES, KeyContent, NoKey, id_of, read_key_file
from tokentui.store.vault import KeyVault, key_id

_THE_WORD = "lost"


def give_up(ctx: click.Context, office: Office, desk: Desk, *, yes: bool) -> None:
    """Begin a new key; raises `Conflict` where the old one is at hand, `SealError` and `StoreError`."""
    _check_lost(office)
    stake = rekeying.values_at_stake(desk)
    for line in older_saves(office):
        talk(line)
    if not yes:
        _ask(ctx, stake)
    new = os.urandom(KEY_BYTES)
    with new_key(office, new, lambda: _check_lost(office)):
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


def _ask(ctx: click.Context, stake: rekeying.Values) -> None:
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


def bring_back(ctx: click.Context, office: Office, desk: Desk, source: Path, source_passphrase: Path | None) -> None:
    """Bring back the values that a key opens which was lost; raises `SealError` and `StoreError`."""
    content = read_key_file(source)
    found = open_key(source, content, asking(source_passphrase)).master
    ours = office.key.open()
    back = rekeying.bring_back(replace(desk, vault=KeyVault(lambda: ours.master)), KeyVault(lambda: found))
    if back.values:
        _keep(office, content, None if ours.passphrase is None else wrapped(found, ours.passphrase))
    rest = f"; {counted(back.still_lost, 'value')} stay lost, that it does not open" if back.still_lost else ""
    talk(f"Brought back {counted(back.values, 'value')}{rest}.")
    if back.taken:
        talk(f"Another record was given the same value meanwhile, so it stays lost: {listed(back.taken)}.")
    if not back.values:
        ctx.exit(1)


def _keep(office: Office, key: KeyContent, anew: "KeyContent | None") -> None:
    """Keep the key that was found, since saves and backups from before need it.

    Where the store's key has a passphrase, it is kept `anew`, wrapped with that: none lies in the clear beside it.
    """
    ring = office.key.ring
    kept = ring.kept(id_of(key))
    with ring.alone():
        if anew is not None:
            ring.write(kept, anew)
        elif not os.path.lexists(kept):
            ring.write(kept, key)
