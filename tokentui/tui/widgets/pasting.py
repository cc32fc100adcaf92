"""What a field of one line takes of a paste: what is copied from a page or a terminal seldom is the value alone."""

from textual import events


def take_one_line(event: events.Paste) -> None:
    """Make the first line that says something of it, without what surrounds it and what cannot be seen."""
    lines = ("".join(filter(str.isprintable, line)).strip() for line in event.text.splitlines())
    event.text = next(filter(None, lines), "")
