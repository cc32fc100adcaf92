"""`tokentui store key passphrase`: a passphrase for the key, another one, or none any more."""

from pathlib import Path

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.master_key import Opened
from tokentui.cli.output import listed, talk
from tokentui.cli.passphrases import read_passphrase, typed_twice
from tokentui.domain.errors import SealError, WrongPassphrase
from tokentui.store.key_ring import KeyRing
from tokentui.store.keyfile import KeyContent, id_of

#: Below so many characters a passphrase is guessed, whatever each guess costs.
_SHORT = 8


@click.command(
    epilog="""\b
Examples:
  tokentui store key passphrase
  tokentui store key passphrase --remove
  tokentui --passphrase-file old.txt store key passphrase --passphrase-file new.txt"""
)
@click.option("--remove", is_flag=True, help="No passphrase any more: the key file opens the store by itself.")
@click.option(
    "--passphrase-file", "new_file", type=click.Path(path_type=Path), metavar="FILE", help="The new one is in FILE."
)
@click.pass_context
@holds_values
def passphrase(ctx: click.Context, /, *, remove: bool, new_file: Path | None) -> None:
    """Wrap the key with a passphrase (Argon2id), or change or take away the one it has.

    It is typed twice and not shown, or read from a file. From then on commands that need the key ask for it, or read
    it from --passphrase-file; lists and whatever else needs no key do not. Keys that are kept from before a rekey get
    the same passphrase. Copies of the key file that lie elsewhere keep what they had.
    """
    if remove and new_file is not None:
        raise click.UsageError("--remove and --passphrase-file exclude each other.", ctx)
    office = ctx.find_object(Office)
    assert office is not None
    office.desk_for_change()
    opened = office.key.open()
    if remove and opened.passphrase is None:
        talk("The key has no passphrase.")
        return
    new = None if remove else _new(office, opened, new_file)
    with office.key.ring.alone():
        others = _wrap_all(office.key.ring, opened.passphrase, new)
    talk(_done(office.key.ring.file, opened.passphrase, new))
    talk("Sessions that are open keep the key that they have opened until they lock.")
    if new is not None and len(new) < _SHORT:
        talk("The passphrase is short: whoever copies the key file can guess it.")
    if others:
        talk(f"Another passphrase, or damaged, and left as it was: {listed(others)}.")


def _new(office: Office, opened: Opened, new_file: Path | None) -> str:
    if new_file is not None:
        return read_passphrase(new_file)
    if opened.passphrase is None and office.passphrase_file is not None:
        return read_passphrase(office.passphrase_file)
    return typed_twice()


def _wrap_all(ring: KeyRing, old: str | None, new: str | None) -> list[str]:
    """Wrap the key anew, and all that are beside it; returns those which the passphrase does not open.

    The key in use comes last: where the run is killed before, its passphrase is the old one, and it is done again.
    """
    others = []
    for file in ring.beside():
        try:
            _wrap(ring, file, old, new)
        except SealError:
            others.append(str(file))
    _wrap(ring, ring.file, old, new)
    return others


def _wrap(ring: KeyRing, file: Path, old: str | None, new: str | None) -> None:
    from tokentui.store.passphrase import WrappedKey
    from tokentui.store.verify_key import VerifyKey

    key = ring.read(file)
    if isinstance(key, VerifyKey):
        return
    master = _master(key, [each for each in (old, new) if each is not None])
    ring.write(file, master if new is None else WrappedKey.wrap(master, id_of(key), new))


def _master(key: KeyContent, passphrases: list[str]) -> bytes:
    """The master key, which one of the passphrases opens; raises `WrongPassphrase`."""
    from tokentui.store.passphrase import WrappedKey

    if isinstance(key, bytes):
        return key
    assert isinstance(key, WrappedKey)
    for passphrase in passphrases:
        try:
            return key.open(passphrase)
        except WrongPassphrase:
            continue
    raise WrongPassphrase("The passphrase does not open the key. Nothing was changed there; do it again.")


def _done(file: Path, old: str | None, new: str | None) -> str:
    if new is None:
        return f"The key {file} has no passphrase any more: whoever can read the file can open the store."
    verb = "has a passphrase now" if old is None else "has another passphrase now"
    return f"The key {file} {verb}. Without it, nobody can open a value: keep it well."
