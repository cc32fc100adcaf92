"""`tokentui scan`: what it prints, where, how it ends; and that no value is ever in any of it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_program import ROOT, process

WEAK = "i-am-special"


@dataclass(frozen=True)
class Leak:
    """A folder with files in which tokens stand."""

    folder: Path
    values: dict[str, str] = field(repr=False)

    def put(self, name: str, content: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8", "surrogateescape")

    def hides(self, *texts: str) -> None:
        """None of the values is in the texts."""
        assert not [value for value in self.values.values() for text in texts if value in text]


@pytest.fixture
def leak(stocked: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Leak:
    stocked.done("tokens", "add", "weak", "--value-file", "-", stdin=WEAK)
    values = {each["name"]: each["value"] for each in stocked.json("tokens", "list", "--all", "--reveal")}
    shown = stocked.json("endpoints", "show", "stock/goods-in", "--reveal")
    values |= {f"stock/goods-in {slot}": value for slot, value in shown["primary"].items()}
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Leak(folder, values)


class TestPrints:
    def test_file_line_token_and_state_in_columns(self, stocked: Shell, leak: Leak) -> None:
        leak.put("src/app.py", f"\nTOKEN = '{leak.values['erp']}'\n# {leak.values['old']}\n")
        leak.put("notes", f"{leak.values['crm']} {leak.values['stock/goods-in POST']}")
        assert stocked.run("scan", ".").stdout.splitlines() == [
            "FILE:LINE     TOKEN                STATE",
            "notes:1       crm                  disabled",
            "notes:1       stock/goods-in POST  valid",
            "src/app.py:2  erp                  valid",
            "src/app.py:3  old                  inactive",
        ]

    def test_json_with_columns_and_kinds(self, stocked: Shell, leak: Leak) -> None:
        leak.put("a", f"x {leak.values['erp']}\n{leak.values['stock/goods-in GET']}")
        result = stocked.run("scan", "a", "--json")
        assert json.loads(result.stdout) == [
            {"file": "a", "line": 1, "column": 3, "token": "erp", "kind": "endpoint", "state": "valid"},
            {"file": "a", "line": 2, "column": 1, "token": "stock/goods-in GET", "kind": "primary", "state": "valid"},
        ]
        assert result.exit_code == 1

    def test_names_each_once_and_how_to_replace_primary_tokens(self, stocked: Shell, leak: Leak) -> None:
        leak.put("a", f"{leak.values['weak']} {leak.values['erp']} {leak.values['stock/goods-in GET']} {WEAK}")
        result = stocked.run("scan", ".", "--names")
        assert result.stdout == "weak\nerp\n"
        assert "tokentui endpoints generate stock/goods-in GET\n" in result.stderr
        assert result.exit_code == 1

    def test_sums_on_stderr(self, stocked: Shell, leak: Leak) -> None:
        for name in (".git/HEAD", "out/a", "b.log", "c.log"):
            leak.put(name, WEAK)
        leak.put(".gitignore", "*.log\nout\n")
        leak.put("a", WEAK)
        os.mkfifo("pipe")
        told = stocked.run("scan", ".").stderr.splitlines()
        assert told[0] == "pipe: skipped, it is a named pipe"
        assert told[1].startswith("Scanned 2 files, 22 B in 0.")
        assert told[1].endswith(" s: 1 found. 2 files and 1 folder left out by .gitignore (--no-ignore). 1 not read.")
        assert stocked.run("scan", ".", "--no-ignore").stderr.endswith(" s: 5 found. 1 not read.\n")

    def test_the_rate_of_a_large_scan(self, stocked: Shell, leak: Leak) -> None:
        with open("large", "wb") as file:
            file.truncate(1_234_567)
        assert "Scanned 1 file, 1.2 MB in " in stocked.run("scan", "large").stderr
        assert " MB/s): 0 found.\n" in stocked.run("scan", "large").stderr

    def test_names_of_files_that_a_terminal_would_obey_in_a_form_that_it_does_not(
        self, stocked: Shell, leak: Leak
    ) -> None:
        leak.put("a\x1b[2J\nb\u202e", WEAK)
        leak.put(os.fsdecode(b"caf\xe9"), WEAK)
        assert stocked.run("scan", ".").stdout.splitlines()[1:] == [
            "a\\x1b[2J\\nb\\u202e:1  weak   valid",
            "caf\\xe9:1            weak   valid",
        ]
        printed = json.loads(stocked.run("scan", ".", "--json").stdout)
        assert [each["file"] for each in printed] == ["a\x1b[2J\nb\u202e", "caf\\xe9"]


class TestEnds:
    def test_with_0_where_nothing_stands(self, stocked: Shell, leak: Leak) -> None:
        leak.put("a", "nothing")
        result = stocked.run("scan", ".")
        assert (result.exit_code, result.stdout) == (0, "")
        assert stocked.json("scan", ".") == []

    def test_with_2_for_a_path_that_does_not_exist(self, stocked: Shell, leak: Leak) -> None:
        leak.put("a", WEAK)
        assert "There is no 'no-such'. Nothing was scanned." in stocked.refused(2, "scan", "a", "no-such")

    def test_with_2_for_a_named_path_that_cannot_be_read(self, stocked: Shell, leak: Leak) -> None:
        Path("to-nothing").symlink_to("nothing")
        leak.put("a", "nothing")
        result = stocked.run("scan", "a", "to-nothing")
        assert result.exit_code == 2
        assert result.stderr.startswith("to-nothing: No such file or directory\nScanned 1 file, ")
        leak.put("a", WEAK)
        assert stocked.run("scan", "a", "to-nothing").exit_code == 1

    def test_with_2_without_a_path_or_with_options_that_exclude_each_other(self, stocked: Shell, leak: Leak) -> None:
        stocked.refused(2, "scan")
        assert "exclude each other" in stocked.refused(2, "scan", ".", "--json", "--names")

    def test_with_5_where_the_key_is_lost(self, stocked: Shell, leak: Leak) -> None:
        stocked.key.unlink()
        assert "Put it back" in stocked.refused(5, "scan", ".")

    def test_with_5_where_the_store_is_none(self, shell: Shell) -> None:
        shell.store.parent.mkdir()
        shell.store.write_text("hello")
        shell.refused(5, "scan", ".")

    def test_with_0_where_no_store_is_yet_and_makes_none(self, shell: Shell) -> None:
        result = shell.run("scan", ".")
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr.startswith("There is no store yet.")
        assert "Nothing was scanned." in result.stderr
        assert not shell.store.parent.exists()
        assert not shell.key.parent.exists()

    def test_the_same_where_the_store_is_read_only(self, stocked: Shell, leak: Leak) -> None:
        leak.put("a", WEAK)
        before = stocked.store.read_bytes()
        assert stocked.run("scan", ".", before=("--read-only",)).exit_code == 1
        assert stocked.store.read_bytes() == before


class TestTakes:
    def test_stdin(self, stocked: Shell, leak: Leak) -> None:
        result = stocked.run("scan", "-", stdin=f"\n{WEAK}")
        assert result.stdout.splitlines()[1] == "-:2        weak   valid"
        assert result.exit_code == 1

    def test_a_file_whose_name_is_a_dash(self, stocked: Shell, leak: Leak) -> None:
        leak.put("-", WEAK)
        assert stocked.run("scan", "./-", stdin="").exit_code == 1

    def test_a_path_that_is_left_out_but_named(self, stocked: Shell, leak: Leak) -> None:
        leak.put(".git/HEAD", "")
        leak.put(".gitignore", ".env\n")
        leak.put(".env", f"KEY={WEAK}")
        assert stocked.run("scan", ".").exit_code == 0
        assert stocked.run("scan", ".env").exit_code == 1

    def test_a_closed_stdin(self, tmp_path: Path) -> None:
        """As a job may be started with; only where it is to be scanned does it matter."""
        assert process("tokens", "add", "erp", home=tmp_path).returncode == 0
        places = ("--store", f"{tmp_path}/data/tokentui/tokens.json", "--key-file", f"{tmp_path}/config/tokentui/key")
        for path, code in ((str(tmp_path), 0), ("-", 2)):
            line = 'exec "$0" -m tokentui "$@" <&-'
            command = ["sh", "-c", line, sys.executable, *places, "scan", path]
            ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
            assert (ended.returncode, "Traceback" in ended.stderr) == (code, False)


class TestNoValue:
    """A value is in nothing that is printed, whatever happens."""

    def test_is_printed_wherever_it_stands(self, stocked: Shell, leak: Leak) -> None:
        for number, value in enumerate(leak.values.values()):
            leak.put(f"{number}/{value}/{value}.txt", f"{value}\n" * 3 + f"{value}{value} {value}=3D{value}")
        os.mkfifo(f"pipe-{WEAK}")
        for words in (
            ["."],
            [".", "--json"],
            [".", "--names"],
            [f"0/{leak.values['erp']}"],
            [WEAK, leak.values["erp"]],
        ):
            result = stocked.run("scan", *words)
            leak.hides(result.stdout, result.stderr)
        assert stocked.run("scan", ".").stdout.count("\n") > 40

    def test_is_printed_by_a_defect(self, stocked: Shell, leak: Leak, monkeypatch: pytest.MonkeyPatch) -> None:
        leak.put("a", "\n".join(leak.values.values()))

        def broken(_: object, texts: set[bytes]) -> None:
            raise RuntimeError(f"none of {texts} will do")

        monkeypatch.setattr("tokentui.services.live_values.LiveValues.among", broken)
        result = stocked.run("scan", ".")
        assert result.exit_code == 70
        leak.hides(result.output, result.stderr)

    def test_is_printed_by_a_process_of_its_own(self, tmp_path: Path) -> None:
        value = process("tokens", "add", "erp", "--reveal", home=tmp_path).stdout.strip()
        ended = process("scan", "-", home=tmp_path, stdin=f"é {value}\n", PYTHONIOENCODING="latin-1")
        assert ended.returncode == 1
        assert ended.stdout.splitlines()[1:] == ["-:1        erp    valid"]
        assert value not in ended.stdout + ended.stderr
