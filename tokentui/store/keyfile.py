"""The key file: 32 random bytes that open every sealed value, in another folder than the store.

They stand there as they are, or wrapped with a passphrase; a verifier's file holds the key for digests alone.
"""

import base64
import binascii
import os
import shlex
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tokentui.domain.errors import Locked, SealError
from tokentui.store.private_files import make_private_folder, sync_folder, temporary_beside, write_private
from tokentui.store.vault import key_id

if TYPE_CHECKING:
    from tokentui.store.passphrase import WrappedKey
    from tokentui.store.verify_key import VerifyKey

KEY_BYTES = 32
_PREFIX = "tokentui-key-v1:"
#: More than any key file has: what is longer is no key.
_MOST = 1024


class NoKey(SealError):
    """The file is not there, or what it holds is no key (any more)."""


#: A master key, one that is wrapped with a passphrase, or a verifier's.
KeyContent: TypeAlias = "bytes | WrappedKey | VerifyKey"
#: What editors leave at the end of a line; nothing else may stand around a key.
_BLANK = " \t\r\n"


def read_key(path: Path) -> bytes:
    """The master key in `path`; raises `SealError` where it is absent, readable by others, wrapped, or no key."""
    from tokentui.store.passphrase import WrappedKey

    key = read_key_file(path)
    if isinstance(key, bytes):
        return key
    raise locked(path) if isinstance(key, WrappedKey) else for_checking(path)


def read_key_file(path: Path, *, follow: bool = True) -> KeyContent:
    """What a key file holds; raises `SealError` where it is absent, readable by others, or no key.

    Unless to `follow` links is said, one is no key.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        # Without O_NONBLOCK, to open a named pipe would wait for ever.
        with open(os.open(path, flags | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            _check_private(path, status)
            content = file.read(_MOST + 1)
    except FileNotFoundError:
        raise NoKey(f"The key file {path} is not there. Put it back, or name another with --key-file.") from None
    except OSError as error:
        raise SealError(f"The key file {path} cannot be read: {error.strerror or error}.") from error
    key = _parse(content) if len(content) <= _MOST else None
    if key is None:
        raise NoKey(f"{path} holds no TokenTUI key. Name the right file with --key-file, or put back a copy.")
    return key


def locked(path: Path) -> Locked:
    """The refusal of a key that is wrapped while nobody gave its passphrase."""
    return Locked(f"The key {path} is locked with a passphrase. Unlock it, or name a file with --passphrase-file.")


def for_checking(path: Path) -> SealError:
    """The refusal of a verifier's key where the master key is wanted."""
    return SealError(
        f"{path} is a key for checking only (store key export --verify-only). Name the key itself with --key-file."
    )


def _check_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SealError(f"The key file {path} is not a regular file. Name the right file with --key-file.")
    if status.st_mode & 0o077:
        raise SealError(f"Others may read the key file. Mend it with: chmod 600 {shlex.quote(str(path))}")


def _parse(content: bytes) -> "KeyContent | None":
    text = content.decode("ascii", "replace").strip(_BLANK)
    if text.startswith(_PREFIX):
        return _master(text.removeprefix(_PREFIX))
    from tokentui.store.passphrase import WrappedKey
    from tokentui.store.verify_key import VerifyKey

    return WrappedKey.parse(text) or VerifyKey.parse(text)


def _master(text: str) -> bytes | None:
    with suppress(binascii.Error):
        key = base64.b64decode(text.encode("ascii", "replace"), validate=True)
        if len(key) == KEY_BYTES and base64.b64encode(key).decode() == text:
            return key
    return None


def id_of(key: KeyContent) -> str:
    """The name of the master key, for which no passphrase is needed."""
    return key_id(key) if isinstance(key, bytes) else key.id


def line_of(key: KeyContent) -> str:
    """The text of its file."""
    return _PREFIX + base64.b64encode(key).decode() if isinstance(key, bytes) else key.line


def make_key(path: Path) -> bytes:
    """Make the key file with a new key, 0600 whatever the umask; where another process was first, read its key."""
    temporary = temporary_beside(path)
    try:
        make_private_folder(path.parent)
        write_private(temporary, f"{line_of(os.urandom(KEY_BYTES))}\n".encode())
        with suppress(FileExistsError):
            os.link(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise SealError(f"The key file {path} cannot be made: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return read_key(path)
