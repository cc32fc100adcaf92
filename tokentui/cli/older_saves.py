"""Saves from before a rekey whose key is still there: told before the values of a store are given up."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from tokentui.cli.compose import Office
from tokentui.cli.output import time_text
from tokentui.domain.errors import SealError
from tokentui.store.file_check import StoreFiles
from tokentui.store.generations import KEPT, Generation
from tokentui.store.key_ring import KeyRing
from tokentui.store.salvage import salvage


def older_saves(office: Office) -> Iterator[str]:
    """A line for the newest generation of each key that is still there, with the command that brings it back.

    The numbers are those after the next save, which is the one that gives the values up.
    """
    ring, told = KeyRing(office.key_file), {office.store.key_id}
    kept = StoreFiles.of(office.store_file, office.key_file).generations.kept()
    for number, generation in enumerate(kept, start=2):
        mark = salvage(generation.path).text("key_id")
        if mark is None or mark in told:
            continue
        told.add(mark)
        if (file := _found(ring, mark)) is not None:
            yield _line(number, generation, file)


def _found(ring: KeyRing, mark: str) -> Path | None:
    try:
        found = ring.find(mark)
    except SealError:
        return None
    return None if found is None else found[0]


def _line(number: int, generation: Generation, file: Path) -> str:
    source, first = str(number), ""
    if number > KEPT:  # it goes with this very save
        source, first = "COPY", f" Copy {generation.path} away before;"
    command = f"tokentui store restore {source} --sealed-with {shlex.quote(str(file))}"
    return (
        f"The save of {time_text(generation.saved_at)} opens with a key that is still here.{first} "
        f"Once a new key is there, this brings it back, values and all: {command}"
    )
