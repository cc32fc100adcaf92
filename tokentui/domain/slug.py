"""Slugs and groups: the names that are safe in a path and on a command line."""

import re
import unicodedata
from collections.abc import Container

from tokentui.domain.errors import InvalidSlug

#: The longest slug or group: a DNS label's length (RFC 1035 §2.3.4), so it fits wherever a name must be short.
MAX_LENGTH = 63
#: What a name becomes that has no letter or digit of ours in it.
FALLBACK = "endpoint"

#: Letters that Unicode does not decompose, after casefolding (which has turned ß into ss already).
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "k",
        "ə": "e",
    }
)
_NEITHER = re.compile(r"[^a-z0-9]+")
_SLUG = re.compile(rf"[a-z0-9-]{{1,{MAX_LENGTH}}}")


def slugify(name: str) -> str:
    """The slug that a name suggests: `Příjem zboží #2` gives `prijem-zbozi-2`. Never fails, never empty."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    plain = "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M"))
    slug = _NEITHER.sub("-", plain.translate(_LETTERS)).strip("-")
    return slug[:MAX_LENGTH].rstrip("-") or FALLBACK


def next_free(slug: str, taken: Container[str]) -> str:
    """The slug itself, or the first of `slug-2`, `slug-3`, … that is not taken, never longer than `MAX_LENGTH`."""
    candidate, number = slug, 1
    while candidate in taken:
        number += 1
        suffix = f"-{number}"
        candidate = slug[: MAX_LENGTH - len(suffix)].rstrip("-") + suffix
    return candidate


def check_slug(value: str) -> str:
    """The slug, if it is one. Raises `InvalidSlug` for the field `slug`."""
    return _check("slug", value)


def check_group(value: str) -> str:
    """The group, if it is one. Raises `InvalidSlug` for the field `group`."""
    return _check("group", value)


def _check(field: str, value: str) -> str:
    if not value:
        raise InvalidSlug(field, f"The {field} is empty; give it 1 to {MAX_LENGTH} of a-z, 0-9 and -.")
    if len(value) > MAX_LENGTH:
        raise InvalidSlug(field, f"The {field} is longer than {MAX_LENGTH} characters; shorten it.")
    if not _SLUG.fullmatch(value):
        raise InvalidSlug(field, f"The {field} may hold only a-z, 0-9 and -; write it as {slugify(value)}.")
    return value
