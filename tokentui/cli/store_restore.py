"""`tokentui store restore`: the store becomes what it was; the difference is told first, and it can be taken back."""

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.files import file_named
from tokentui.cli.key_at_hand import key_at_hand
from tokentui.cli.master_key import open_key
from tokentui.cli.options import as_json
from tokentui.cli.output import counted, print_json, print_lines, talk, time_text
from tokentui.cli.passphrases import asking
from tokentui.cli.store_difference import difference_lines, difference_shape, later_lines, sums
from tokentui.domain.activity import Entry
from tokentui.domain.errors import SealError
from tokentui.services import restoring
from tokentui.services.desk import utc_now
from tokentui.services.later_changes import later_changes
from tokentui.services.resealing import resealed
from tokentui.services.restoring import Begin, Candidate, Difference, Standing
from tokentui.store.backup import Opened, open_backup
from tokentui.store.file_check import StoreFiles
from tokentui.store.generation_list import numbered
from tokentui.store.key_ring import KeyRing
from tokentui.store.keyfile import id_of, read_key_file
from tokentui.store.protocol import Vault
from tokentui.store.vault import KeyVault


@click.command(
    epilog="""\b
Examples:
  tokentui store restore 1 --dry-run
  tokentui store restore tokens-20260314T092653Z.tokentui.tar""",
)
@click.argument("source", metavar="FILE|NUMBER")
@click.option("--dry-run", is_flag=True, help="Change nothing; exit code 1 where something would become another.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--sealed-with",
    type=click.Path(path_type=Path),
    metavar="KEYFILE",
    help="The key that FILE was sealed with, where the store has another by now.",
)
@as_json
@click.pass_context
@holds_values
def restore(
    ctx: click.Context, /, *, source: str, dry_run: bool, yes: bool, sealed_with: Path | None, as_json: bool
) -> None:
    """Make the store what it is in a backup, in a copy of a store file, or in a generation (its NUMBER).

    Prints what that adds (+), changes (~) and removes (-), by name and field and never by value, and asks. It is one
    change, of which the activity trail tells; what takes it back is told then. A damaged store is restored over, and
    its file is kept beside.
    """
    office = ctx.find_object(Office)
    assert office is not None
    desk = office.desk if dry_run else office.desk_for_change()
    files = StoreFiles.of(office.store_file, office.key_file)
    stamp = office.store.stamp()
    standing = restoring.standing_of(files, stamp, utc_now())
    opened, name = _opened(files, source)
    candidate = _candidate(office, opened, name, standing, sealed_with)
    planned = restoring.difference(standing, candidate)
    later = later_changes(standing, opened.found.text("trail"), utc_now())
    if as_json:
        print_json(difference_shape(planned, later or ()))
    else:
        print_lines(difference_lines(planned))
    _tell(files, opened, candidate, standing, planned)
    for line in later_lines(later, over_damage=standing.damaged):
        talk(line)
    if not planned.changes and not standing.damaged:
        return
    if dry_run:
        talk("A dry run, nothing was done.")
        ctx.exit(1)
    if not yes and not click.confirm("Restore it?", err=True):
        talk("Nothing was changed.")
        ctx.exit(1)
    restoring.restore(desk, candidate, standing, planned, _begin(office, files, opened, standing))
    _tell_done(files, standing, planned, later or ())


def _opened(files: StoreFiles, source: str) -> tuple[Opened, str]:
    """What is to be restored, and what people call it. Raises `NotFound` and `StoreError`."""
    if source.isascii() and source.isdecimal():
        generation = numbered(files, int(source))
        return open_backup(generation.path), f"the generation of {time_text(generation.saved_at)}"
    path = file_named(Path(source))
    return open_backup(path), path.name


# ------------------------------------------------------------------ the candidate and its key


def _candidate(office: Office, opened: Opened, name: str, standing: Standing, sealed_with: Path | None) -> Candidate:
    if sealed_with is not None:
        return _sealed_anew(office, opened, name, standing, file_named(sealed_with))
    mark = opened.found.text("key_id")
    candidate = restoring.candidate_of(opened, name, _vault(office, mark))
    kept = None if mark is None else KeyRing(office.key_file).kept(mark)
    ours = restoring.key_of(standing, key_at_hand(office, standing.key_id).id)
    restoring.check_key(candidate, ours, kept if kept is not None and kept.exists() else None)
    if ours is None and mark is not None:
        talk(f"The key {mark} is not at hand: without it, its values can be neither shown nor checked.")
    return candidate


def _vault(office: Office, mark: str | None) -> Vault | None:
    """What opens values sealed with the key of this name; None where that is not here."""
    key = key_at_hand(office, mark)
    if key.vault is None or key.id != mark:
        return None
    try:
        key.vault.digest("")
    except SealError as error:
        talk(f"Whether its values open was not looked at. {error}")
        return None
    return key.vault


def _sealed_anew(office: Office, opened: Opened, name: str, standing: Standing, key_file: Path) -> Candidate:
    """The candidate with its values sealed with the store's key."""
    content, mark = read_key_file(key_file), opened.found.text("key_id")
    if mark not in (None, id_of(content)):
        raise SealError(f"{name} was sealed with the key {mark}, and {key_file} holds {id_of(content)}.")
    old = KeyVault(lambda: open_key(key_file, content, asking(office.passphrase_file)).master)
    candidate = restoring.candidate_of(opened, name, old)
    key = key_at_hand(office, standing.key_id)
    if key.vault is None or restoring.key_of(standing, key.id) != key.id:
        raise SealError(f"The store's own key is not at hand. {key.trouble}".rstrip())
    records = resealed(candidate.records, old, key.vault, standing.records)
    return Candidate(name, records, key.id, candidate.left_out)


# ------------------------------------------------------------------ doing it


def _begin(office: Office, files: StoreFiles, opened: Opened, standing: Standing) -> Begin:
    """How the change is begun; the trail in a backup comes along to where neither store nor trail is."""
    if not standing.damaged:
        return office.store.change
    trail = opened.trail if opened.store_name == files.store.name else b""
    return partial(office.store.change_anew, trail=trail)


# ------------------------------------------------------------------ telling


def _tell(files: StoreFiles, opened: Opened, candidate: Candidate, standing: Standing, planned: Difference) -> None:
    made = f", made {time_text(opened.made_at)}" if opened.made_at else ""
    talk(f"{candidate.source}{made}: {sums(planned)}.")
    if not files.store.exists():
        talk(f"There is no store {files.store}: it is made.")
    elif standing.damaged:
        talk(f"The store {files.store} is damaged: it was compared with what can be made out of it.")
    if candidate.left_out:
        talk(f"{counted(candidate.left_out, 'assignment')} in it lead nowhere and are left out.")


def _tell_done(files: StoreFiles, standing: Standing, planned: Difference, later: Sequence[Entry]) -> None:
    """A generation is named by its file: its number is another one after the next change."""
    talk(f"Restored: {sums(planned)}.")
    kept = None if standing.damaged else files.generations.of(standing.stamp)
    if kept is not None:
        talk(f"`tokentui store restore {shlex.quote(str(kept.path))}` takes it back.")
    if standing.damaged and later:
        talk("`tokentui store check` tells which of the later changes nobody did again yet.")
