"""How text from a file that others wrote is shown: on one line, cut, with nothing that steers a terminal."""

#: Enough of a foreign text to tell in a message which one is meant.
BRIEF = 120
#: How many characters are looked at for each that may be shown; the rest of a huge text costs nothing.
_LOOK = 4


def one_line(text: str, limit: int = BRIEF) -> str:
    """The text with white space collapsed and invisible characters dropped, cut to `limit` characters with a `…`."""
    words = " ".join(text[: limit * _LOOK].split())
    shown = words if words.isprintable() else "".join(filter(str.isprintable, words)).strip()
    whole = len(shown) <= limit and len(text) <= limit * _LOOK
    return shown if whole else shown[: limit - 1].rstrip() + "…"


def kind(value: object) -> str:
    """What a value from a JSON or YAML document is, in words: `a list`, `an object`, …"""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    return _KINDS.get(type(value), "a value")


_KINDS: dict[type, str] = {dict: "an object", list: "a list", str: "text", int: "a number", float: "a number"}
