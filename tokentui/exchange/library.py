"""The root file and the files it refers to: each read once, all from the root file's folder, within one allowance."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

from tokentui.domain.errors import ImportRefused
from tokentui.exchange.documents import MAX_BYTES, ImportCancelled, Watch, parse_document, read_bytes
from tokentui.exchange.opening import Opened
from tokentui.exchange.wording import one_line

#: How many files besides the root are opened.
MAX_FILES = 100

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


class BrokenReference(Exception):
    """A reference that leads nowhere we go; the message completes "its $ref cannot be followed: "."""


class Library:
    """The files of one description. Paths in it are real ones: no symlink leads out of the folder unseen."""

    def __init__(self, root: Opened, watch: Watch) -> None:
        self.root = Path(os.path.realpath(root.file))
        self._folder = self.root.parent
        self._watch = watch.silent()
        self._left = MAX_BYTES - len(root.content)
        self._documents: dict[Path, object] = {self.root: root.document}
        self._broken: dict[Path, str] = {}

    def locate(self, relative: str, home: Path) -> Path:
        """The real path of the file that `home` calls `relative`; raises `BrokenReference` outside the folder."""
        if _URL.match(relative):
            raise BrokenReference("it is a URL, only files beside the description are read.")
        wanted = unquote(relative)
        if "\0" in wanted:
            raise BrokenReference("its file name has a NUL.")
        found = self._real(home.parent / wanted)
        if os.path.isabs(wanted) or not found.is_relative_to(self._folder):
            raise BrokenReference("it leads out of the description's folder, nothing is read from there.")
        return found

    @staticmethod
    def _real(path: Path) -> Path:
        try:
            return Path(os.path.realpath(path))
        except (OSError, ValueError) as error:
            raise BrokenReference("it is no file name.") from error

    def read(self, file: Path) -> object:
        """The document in a file that `locate` found; raises `BrokenReference`, or `ImportCancelled`."""
        if file in self._documents:
            return self._documents[file]
        if file not in self._broken:
            self._read_anew(file)
        if file in self._broken:
            raise BrokenReference(self._broken[file])
        return self._documents[file]

    def _read_anew(self, file: Path) -> None:
        if len(self._documents) + len(self._broken) > MAX_FILES:
            raise BrokenReference(f"more than {MAX_FILES} files are referred to.")
        name = one_line(str(file.relative_to(self._folder)))
        try:
            content = read_bytes(file, name, self._left)
            self._left -= len(content)
            self._documents[file] = parse_document(content, name, self._watch)
        except ImportCancelled:
            raise
        except ImportRefused as error:
            self._broken[file] = str(error)
