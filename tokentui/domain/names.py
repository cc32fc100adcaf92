"""Names and descriptions: what people write, made safe to show in a terminal and to compare."""

import re
import unicodedata

from tokentui.domain.errors import Invalid, InvalidName
from tokentui.domain.masking import holds_value

#: The longest name and the longest description, in characters.
NAME_LIMIT = 100
DESCRIPTION_LIMIT = 1000

#: Unicode categories that a name cannot hold, in words.
_REFUSED = {
    "Cc": "a control character",
    "Cf": "an invisible format character",
    "Cs": "half of a surrogate pair",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
#: Control characters other than the newline, surrogates, and marks that turn the direction of the text around them.
_NOT_IN_DESCRIPTION = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def check_name(value: str, *, limit: int = NAME_LIMIT) -> str:
    """The name as it is kept: stripped, in NFC, one line of visible characters.

    Raises `InvalidName` for the field `name`.
    """
    name = unicodedata.normalize("NFC", value.strip())
    if not name:
        raise InvalidName("name", "The name is empty; give it at least one visible character.")
    if len(name) > limit:
        raise InvalidName("name", f"The name has {len(name)} characters; shorten it to {limit}.")
    if not name.isprintable():
        _refuse_invisible(name)
    if holds_value(name):
        raise InvalidName("name", "The name looks like a token value, and names are shown to everybody.")
    return name


def _refuse_invisible(name: str) -> None:
    for position, character in enumerate(name, start=1):
        refused = _REFUSED.get(unicodedata.category(character))
        if refused:
            code = f"U+{ord(character):04X}"
            raise InvalidName("name", f"The name has {refused} ({code}) at position {position}; remove it.")


def name_key(name: str) -> str:
    """Equal for names that differ in case or composition only (canonical caseless matching, Unicode §3.13)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def check_description(value: str) -> str:
    """The description as it is kept: lines end in a newline alone, and nothing in it steers a terminal.

    Raises `Invalid` for the field `description`.
    """
    text = value.replace("\r\n", "\n")
    if len(text) > DESCRIPTION_LIMIT:
        message = f"The description has {len(text)} characters; shorten it to {DESCRIPTION_LIMIT}."
        raise Invalid("description", message)
    refused = _NOT_IN_DESCRIPTION.search(text)
    if refused:
        code = f"U+{ord(refused[0]):04X}"
        message = f"The description has a control character ({code}) at position {refused.start() + 1}; remove it."
        raise Invalid("description", message)
    if holds_value(text):
        message = "The description holds what looks like a token value; take it out, descriptions are no secret."
        raise Invalid("description", message)
    return text
