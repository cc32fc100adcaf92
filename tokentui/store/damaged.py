"""A damaged store file is not thrown away when it is restored over: somebody may still make something out of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from tokentui.store.private_files import NO_LINKS, write_parts


def aside_of(store: Path, now: datetime) -> Path:
    """A free name beside the store that says what is kept there: `tokens.json.damaged-20260314T092653Z`."""
    name = f"{store.name}.damaged-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (store.with_name(name if number == 1 else f"{name}-{number}") for number in count(1))
    return next(path for path in names if not os.path.lexists(path))


@contextmanager
def kept_aside(store: Path, aside: Path) -> Iterator[bool]:
    """Keep the file that is replaced inside as `aside`; gives whether there was one.

    Raises `OSError`, and then nothing may be replaced.
    """
    there = os.path.lexists(store)
    if there:
        _keep(store, aside)
    try:
        yield there
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


def _keep(store: Path, aside: Path) -> None:
    try:
        os.link(store, aside)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        write_parts(aside, (store.read_bytes(),), os.stat(store))
