"""Reading: texts as UTF-8 whatever they are in, bytes as they are, and nothing that waits for ever."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from tokentui.services.reading import BLOCK, blocks, opened

TEXT = "Příjem\n商品 𝄞\n"


def text_of(file: BinaryIO) -> bytes:
    return b"".join(block.text for block in blocks(file))


class Dribbling(io.RawIOBase):
    """A stream that gives a byte at a time, as a slow pipe may."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._content.read(min(size, 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("length", [1, BLOCK // 4, BLOCK // 2 + 1])
def test_text_with_a_byte_order_mark_is_read_as_utf_8(encoding: str, length: int) -> None:
    text = TEXT * (length // len(TEXT) + 1)
    mark = "" if encoding.startswith("utf-8") else "\ufeff"
    assert text_of(io.BytesIO((mark + text).encode(encoding))) == text.encode()


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"\xff", b"\xff\xfe\0\0\0binary", b"\xff\xfeab\0\0cd", b"\xfe\xff\0\0", b"caf\xe9", b"a\0b\0c\0"],
)
def test_all_else_is_read_as_bytes(content: bytes) -> None:
    assert text_of(io.BytesIO(content)) == content


def test_broken_text_is_read_on(tmp_path: Path) -> None:
    content = b"\xff\xfe" + "before".encode("utf-16-le") + b"\x00\xd8" + "behind".encode("utf-16-le") + b"\x41"
    assert b"behind" in text_of(io.BytesIO(content))


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK])
def test_the_last_block_is_marked_and_sizes_add_up(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    with opened(str(path)) as file:
        read = list(blocks(file))
    assert [block.last for block in read] == [False] * (len(read) - 1) + [True]
    assert b"".join(block.text for block in read) == path.read_bytes()
    assert sum(block.size for block in read) == size
    assert len(read) == max(1, -(-size // BLOCK))


def test_a_stream_that_dribbles_is_read_in_whole_blocks() -> None:
    read = list(blocks(Dribbling("\ufeffdribble".encode("utf-16-le"))))  # type: ignore[arg-type]  # as good as one
    assert [block.text for block in read] == [b"dribble"]


class TestChanging:
    """A file that changes while it is read."""

    def test_what_is_appended_is_not_read(self, tmp_path: Path) -> None:
        path = tmp_path / "log"
        path.write_bytes(b"x" * (BLOCK + 10))
        with opened(str(path)) as file, path.open("ab") as other:
            read = 0
            for block in blocks(file):
                other.write(b"y" * BLOCK)
                other.flush()
                read += block.size
        assert read == BLOCK + 10

    def test_what_was_cut_off_is_not_missed(self, tmp_path: Path) -> None:
        path = tmp_path / "log"
        path.write_bytes(b"x" * 3 * BLOCK)
        with opened(str(path)) as file:
            parts: Iterator[bytes] = (block.text for block in blocks(file))
            next(parts)
            os.truncate(path, 10)
            assert all(set(part) <= {ord("x")} for part in parts)

    @pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
    def test_what_is_no_regular_file_any_more_is_refused(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / kind
        match kind:
            case "pipe":
                os.mkfifo(path)
            case "link":
                path.symlink_to(__file__)
            case "folder":
                path.mkdir()
        with pytest.raises(OSError, match=r".+"), opened(str(path)):
            pass


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="there is no /proc")
def test_a_file_that_tells_no_size_is_read() -> None:
    with opened("/proc/self/status") as file:
        assert b"Pid:" in text_of(file)
