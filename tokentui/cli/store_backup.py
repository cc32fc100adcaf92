"""`tokentui store backup`: one file to copy away, with the store as one saved state and its activity trail."""

from pathlib import Path

import click

from tokentui.cli.compose import Office
from tokentui.cli.files import file_named, output_named
from tokentui.cli.options import as_json
from tokentui.cli.output import print_json, print_lines, talk
from tokentui.domain.actors import Note
from tokentui.domain.errors import Conflict, Invalid, StoreError
from tokentui.store.backup import write_backup
from tokentui.store.file_check import StoreFiles


@click.command(
    epilog="""\b
Examples:
  tokentui store backup
  tokentui store backup /mnt/backup/ && cp ~/.config/tokentui/key /somewhere/else/""",
)
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@as_json
@click.pass_obj
def backup(office: Office, /, *, file: Path | None, as_json: bool) -> None:
    """Copy the store, as it was saved last, and its activity trail into one new file, for you alone (0600).

    FILE is made here, with the time (UTC) in its name, unless said; in a folder, where it is one. A file that is
    there is never replaced. Its name is printed. The key is not in it, and neither are the requests seen.
    """
    store = StoreFiles.of(office.store_file, office.key_file).store
    if not office.store.exists:
        raise StoreError(f"There is no store {store} to be backed up.")
    note = Note(office.desk.clock(), office.desk.actor, "made a backup")
    made = output_named(office, _place(file, store, note))
    try:
        kept = write_backup(store, made, note)
    except FileExistsError:
        raise Conflict(f"{made} is there already, and a backup never replaces anything. Name another file.") from None
    except OSError as error:
        raise Invalid("file", f"{made} cannot be written: {error.strerror or error}.") from error
    if as_json:
        print_json({"file": str(made), "key_id": kept.key_id, "activity_head": kept.head or None})
    else:
        print_lines([str(made)])
    if kept.trouble:
        talk(kept.trouble)
    _tell_of_key(office, kept.key_id)


def _place(file: Path | None, store: Path, note: Note) -> Path:
    default = f"{store.stem}-{note.at:%Y%m%dT%H%M%SZ}.tokentui.tar"
    named = Path() if file is None else file_named(file)
    return named / default if named.is_dir() else named


def _tell_of_key(office: Office, key_id: str | None) -> None:
    if key_id is not None:
        talk(f"Its values open with the key {key_id} only ({office.key_file}). Keep a copy of that apart from this.")
