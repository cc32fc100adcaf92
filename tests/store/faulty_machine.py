"""Runs commands as somebody who is not root, where a folder, a file or the disk is in the way; tells how it went.

python -m tests.store.faulty_machine FAULT FOLDER
"""

import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from tokentui.cli import main

#: `nobody`: only root may become somebody else, and only root is stopped by no mode of a file.
NOBODY = 65534
DISK = 256 * 1024


def run(folder: Path, *words: str) -> tuple[int, str]:
    """A command at the store in this folder: exit code, and what it said on stderr."""
    places = ("--store", str(folder / "data" / "tokens.json"), "--key-file", str(folder / "key" / "key"))
    said = io.StringIO()
    code = 0
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        try:
            main([*places, *words], prog_name="tokentui")
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, said.getvalue()


def become_nobody(folder: Path) -> None:
    """Be no more than any user, whose folder this is."""
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def mode(name: str, wrong: int) -> Callable[[Path], Callable[[], None]]:
    """The fault that a file or folder has this mode."""

    def begin(folder: Path) -> Callable[[], None]:
        path = folder / "data" / name
        right = path.stat().st_mode & 0o777
        path.chmod(wrong)
        return lambda: path.chmod(right)

    return begin


def limit(name: str) -> Callable[[Path], Callable[[], None]]:
    """The fault that no file may get larger than this one is: the same as a full disk, wherever one is."""

    def begin(folder: Path) -> Callable[[], None]:
        size = (folder / "data" / name).stat().st_size
        (folder / "data" / "activity.jsonl").unlink()  # so that the trail has room, unless it is what has none
        most = {"tokens.json": size - 1, "activity.jsonl": 10}[name]
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    return begin


def full(folder: Path) -> Callable[[], None]:
    """The fault that the disk is full: a small one where this process could mount it, else a limit in its place."""
    if not os.path.ismount(folder):
        return limit("tokens.json")(folder)
    filler = folder / "filler"
    with suppress(OSError), open(filler, "wb", buffering=0) as file:
        for size in (4096, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass
    return filler.unlink


FAULTS: dict[str, Callable[[Path], Callable[[], None]]] = {
    "read-only folder": mode(".", 0o500),
    "closed folder": mode(".", 0o000),
    "closed store": mode("tokens.json", 0o000),
    "closed lock": mode("tokens.json.lock", 0o000),
    "closed trail": mode("activity.jsonl", 0o000),
    "no room for the store": limit("tokens.json"),
    "no room for the trail": limit("activity.jsonl"),
    "full disk": full,
}


def tried(fault: str, folder: Path) -> dict[str, object]:
    """A change before the fault, one while it lasts, and one after it."""
    if fault == "full disk" and os.geteuid() == 0:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tokentui", str(folder)]
        subprocess.run(mount, check=False, capture_output=True)
    warm = folder.with_name("warm")
    run(warm, "tokens", "add", "warm")  # all that is needed is loaded: the program may be closed to nobody
    run(warm, "tokens", "disable", "warm")
    become_nobody(folder)
    file = folder / "data" / "tokens.json"
    before, _ = run(folder, "tokens", "add", "erp", "--description", "d" * 1000)
    old = file.read_bytes()
    end = FAULTS[fault](folder)
    code, said = run(folder, "tokens", "disable", "erp")
    end()
    same, left = file.read_bytes() == old, os.listdir(file.parent)
    after, _ = run(folder, "tokens", "disable", "erp")
    return {"codes": [before, code, after], "said": said, "same": same, "left": left, "user": os.geteuid()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(tried(sys.argv[1], Path(sys.argv[2]))))
