"""What can go wrong, said once where it happens, with what the user can do about it.

Every message is one line that is fit to be shown; none ever holds a token value. Faces (the UI, the command
line) catch `TokenTuiError` and nothing wider.
"""

from tokentui.domain.masking import masked, visible


class TokenTuiError(Exception):
    """The base of all errors that are meant for the user's eyes.

    What looks like a token value is masked: it was typed where something else was asked for. What steers a terminal
    is written out: a file of others may be quoted.
    """

    def __init__(self, message: str) -> None:
        super().__init__(visible(masked(message)))


class Invalid(TokenTuiError):
    """A field's value cannot be taken. `field` is the record's attribute name, so that a form can show it there."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class InvalidName(Invalid):
    """A name that is empty, too long or holds control characters."""


class InvalidSlug(Invalid):
    """A slug or group with other characters than `a-z`, `0-9` and `-`."""


class InvalidPath(Invalid):
    """A path template that cannot be matched against requests."""


class InvalidIpFilter(Invalid):
    """An IP filter entry that is neither an address nor a CIDR network."""


class InvalidTokenValue(Invalid):
    """A token value that no `Authorization: Bearer` header can carry (RFC 6750 §2.1)."""


class NotFound(TokenTuiError):
    """The named endpoint or token is not in the store."""


class Conflict(TokenTuiError):
    """The change does not fit what the store holds now: a stale `rev`, or something another record has taken."""


class Taken(Conflict):
    """Another record has this name, slug, path or value. `field` says which of them."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class StoreError(TokenTuiError):
    """The store cannot be read or written; what it held is as it was."""


class ReadOnly(StoreError):
    """The store was opened to be looked at only."""


class SealError(TokenTuiError):
    """A sealed value cannot be opened: wrong key, lost key, or the record was tampered with."""


class Locked(SealError):
    """The key is wrapped with a passphrase, and nobody has given that since the keys were last dropped."""


class ValueLost(SealError):
    """A value that was sealed with a key which somebody has said to be lost since."""


class WrongPassphrase(SealError):
    """The passphrase that was given does not open the key."""


class NotHandedOut(TokenTuiError):
    """Values were replaced, and then could not be written where they were to be handed out."""


class ImportRefused(TokenTuiError):
    """A file that cannot be imported at all; nothing was changed."""
