"""What goes wrong, turned into one line on stderr and an exit code: the only place that does."""

import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from tokentui.domain import masking
from tokentui.domain.errors import Conflict, NotFound, NotHandedOut, SealError, StoreError, TokenTuiError
from tokentui.domain.masking import MASK, masked, visible

P = ParamSpec("P")
R = TypeVar("R")

#: Bad input, and whatever else the user can put right in what they typed.
USAGE = 2
NOT_FOUND = 3
CONFLICT = 4
STORE_UNUSABLE = 5
#: A defect of the program (`EX_SOFTWARE` of sysexits.h); apart from 1, which is an answer.
DEFECT = 70
INTERRUPTED = 130
#: What a shell reports of a program that SIGPIPE ended, as in `tokentui tokens list | head -1`.
PIPE_CLOSED = 141

_CODES: tuple[tuple[type[TokenTuiError], int], ...] = (
    (NotFound, NOT_FOUND),
    (Conflict, CONFLICT),
    (StoreError, STORE_UNUSABLE),
    (SealError, STORE_UNUSABLE),
    (NotHandedOut, STORE_UNUSABLE),
)
#: What click repeats of what was typed; no option or command of ours is as long, and a value of any form may be.
_LONG_WORD = re.compile(r"[^\s'\"()]{32,}")
#: Options of `tokentui` itself, which are often written behind the command.
_BEFORE_THE_COMMAND = ("--store", "--key-file", "--passphrase-file", "--read-only", "--demo")


class Defect(Exception):
    """An unexpected error while token values were at hand: where it was, and not what it said."""

    def __init__(self, error: Exception) -> None:
        import traceback

        frames = "".join(traceback.format_tb(error.__traceback__))
        super().__init__(f"{frames}{type(error).__name__} (its text is held back: it could hold a token value)")


def holds_values(command: Callable[P, R]) -> Callable[P, R]:
    """For commands that have token values at hand: the text of an unexpected error is shown to nobody."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (TokenTuiError, click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001  # `main` reports it, without its text
            raise Defect(error) from None

    return guarded


def report(error: Exception) -> int:
    """Tell the user what went wrong and what to do; returns the exit code."""
    match error:
        case TokenTuiError():
            return _say(str(error), next((code for kind, code in _CODES if isinstance(error, kind)), USAGE))
        case click.UsageError():
            return _say(visible(_usage(error)), USAGE)
        case click.ClickException():
            return _say(visible(error.format_message()), USAGE)
        case click.Abort():
            return _say("interrupted.", INTERRUPTED)
        case BrokenPipeError():
            return _close_output()
        case Defect():
            return _say(f"this is a defect of TokenTUI; please report it.\n{error}", DEFECT)
    _print_traceback(error)
    return _say("this is a defect of TokenTUI; please report it.", DEFECT)


def _print_traceback(error: Exception) -> None:
    import traceback

    told = masked("".join(traceback.format_exception(error)), least=masking.QUARTER)
    click.echo(told, nl=False, err=True)


def _say(line: str, code: int) -> int:
    from tokentui.cli.output import talk  # most commands end without it, or have it already

    talk(f"tokentui: {line}")
    return code


def _usage(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx else "tokentui"
    message = " ".join(error.format_message().split())  # click puts the choices of an argument on lines of their own
    message = _LONG_WORD.sub(MASK, message)
    if isinstance(error, click.NoSuchOption) and error.option_name in _BEFORE_THE_COMMAND:
        first, _, rest = path.partition(" ")
        message = f"{error.option_name} goes before the command: {first} {error.option_name} … {rest}."
    return f"{message.rstrip('.')}. See: {path} --help"


def _close_output() -> int:
    """Whoever read our output has gone; what is still buffered must not fail again at exit."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
    return PIPE_CLOSED
