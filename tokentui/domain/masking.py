"""What must not be seen is masked: a token value where nobody asked for one, and characters that steer a terminal.

Values of the system's own making are known by their form, without a key. Others, taken in from elsewhere, may have
any form: they are kept out by never being put into a text at all.
"""

import re

MASK = "••••••••"
#: Half a value is a secret too; a shorter run may be any name.
HALF = 32
#: Where no names of others stand, as in a traceback, less is enough.
QUARTER = 16
#: What is refused in a name: longer than the ids in links to documents, and shorter than a value, be it cut.
_REFUSED = 48
#: From here on letters of both cases are no word, be there a digit among them or not.
_NO_WORD = 40

_RUN = re.compile(r"[A-Za-z0-9]+")


def masked(text: str, least: int = HALF) -> str:
    """The text with a mask in place of each run of `least` characters or more that could be of a value."""
    if len(text) < least:
        return text
    return _RUN.sub(lambda run: MASK if len(run[0]) >= least and _is_random(run[0]) else run[0], text)


def visible(text: str) -> str:
    r"""The text on one line and fit for a terminal, whoever wrote it: what cannot be seen as `\x1b`."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def holds_value(text: str) -> bool:
    """Whether most of a generated value is in it: so many letters and digits in a row, of both cases."""
    return len(text) >= _REFUSED and any(len(run) >= _REFUSED and _is_random(run) for run in _RUN.findall(text))


def _is_random(run: str) -> bool:
    """Digests in hex, which may be shown, have letters of one case only; names have no digits in them, mostly."""
    both_cases = run.lower() != run and run.upper() != run
    return both_cases and (len(run) >= _NO_WORD or not run.isalpha())
