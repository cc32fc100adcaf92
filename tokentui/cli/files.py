"""Files that are named on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING

from tokentui.domain.errors import Conflict, Invalid

if TYPE_CHECKING:
    from tokentui.cli.compose import Office


def file_named(path: Path) -> Path:
    """The file, its `~` written out; raises `Invalid` where that is nobody's home."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise Invalid("file", f"{path}: there is no such user, so no home folder; write the path out.") from None


def output_named(office: "Office", path: Path) -> Path:
    """As `file_named`, of a file that is to be written; raises `Invalid` where it is one of the store's own."""
    from tokentui.store.file_check import StoreFiles

    file = file_named(path)
    if StoreFiles.of(office.store_file, office.key_file).owns(file):
        raise Invalid("output", f"{file} is one of the files of the store and its key; name another.")
    return file


def write_out(file: Path, content: bytes, *, force: bool) -> None:
    """Make the file (0600), or put it in place of another, whole; raises `Conflict` where that is not wanted."""
    import os

    from tokentui.store.private_files import temporary_beside, write_private

    try:
        if not force:
            write_private(file, content)
            return
        beside = temporary_beside(file)
        try:
            write_private(beside, content)
            os.replace(beside, file)
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        raise Conflict(f"{file} is there already; --force replaces it. Nothing was written.") from None
    except OSError as error:
        raise Invalid("output", f"{file} cannot be written: {error.strerror}.") from error
