"""The program as a whole: its own options, how it ends, and real processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import tokentui
from tests.cli.conftest import Shell
from tokentui.cli import failures, main
from tokentui.cli.program import program

ROOT = Path(tokentui.__file__).parents[1]


def process(
    *words: str, home: Path, stdin: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A real `python -m tokentui` whose XDG folders are in `home`."""
    places = {"XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config"), "PYTHONPATH": str(ROOT)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TOKENTUI_")}
    return subprocess.run(
        [sys.executable, "-m", "tokentui", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**inherited, **places, **environment},
    )


class TestPlaces:
    def test_are_where_xdg_says(self, tmp_path: Path) -> None:
        assert process("tokens", "add", "erp", home=tmp_path).returncode == 0
        assert (tmp_path / "data" / "tokentui" / "tokens.json").exists()
        assert (tmp_path / "config" / "tokentui" / "key").exists()

    def test_are_where_the_environment_says(self, tmp_path: Path) -> None:
        places = {"TOKENTUI_STORE": str(tmp_path / "s" / "store"), "TOKENTUI_KEY_FILE": str(tmp_path / "k" / "key")}
        assert process("tokens", "add", "erp", home=tmp_path / "home", **places).returncode == 0
        assert sorted(path.name for path in tmp_path.rglob("*") if path.suffix != ".lock") == [
            "activity.jsonl",
            "k",
            "key",
            "s",
            "store",
        ]

    def test_options_win_over_the_environment_and_expand_the_tilde(self, tmp_path: Path) -> None:
        options = ("--store", "~/store", "--key-file", "~/key")
        elsewhere = {"HOME": str(tmp_path), "TOKENTUI_STORE": "/no/such", "TOKENTUI_KEY_FILE": "/no/such"}
        assert process(*options, "tokens", "add", "erp", home=tmp_path / "home", **elsewhere).returncode == 0
        assert (tmp_path / "store").exists()
        assert (tmp_path / "key").exists()


class TestDemo:
    def test_is_a_store_of_examples_that_is_gone_at_the_end(self, tmp_path: Path) -> None:
        temporary = tmp_path / "tmp"
        temporary.mkdir()
        ended = process("--demo", "tokens", "list", "--json", home=tmp_path / "home", TMPDIR=str(temporary))
        assert ended.returncode == 0
        assert json.loads(ended.stdout)
        assert list(temporary.iterdir()) == []
        assert not (tmp_path / "home").exists()

    @pytest.mark.parametrize("option", ["--store", "--key-file"])
    def test_takes_no_other_store_or_key(self, tmp_path: Path, option: str) -> None:
        result = CliRunner().invoke(main, ["--demo", option, str(tmp_path / "x"), "tokens", "list"])
        assert result.exit_code == 2


class TestEnding:
    def test_json_is_utf8_whatever_the_locale(self, tmp_path: Path) -> None:
        assert process("tokens", "add", "商品", home=tmp_path).returncode == 0
        printed = process("tokens", "list", "--json", home=tmp_path, LC_ALL="C", PYTHONIOENCODING="latin-1")
        assert json.loads(printed.stdout.encode("utf-8"))[0]["name"] == "商品"
        assert process("tokens", "list", home=tmp_path, PYTHONIOENCODING="latin-1").returncode == 0

    def test_a_reader_who_leaves_is_no_error_message(self, stocked: Shell) -> None:
        command = [sys.executable, "-m", "tokentui", "--store", str(stocked.store), "tokens", "list"]
        reading, writing = os.pipe()
        os.close(reading)
        ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False, cwd=ROOT)
        os.close(writing)
        assert (ended.returncode, ended.stderr) == (failures.PIPE_CLOSED, b"")

    def test_an_interrupt_is_no_traceback(self, tmp_path: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "tokentui",
            "--store",
            str(tmp_path / "s"),
            "tokens",
            "add",
            "x",
            "--value-file",
        ]
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        with subprocess.Popen([*command, str(fifo)], stderr=subprocess.PIPE, text=True, cwd=ROOT) as waiting:
            descriptor = os.open(fifo, os.O_WRONLY)  # returns when the other side reads
            waiting.send_signal(signal.SIGINT)
            _, talk = waiting.communicate(timeout=60)
            os.close(descriptor)
        assert waiting.returncode == failures.INTERRUPTED
        assert "Traceback" not in talk

    def test_a_defect_keeps_its_traceback(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError("what it said")

        monkeypatch.setattr("tokentui.cli.token_switching.tokens_named", broken)
        result = shell.run("tokens", "disable", "erp")
        assert result.exit_code == failures.DEFECT
        assert "what it said" in result.stderr
        assert "Traceback" in result.stderr

    def test_a_defect_while_values_are_at_hand_does_not_say_its_text(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError("the value is " + "secret".upper())

        monkeypatch.setattr("tokentui.cli.token_adding.add_token", broken)
        result = shell.run("tokens", "add", "erp")
        assert result.exit_code == failures.DEFECT
        assert "SECRET" not in result.output
        assert "RuntimeError" in result.stderr
        assert "in add" in result.stderr

    def test_an_option_behind_the_command_is_put_right(self, shell: Shell) -> None:
        message = shell.refused(2, "tokens", "list", "--store", "x")
        assert "tokentui --store … tokens list" in message

    @pytest.mark.parametrize(
        "words", [("tokens",), ("tokens", "lst"), ("nonsense",), ("tokens", "show"), ("--nonsense",)]
    )
    def test_a_usage_error_is_one_line_that_names_the_help(self, shell: Shell, words: tuple[str, ...]) -> None:
        assert "--help" in shell.refused(2, *words)


class TestHelp:
    def test_version(self) -> None:
        printed = CliRunner().invoke(main, ["--version"], prog_name="tokentui").stdout
        assert printed == f"tokentui {tokentui.__version__}\n"

    @pytest.mark.parametrize("flag", ["-h", "--help"])
    def test_is_there_for_every_command_with_an_example(self, flag: str) -> None:
        for words in every_command():
            result = CliRunner().invoke(main, [*words, flag], prog_name="tokentui")
            assert result.exit_code == 0
            assert "Example" in result.stdout or len(words) == 1


def every_command(group: click.Group = program, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command and group below `group`."""
    found: list[tuple[str, ...]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((*path, name))
        if isinstance(command, click.Group):
            found.extend(every_command(command, (*path, name)))
    return found


class TestTerminal:
    def test_without_a_terminal_the_ui_points_at_the_command_line(self, tmp_path: Path) -> None:
        ended = process(home=tmp_path, stdin="")
        assert ended.returncode == 2
        assert "tokentui tokens list" in ended.stderr
        assert ended.stderr.count("\n") == 1

    @pytest.mark.parametrize("term", ["", "dumb"])
    def test_a_terminal_that_cannot_draw_is_refused(self, monkeypatch: pytest.MonkeyPatch, term: str) -> None:
        from tokentui.cli.ui import check_terminal

        for each in ("stdin", "stdout", "stderr"):
            monkeypatch.setattr(f"sys.{each}.isatty", lambda: True, raising=False)
        monkeypatch.setenv("TERM", term)
        with pytest.raises(click.UsageError, match="TERM"):
            check_terminal()

    @pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
    def test_a_stream_that_is_closed_is_no_terminal(self, monkeypatch: pytest.MonkeyPatch, stream: str) -> None:
        from tokentui.cli.ui import check_terminal

        for each in ("stdin", "stdout", "stderr"):
            monkeypatch.setattr(f"sys.{each}.isatty", lambda: True, raising=False)
        monkeypatch.setattr(f"sys.{stream}", None)
        with pytest.raises(click.UsageError, match="needs a terminal"):
            check_terminal()


class TestWhatIsLoaded:
    def test_a_list_loads_neither_the_ui_nor_the_key(self, stocked: Shell) -> None:
        code = (
            "import sys, json\n"
            "from tokentui.cli import main\n"
            "try: main(sys.argv[1:])\n"
            "except SystemExit: pass\n"
            "sys.stderr.write(json.dumps(sorted(sys.modules)))\n"
        )
        words = ["--store", str(stocked.store), "tokens", "list"]
        ended = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=True, cwd=ROOT)
        loaded = set(json.loads(ended.stderr))
        unwanted = {
            "textual",
            "rich",
            "uvicorn",
            "cryptography",
            "yaml",
            "tokentui.store.lock",
            "tomlkit",
            "pathspec",
        }
        assert not loaded & {*unwanted, "importlib.metadata"}
        assert b"erp" in ended.stdout
