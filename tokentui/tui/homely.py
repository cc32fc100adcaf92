"""Paths for people: what is in the home folder begins with `~`, so that there is room for the rest."""

import os
import re
from collections.abc import Mapping


def homely(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """The text with `~` for the home folder at the beginning of each path; not within quotes."""
    home = environ.get("HOME", "").rstrip("/")
    return re.sub(rf"(?<![^\s(“]){re.escape(home)}(?=/)", "~", text) if home else text
