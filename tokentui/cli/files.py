"""Files that are named on the command line."""

from pathlib import Path

from tokentui.domain.errors import Invalid


def file_named(path: Path) -> Path:
    """The file, its `~` written out; raises `Invalid` where that is nobody's home."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise Invalid("file", f"{path}: there is no such user, so no home folder; write the path out.") from None
