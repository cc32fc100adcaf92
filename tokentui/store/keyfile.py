"""The key file: 32 random bytes that open every sealed value, in another folder than the store."""

import base64
import binascii
import os
import shlex
import stat
from contextlib import suppress
from pathlib import Path

from tokentui.domain.errors import SealError
from tokentui.store.private_files import make_private_folder, sync_folder, temporary_beside, write_private

KEY_BYTES = 32
_PREFIX = "tokentui-key-v1:"
#: More than any key file has: what is longer is no key.
_MOST = 1024


def read_key(path: Path) -> bytes:
    """The master key in `path`; raises `SealError` where it is absent, readable by others, or no key."""
    try:
        # Without O_NONBLOCK, to open a named pipe would wait for ever.
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            _check_private(path, status)
            content = file.read(_MOST + 1)
    except FileNotFoundError:
        raise SealError(f"The key file {path} is not there. Put it back, or name another with --key-file.") from None
    except OSError as error:
        raise SealError(f"The key file {path} cannot be read: {error.strerror or error}.") from error
    return _parse(path, content)


def _check_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SealError(f"The key file {path} is not a regular file.")
    if status.st_mode & 0o077:
        raise SealError(f"Others may read the key file. Mend it with: chmod 600 {shlex.quote(str(path))}")


def _parse(path: Path, content: bytes) -> bytes:
    text = content.decode("ascii", "replace").strip()
    key = b""
    if len(content) <= _MOST and text.startswith(_PREFIX):
        with suppress(binascii.Error):
            key = base64.b64decode(text.removeprefix(_PREFIX).encode("ascii", "replace"), validate=True)
    if len(key) != KEY_BYTES:
        raise SealError(f"{path} holds no TokenTUI key. Name the right file with --key-file.")
    return key


def make_key(path: Path) -> bytes:
    """Make the key file with a new key, 0600 whatever the umask; where another process was first, read its key."""
    text = _PREFIX + base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n"
    temporary = temporary_beside(path)
    try:
        make_private_folder(path.parent)
        write_private(temporary, text.encode())
        with suppress(FileExistsError):
            os.link(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise SealError(f"The key file {path} cannot be made: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return read_key(path)
