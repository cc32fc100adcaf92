"""Scanning: each place of a live value in files is told, by name and never by value, whatever the files are like."""

import io
import os
import threading
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tokentui.domain.errors import Invalid, SealError
from tokentui.domain.fields import EndpointFields, TokenFields
from tokentui.domain.slots import Authentication, Slot
from tokentui.services.desk import Desk
from tokentui.services.endpoints import add_endpoint, reveal_primary
from tokentui.services.reading import BLOCK
from tokentui.services.scanning import ScanReport, Sighting, scan
from tokentui.services.tokens import add_token, reveal_token
from tokentui.store.vault import KeyVault

WEAK = "i-am-special"


@dataclass
class Scanner:
    """A desk with one token of a generated value and one of a value of one's own, and a folder to scan."""

    desk: Desk
    folder: Path
    strong: str = ""
    told: list[tuple[str, str]] = field(default_factory=list)

    def scan(self, *paths: Path | str, **more: object) -> ScanReport:
        named = map(str, paths or (self.folder,))
        return scan(self.desk, named, tell=lambda path, why: self.told.append((path, why)), **more)  # type: ignore[arg-type]

    def seen(self, *paths: Path | str, **more: object) -> list[tuple[str, int, int, str]]:
        """Path below the folder, line, column, token of each sighting."""
        return [
            (each.file.removeprefix(f"{self.folder}/"), each.line, each.column, each.token)
            for each in self.scan(*paths, **more).sightings
        ]


@pytest.fixture
def scanner(admin: Desk, tmp_path: Path) -> Scanner:
    (tmp_path / "files").mkdir()
    strong = reveal_token(admin, add_token(admin, TokenFields(name="erp")))
    add_token(admin, TokenFields(name="crm"), WEAK)
    return Scanner(admin, tmp_path / "files", strong)


class TestPlaces:
    def test_are_told_by_file_line_column_and_name(self, scanner: Scanner) -> None:
        (scanner.folder / "a.py").write_text(f'one\nTOKEN = "{scanner.strong}"\n\n# {WEAK}, {WEAK}\n')
        (scanner.folder / "b.txt").write_text("nothing")
        report = scanner.scan()
        path = f"{scanner.folder}/a.py"
        assert report.sightings == [
            Sighting(path, 2, 10, "erp", "endpoint", "valid"),
            Sighting(path, 4, 3, "crm", "endpoint", "valid"),
            Sighting(path, 4, 17, "crm", "endpoint", "valid"),
        ]
        assert (report.files, report.size, report.values) == (
            2,
            sum(map(os.path.getsize, scanner.folder.iterdir())),
            2,
        )

    def test_of_primary_tokens_are_told_by_endpoint_and_slot(self, scanner: Scanner) -> None:
        fields = EndpointFields(name="Goods in", group="stock", authentication=Authentication.TOKEN)
        value = reveal_primary(scanner.desk, add_endpoint(scanner.desk, fields), Slot.GET)
        (scanner.folder / "a").write_text(value)
        assert scanner.scan().sightings == [
            Sighting(f"{scanner.folder}/a", 1, 1, "stock/goods-in GET", "primary", "valid")
        ]

    def test_columns_count_characters(self, scanner: Scanner) -> None:
        (scanner.folder / "a").write_text(f"\ufeffpříjem 商品 {WEAK}", "utf-8")
        assert scanner.seen() == [("a", 1, 11, "crm")]

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
    def test_are_found_in_utf_16(self, scanner: Scanner, encoding: str) -> None:
        mark = "\ufeff" if encoding == "utf-16-be" else ""
        (scanner.folder / "a").write_text(f"{mark}příjem\n{WEAK} {scanner.strong}", encoding)
        assert scanner.seen() == [("a", 2, 1, "crm"), ("a", 2, 14, "erp")]

    def test_are_found_in_binary_files(self, scanner: Scanner) -> None:
        (scanner.folder / "a").write_bytes(b"\x7fELF\0\xff" + WEAK.encode() + b"\0" + scanner.strong.encode() + b"\0")
        assert [token for *_, token in scanner.seen()] == ["crm", "erp"]

    def test_are_found_in_stdin(self, scanner: Scanner) -> None:
        assert scanner.seen("-", stdin=io.BytesIO(f"\n{WEAK}".encode())) == [("-", 2, 1, "crm")]

    def test_are_found_in_a_pipe_that_is_named(self, scanner: Scanner) -> None:
        """As a shell makes one for `<(git log --patch)`."""
        pipe = scanner.folder / "pipe"
        os.mkfifo(pipe)
        writing = threading.Thread(target=pipe.write_text, args=[f"\n{WEAK}"])
        writing.start()
        assert scanner.seen(pipe) == [("pipe", 2, 1, "crm")]
        writing.join()

    @pytest.mark.parametrize("shift", [0, 1, 30, 63, 64, 65, 80, 100])
    def test_across_the_border_of_two_blocks_are_found_once(self, scanner: Scanner, shift: int) -> None:
        line = f"%3D{WEAK} {scanner.strong}\n"
        before = "12345 789\n" * (BLOCK // 10)
        for skipped in range(0, 20, 3):
            start = BLOCK - shift - skipped
            (scanner.folder / "a").write_text(before[:start] + "\n" + line)
            number = before[:start].count("\n") + 2
            assert scanner.seen() == [("a", number, 4, "crm"), ("a", number, 17, "erp")]

    def test_in_many_blocks_have_the_right_lines(self, scanner: Scanner) -> None:
        lines = [f"{number} {'x' * (number % 200)}" for number in range(40_000)]
        wanted = range(0, 40_000, 997)
        for number in wanted:
            lines[number] = f"  {scanner.strong}"
        content = "\n".join(lines)
        assert len(content) > 3 * BLOCK
        (scanner.folder / "a").write_text(content)
        assert scanner.seen() == [("a", number + 1, 3, "erp") for number in wanted]

    def test_in_one_long_line_have_the_right_columns(self, scanner: Scanner) -> None:
        gap = "é " * BLOCK
        (scanner.folder / "a").write_text(f"{gap}{WEAK} {gap}{WEAK}", "utf-8")
        assert scanner.seen() == [("a", 1, 2 * BLOCK + 1, "crm"), ("a", 1, 4 * BLOCK + len(WEAK) + 2, "crm")]


class TestPaths:
    def test_that_hold_a_value_are_found_and_masked(self, scanner: Scanner) -> None:
        """`wget` names a file after the URL, query and all."""
        folder = scanner.folder / f"of {WEAK}"
        folder.mkdir()
        (folder / f"export?access_token={scanner.strong}").write_text(WEAK)
        assert scanner.seen() == [
            ("of •••/export?access_token=•••", 0, 21, "erp"),
            ("of •••/export?access_token=•••", 1, 1, "crm"),
        ]

    def test_that_do_not_exist_are_refused_and_nothing_is_scanned(self, scanner: Scanner) -> None:
        (scanner.folder / "a").write_text(WEAK)
        with pytest.raises(Invalid, match=r"There is no '.*/no', '•••'\. Nothing") as caught:
            scanner.scan(scanner.folder / "a", scanner.folder / "no", scanner.strong)
        assert scanner.strong not in str(caught.value)

    def test_that_are_named_twice_are_scanned_once(self, scanner: Scanner) -> None:
        (scanner.folder / "a").write_text(WEAK)
        assert len(scanner.seen(scanner.folder, scanner.folder)) == 1

    def test_that_are_left_out_are_counted(self, scanner: Scanner) -> None:
        for name in (".git/HEAD", "out/a", "out/b", "c.log"):
            (scanner.folder / name).parent.mkdir(exist_ok=True)
            (scanner.folder / name).write_text(WEAK)
        (scanner.folder / ".gitignore").write_text("out\n*.log\n")
        report = scanner.scan()
        assert (report.files, report.files_left_out, report.folders_left_out) == (1, 1, 1)
        report = scanner.scan(ignore=False)
        assert (report.files, report.files_left_out, len(report.sightings)) == (5, 0, 4)


class TestTrouble:
    def test_is_told_and_the_scan_goes_on(self, scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("a", f"b {WEAK}", "c"):
            (scanner.folder / name).write_text(WEAK)
        opening = os.open

        def refused(path: str, *rest: int) -> int:
            if "/b " in path:
                raise PermissionError(13, "Permission denied", path)
            return opening(path, *rest)

        monkeypatch.setattr("os.open", refused)  # the superuser may read every file
        assert [file for file, *_ in scanner.seen()] == ["a", "b •••", "c"]
        assert scanner.told == [(f"{scanner.folder}/b •••", "Permission denied")]
        report = scanner.scan()
        assert (report.files, report.unread, report.named_unread) == (2, 1, False)
        assert scanner.scan(scanner.folder / f"b {WEAK}").named_unread

    def test_in_the_midst_of_a_file_keeps_what_was_found_before(self, scanner: Scanner) -> None:
        class Broken(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                if self.tell() >= 2 * BLOCK:
                    raise OSError(5, "Input/output error")
                return super().read(size)

        stream = Broken(f"{WEAK}\n".encode().ljust(3 * BLOCK))
        report = scanner.scan("-", stdin=stream)
        assert [each.token for each in report.sightings] == ["crm"]
        assert scanner.told == [("-", "Input/output error")]
        assert report.named_unread

    def test_with_the_key_comes_before_anything_is_read(self, scanner: Scanner) -> None:
        def lost() -> bytes:
            raise SealError("The key file is not there.")

        scanner.desk.vault = KeyVault(lost)
        with pytest.raises(SealError, match="not there"):
            scanner.scan()


def test_a_store_without_values_reads_nothing_and_needs_no_key(admin: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    scanner = Scanner(admin, tmp_path)
    report = scanner.scan(tmp_path / "pipe")
    assert (report.values, report.files, report.sightings) == (0, 0, [])
    assert not Path(admin.store.location).exists()


def test_a_huge_file_does_not_fill_the_memory(scanner: Scanner) -> None:
    with (scanner.folder / "huge").open("wb") as file:
        file.truncate(200 * BLOCK)
        file.seek(0, os.SEEK_END)
        file.write(WEAK.encode())
    tracemalloc.start()
    seen = scanner.seen()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen == [("huge", 1, 200 * BLOCK + 1, "crm")]
    assert peak < 16 * BLOCK
