"""What looks like a token value is masked where nobody asked for one: in errors, and in what was typed by mistake.

Values of the system's own making are known by their form, without a key. Others, taken in from elsewhere, may have
any form: they are kept out by never being put into a text at all.
"""

import re

MASK = "••••••••"

#: Half a value is a secret too; a shorter run may be any name.
_RUN = re.compile(r"[A-Za-z0-9]{32,}")
_LENGTH = 64


def masked(text: str) -> str:
    """The text with a mask in place of each run of characters that could be a value, or most of one."""
    return _RUN.sub(lambda run: MASK if _is_mixed(run[0]) and re.search("[0-9]", run[0]) else run[0], text)


def holds_value(text: str) -> bool:
    """Whether a word in it has the form of a generated value: 64 letters and digits, of both cases."""
    return len(text) >= _LENGTH and any(len(run) == _LENGTH and _is_mixed(run) for run in _RUN.findall(text))


def _is_mixed(run: str) -> bool:
    """Digests in hex, which may be shown, have letters of one case only."""
    return run.lower() != run and run.upper() != run
