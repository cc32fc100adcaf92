"""The command line: the only place where the parts are put together."""

import gc

# What an import makes is needed until the end; looking through it for garbage takes a twentieth of a short command.
_looked = gc.isenabled()
gc.disable()

from tokentui.cli.program import main  # noqa: E402

if _looked:
    gc.freeze()  # else all of it is looked through as soon as garbage is looked for
    gc.enable()

__all__ = ["main"]
