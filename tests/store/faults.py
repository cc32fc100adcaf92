"""Faults of the operating system: the calls that a deed makes are counted, and one of them fails."""

import fcntl
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

#: What is asked of the system by way of a function of `os`.
_OS = (
    *("open", "close", "read", "pread", "write", "pwrite", "ftruncate", "fsync"),
    *("stat", "lstat", "fstat", "chmod", "fchmod", "chown", "fchown", "utime"),
    *("link", "rename", "replace", "unlink", "mkdir", "listdir", "scandir", "readlink"),
)
#: Modules that open files as Python files, whose reads and writes are calls too.
_MODULES = ("generations", "private_files", "safe_storage")
_NAMES = (
    (re.compile(r"\..*\.tmp"), "temporary"),
    (re.compile(r"\d{8}T\d{6}\.\d{9}Z\.json"), "generation"),
)
_READLINK = os.readlink


class Faults:
    """Names every call, the first `call` of that many times by the name; raises where its turn has come."""

    def __init__(self, turn: int = -1, number: int = 0) -> None:
        self.calls: list[str] = []
        self._turn = turn
        self._number = number
        self._counted: Counter[str] = Counter()

    @property
    def failed(self) -> bool:
        """Whether the call whose turn it was has come."""
        return len(self.calls) > self._turn >= 0

    def come(self, call: str, target: object) -> None:
        """A call is about to be made; raises `OSError` where it is the one that fails."""
        name = f"{call} {_name_of(target)}"
        self._counted[name] += 1
        self.calls.append(name if self._counted[name] == 1 else f"{name} ({self._counted[name]})")
        if len(self.calls) - 1 == self._turn:
            raise OSError(self._number, os.strerror(self._number))


def _name_of(target: object) -> str:
    try:
        path = _READLINK(f"/proc/self/fd/{target}") if isinstance(target, int) else os.fspath(target)  # type: ignore[call-overload]
    except OSError:
        return "?"
    name = Path(str(path)).name
    return next((known for pattern, known in _NAMES if pattern.fullmatch(name)), name)


@contextmanager
def faults(turn: int = -1, number: int = 0) -> Iterator[Faults]:
    """Count the calls that are made inside; the one of that turn (from 0) fails with this number."""
    found = Faults(turn, number)
    with pytest.MonkeyPatch.context() as patched:
        for name in _OS:
            patched.setattr(os, name, _counted(found, name, getattr(os, name)))
        patched.setattr(fcntl, "flock", _counted(found, "flock", fcntl.flock))
        for module in _MODULES:
            patched.setattr(f"tokentui.store.{module}.open", _opening(found), raising=False)
        yield found


def _counted(found: Faults, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **more: Any) -> Any:
        if name == "close":  # what fails to close is closed all the same
            try:
                found.come(name, args[0])
            finally:
                original(*args, **more)
            return None
        found.come(name, args[0])
        if name == "write" and len(args[1]) > 100:
            return original(args[0], bytes(args[1])[:100])  # a write may write less
        return original(*args, **more)

    return call


class _Raw(io.FileIO):
    """A file whose reads and writes are counted; half of it is written before it fails."""

    def __init__(self, found: Faults, file: Any, mode: str) -> None:
        self._found = found
        super().__init__(file, mode)

    def write(self, content: Any, /) -> int:
        half = bytes(content)[: len(content) // 2]
        try:
            self._found.come("write", self.fileno())
        except OSError:
            super().write(half)
            raise
        return super().write(content)

    def readinto(self, buffer: Any, /) -> int:
        self._found.come("read", self.fileno())
        return super().readinto(buffer)

    def readall(self) -> bytes:
        self._found.come("read", self.fileno())
        return super().readall()


def _opening(found: Faults) -> Callable[[Any, str], Any]:
    def opened(file: Any, mode: str) -> Any:
        if not isinstance(file, int):
            found.come("open", file)
        raw = _Raw(found, file, mode)
        return io.BufferedWriter(raw) if "w" in mode else io.BufferedReader(raw)

    return opened
