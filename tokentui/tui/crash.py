"""What is told of a crash: where it was and of which kind, and nothing that could hold a token value."""

import rich
from rich.traceback import Trace, Traceback

_HELD_BACK = "(its text is held back: it could hold a token value)"


def where_it_was() -> Traceback:
    """The traceback of the exception that is being handled, for the user's report."""
    told = Traceback(width=None, suppress=[rich])
    _without_words(told.trace)
    return told


def _without_words(trace: Trace) -> None:
    for stack in trace.stacks:
        stack.exc_value, stack.notes, stack.syntax_error = _HELD_BACK, [], None
        for group in stack.exceptions:
            _without_words(group)
