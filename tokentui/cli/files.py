"""Files that are named on the command line."""

from pathlib import Path

from tokentui.domain.errors import Conflict, Invalid


def file_named(path: Path) -> Path:
    """The file, its `~` written out; raises `Invalid` where that is nobody's home."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise Invalid("file", f"{path}: there is no such user, so no home folder; write the path out.") from None


def write_out(file: Path, content: bytes, *, force: bool) -> None:
    """Make the file (0600), or put it in place of another, whole; raises `Conflict` where that is not wanted."""
    import os

    from tokentui.store.private_files import temporary_beside, write_private

    try:
        if not force:
            write_private(file, content)
            return
        beside = temporary_beside(file)
        write_private(beside, content)
        os.replace(beside, file)
    except FileExistsError:
        raise Conflict(f"{file} is there already; --force replaces it. Nothing was written.") from None
    except OSError as error:
        raise Invalid("output", f"{file} cannot be written: {error.strerror}.") from error
