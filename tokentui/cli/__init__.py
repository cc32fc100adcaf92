"""The command line: the only place where the parts are put together."""

from tokentui.cli.program import main

__all__ = ["main"]
