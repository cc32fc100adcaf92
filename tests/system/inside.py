"""Things done inside the real `tokentui`, before it begins: a fault in one of its parts, or a look at its sockets.

They are put into a `sitecustomize.py` that the interpreter finds by `PYTHONPATH`; the program itself is as it is.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from tests.system.terminal import ROOT

_FAULT = """
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from pathlib import Path

def broken(*args, **kwargs):
    raise {kind}(f"broken by {{Path({text!r}).read_text()}} with {{args}} {{kwargs}}")

wanted, _, names = {place!r}.partition(":")

def break_in(holder):
    *holders, name = names.split(".")
    for each in holders:
        holder = getattr(holder, each)
    assert callable(getattr(holder, name))
    setattr(holder, name, broken)

class Breaking(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != wanted:
            return None
        spec = PathFinder.find_spec(name, path)
        run = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (run(module), break_in(module))
        return spec

sys.meta_path.insert(0, Breaking())
"""

_WATCH = """
import os, sys

def watch(event, args, file=os.open({file!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)):
    if event.startswith("socket."):
        os.write(file, f"{{event}} {{args}}\\n".encode())

sys.addaudithook(watch)
"""

#: A pair of sockets for the event loop's own wake-up calls, and what the machine is called.
_HARMLESS = re.compile(r"socket\.__new__ \(.*, (<AddressFamily\.AF_UNIX: 1>|1), |socket\.gethostname ")


def with_fault(folder: Path, place: str, text: Path, kind: str = "RuntimeError") -> Mapping[str, str]:
    """The environment in which calling `module:name` raises an error that holds a file's text and the arguments."""
    return _begun_with(folder, _FAULT.format(place=place, text=str(text), kind=kind))


def with_watch(folder: Path, file: Path) -> Mapping[str, str]:
    """The environment in which each use of a socket, by the process or a child in Python, is noted in a file."""
    return _begun_with(folder, _WATCH.format(file=str(file)))


def foreign(sockets: Path) -> list[str]:
    """What was noted of sockets that lead to other machines, or could; the event loop's own, and its name, do not."""
    return [line for line in sockets.read_text().splitlines() if not _HARMLESS.match(line)]


def _begun_with(folder: Path, script: str) -> Mapping[str, str]:
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(script)
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))), "PYTHONDONTWRITEBYTECODE": "1"}
