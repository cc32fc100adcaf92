"""`tokentui store key passphrase`: who lists needs none, who opens values gives it, and a rekey keeps it."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import Shell
from tests.cli.test_rekey import keys, revealed
from tokentui.cli.failures import INTERRUPTED, STORE_UNUSABLE, USAGE
from tokentui.store import passphrase as passphrases
from tokentui.store.keyfile import read_key, read_key_file
from tokentui.store.passphrase import Cost, WrappedKey
from tokentui.store.vault import key_id

ROOT = Path(__file__).parents[2]
#: Commands that need the key.
NEEDING = [
    ("tokens", "show", "erp", "--reveal"),
    ("tokens", "add", "new"),
    ("tokens", "rotate", "erp"),
    ("endpoints", "add", "New", "--group", "g", "--authentication", "token"),
    ("endpoints", "generate", "stock/goods-in", "POST"),
    ("export", "--reveal"),
    ("scan", "."),
    ("store", "rekey"),
    ("store", "key", "passphrase"),
    ("store", "key", "export", "--verify-only"),
]
#: Commands that need none.
FREE = [
    ("tokens", "list"),
    ("tokens", "show", "erp"),
    ("endpoints", "list"),
    ("endpoints", "add", "New", "--group", "g", "--authentication", "none"),
    ("tokens", "disable", "erp"),
    ("tokens", "assign", "erp", "shop/pets"),
    ("tokens", "rotate", "--all-due"),
    ("audit",),
    ("activity", "list"),
    ("export",),
    ("explain", "GET", "/pets/1"),
]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id takes as little as it can: what it costs is another test's subject."""
    monkeypatch.setattr(passphrases, "COST", Cost(8, 1, 1))


def file_with(folder: Path, name: str, text: str) -> str:
    file = folder / name
    file.write_text(text)
    file.chmod(0o600)
    return str(file)


@pytest.fixture
def right(tmp_path: Path) -> str:
    return file_with(tmp_path, "right", "correct horse\n")


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    return file_with(tmp_path, "wrong", "battery staple\n")


@pytest.fixture
def wrapped(stocked: Shell, right: str) -> Shell:
    """A shell whose key has a passphrase."""
    stocked.done("store", "key", "passphrase", "--passphrase-file", right)
    return stocked


def without_terminal(shell: Shell, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a session that has no terminal to ask on."""
    places = ["--store", str(shell.store), "--key-file", str(shell.key)]
    return subprocess.run(
        [sys.executable, "-m", "tokentui", *places, *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        cwd=ROOT,
    )


class TestWithAPassphrase:
    def test_the_key_itself_is_not_in_its_file_any_more(self, stocked: Shell, right: str) -> None:
        master = read_key(stocked.key)
        stocked.done("store", "key", "passphrase", "--passphrase-file", right)
        content = stocked.key.read_text()
        assert base64.b64encode(master).decode() not in content
        assert stocked.key.stat().st_mode & 0o777 == 0o600
        key = read_key_file(stocked.key)
        assert isinstance(key, WrappedKey)
        assert (key.id, key.open("correct horse")) == (key_id(master), master)

    @pytest.mark.parametrize("words", FREE, ids=" ".join)
    def test_what_needs_no_key_never_asks(self, wrapped: Shell, words: tuple[str, ...]) -> None:
        assert without_terminal(wrapped, *words).returncode in (0, 1)

    @pytest.mark.parametrize("words", NEEDING, ids=" ".join)
    def test_without_a_terminal_the_way_out_is_told_in_one_line(self, wrapped: Shell, words: tuple[str, ...]) -> None:
        before = wrapped.store.read_bytes(), keys(wrapped)
        result = without_terminal(wrapped, *words)
        assert result.returncode == STORE_UNUSABLE, result.stderr
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert "--passphrase-file" in result.stderr
        assert "TOKENTUI_PASSPHRASE_FILE" in result.stderr
        assert (wrapped.store.read_bytes(), keys(wrapped)) == before

    @pytest.mark.parametrize("words", [each for each in NEEDING if each[-1] != "passphrase"], ids=" ".join)
    def test_a_file_gives_it(self, wrapped: Shell, right: str, words: tuple[str, ...]) -> None:
        assert wrapped.run(*words, before=("--passphrase-file", right)).exit_code in (0, 1)

    def test_so_does_a_file_that_the_environment_names(
        self, wrapped: Shell, right: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TOKENTUI_PASSPHRASE_FILE", right)
        assert wrapped.done("tokens", "show", "erp", "--reveal")

    @pytest.mark.parametrize("words", NEEDING, ids=" ".join)
    def test_the_wrong_one_is_refused_in_one_line(self, wrapped: Shell, wrong: str, words: tuple[str, ...]) -> None:
        before = wrapped.store.read_bytes(), keys(wrapped)
        result = wrapped.run(*words, before=("--passphrase-file", wrong))
        assert result.exit_code == STORE_UNUSABLE
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert "does not open" in result.stderr
        assert "battery" not in result.output
        assert (wrapped.store.read_bytes(), keys(wrapped)) == before

    @pytest.mark.parametrize("mode", [0o640, 0o604])
    def test_a_file_that_others_may_read_is_refused_with_the_cure(
        self, wrapped: Shell, right: str, mode: int
    ) -> None:
        os.chmod(right, mode)
        result = wrapped.run("tokens", "show", "erp", "--reveal", before=("--passphrase-file", right))
        assert result.exit_code == STORE_UNUSABLE
        assert f"chmod 600 {right}" in result.stderr

    @pytest.mark.parametrize("content", ["", "\n", "x" * 5000])
    def test_a_file_that_holds_none_is_refused(self, wrapped: Shell, tmp_path: Path, content: str) -> None:
        file = file_with(tmp_path, "none", content)
        assert wrapped.run("tokens", "add", "x", before=("--passphrase-file", file)).exit_code == STORE_UNUSABLE
        wrapped.run("store", "key", "passphrase", "--passphrase-file", file)
        assert isinstance(read_key_file(wrapped.key), WrappedKey)


class TestChanging:
    def test_it_becomes_another_one(self, wrapped: Shell, right: str, wrong: str) -> None:
        before = ("--passphrase-file", right)
        assert wrapped.run("store", "key", "passphrase", "--passphrase-file", wrong, before=before).exit_code == 0
        assert wrapped.run("tokens", "show", "erp", "--reveal", before=before).exit_code == STORE_UNUSABLE
        assert wrapped.run("tokens", "show", "erp", "--reveal", before=("--passphrase-file", wrong)).exit_code == 0

    def test_a_short_one_is_taken_with_a_warning(self, stocked: Shell, right: str, tmp_path: Path) -> None:
        short = file_with(tmp_path, "short", "abc")
        for file, warned in ((right, False), (short, True)):
            before = ("--passphrase-file", right) if warned else ()
            result = stocked.run("store", "key", "passphrase", "--passphrase-file", file, before=before)
            assert result.exit_code == 0
            assert ("can guess it" in result.stderr) is warned
            assert "Sessions that are open keep the key" in result.stderr

    def test_it_is_taken_away(self, wrapped: Shell, right: str) -> None:
        result = wrapped.run("store", "key", "passphrase", "--remove", before=("--passphrase-file", right))
        assert result.exit_code == 0
        assert revealed(wrapped)

    def test_without_one_there_is_none_to_be_taken_away(self, stocked: Shell) -> None:
        before = keys(stocked)
        assert "no passphrase" in stocked.run("store", "key", "passphrase", "--remove").stderr
        assert keys(stocked) == before

    def test_to_set_and_to_remove_it_exclude_each_other(self, stocked: Shell, right: str) -> None:
        stocked.refused(USAGE, "store", "key", "passphrase", "--remove", "--passphrase-file", right)

    def test_a_key_may_have_one_before_there_is_a_store(self, shell: Shell, right: str) -> None:
        shell.done("store", "key", "passphrase", "--passphrase-file", right)
        assert shell.run("tokens", "add", "one", before=("--passphrase-file", right)).exit_code == 0
        assert without_terminal(shell, "tokens", "add", "two").returncode == STORE_UNUSABLE

    def test_keys_that_are_kept_get_it_too_and_lose_it_too(self, stocked: Shell, right: str) -> None:
        stocked.done("store", "rekey")
        stocked.done("store", "key", "passphrase", "--passphrase-file", right)
        assert len(keys(stocked)) == 2
        assert all(b"wrapped" in each for each in keys(stocked).values())
        stocked.run("store", "key", "passphrase", "--remove", before=("--passphrase-file", right))
        assert not any(b"wrapped" in each for each in keys(stocked).values())

    def test_a_kept_key_that_has_another_one_is_left_and_named(self, stocked: Shell, right: str, wrong: str) -> None:
        stocked.done("store", "rekey")
        (kept,) = stocked.office.key.ring.beside()
        master = read_key(kept)
        line = WrappedKey.wrap(master, key_id(master), "a third one").line
        kept.write_text(line)
        result = stocked.run("store", "key", "passphrase", "--passphrase-file", right)
        assert result.exit_code == 0
        assert str(kept) in result.stderr
        assert kept.read_text() == line

    def test_a_link_under_the_name_of_a_kept_key_is_left_and_named(
        self, stocked: Shell, right: str, tmp_path: Path
    ) -> None:
        """The key that it leads to may be one that only root can read."""
        other = Shell(tmp_path / "other" / "tokens.json", tmp_path / "other" / "key")
        other.done("tokens", "add", "one")
        link = stocked.office.key.ring.kept(key_id(read_key(other.key)))
        link.symlink_to(other.key)
        result = stocked.run("store", "key", "passphrase", "--passphrase-file", right)
        assert result.exit_code == 0
        assert str(link) in result.stderr
        assert link.is_symlink()
        assert read_key(other.key)


class TestRekeying:
    def test_a_rekey_keeps_it(self, wrapped: Shell, right: str) -> None:
        before = ("--passphrase-file", right)
        value = wrapped.run("tokens", "show", "erp", "--reveal", "--json", before=before).stdout
        assert wrapped.run("store", "rekey", before=before).exit_code == 0
        assert all(b"wrapped" in each for each in keys(wrapped).values())
        again = wrapped.run("tokens", "show", "erp", "--reveal", "--json", before=before).stdout
        assert value.split('"value"')[1] == again.split('"value"')[1]

    @pytest.mark.parametrize("kept", [True, False])
    def test_a_key_that_was_found_gets_the_passphrase_of_the_stores_key(
        self, stocked: Shell, right: str, tmp_path: Path, kept: bool
    ) -> None:
        found = tmp_path / "found"
        stocked.key.rename(found)
        stocked.done("store", "rekey", "--lost", "--yes")
        if kept:
            stocked.office.key.ring.write(stocked.office.key.ring.kept(key_id(read_key(found))), read_key(found))
        before = ("--passphrase-file", right)
        assert stocked.run("store", "key", "passphrase", "--passphrase-file", right).exit_code == 0
        result = stocked.run("store", "rekey", "--from", str(found), before=before)
        assert "Brought back 5 values." in result.stderr
        (beside,) = stocked.office.key.ring.beside()
        for file in (stocked.key, beside):
            key = read_key_file(file)
            assert isinstance(key, WrappedKey)
            assert key_id(key.open("correct horse")) == key.id
        assert stocked.run("store", "rekey", before=before).exit_code == 0

    def test_a_passphrase_that_nobody_knows_any_more_is_a_lost_key(self, wrapped: Shell, right: str) -> None:
        result = wrapped.run("store", "rekey", "--lost", "--yes")
        assert result.exit_code == 0
        assert "no passphrase" in result.stderr
        wrapped.done("tokens", "rotate", "erp")
        (kept,) = wrapped.office.key.ring.beside()
        result = wrapped.run("store", "rekey", "--from", str(kept), "--from-passphrase-file", right)
        assert "Brought back 4 values." in result.stderr
        assert revealed(wrapped)


class TestTyping:
    """On a terminal."""

    def spawn(self, shell: Shell, *words: str) -> "pexpect.spawn[str]":
        places = ["--store", str(shell.store), "--key-file", str(shell.key)]
        arguments = ["-m", "tokentui", *places, *words]
        return pexpect.spawn(sys.executable, arguments, encoding="utf-8", timeout=60, cwd=str(ROOT))

    def type(self, terminal: "pexpect.spawn[str]", prompt: str, text: str) -> None:
        terminal.expect(prompt)
        terminal.sendline(text)

    def end(self, terminal: "pexpect.spawn[str]") -> tuple[int | None, str]:
        terminal.expect(pexpect.EOF)
        terminal.close()
        return terminal.exitstatus, str(terminal.before)

    def test_it_is_typed_twice_and_never_shown(self, stocked: Shell) -> None:
        terminal = self.spawn(stocked, "store", "key", "passphrase")
        self.type(terminal, "New passphrase", "Tajné heslo")
        self.type(terminal, "Again", "Tajné heslo")
        code, shown = self.end(terminal)
        assert code == 0
        assert "heslo" not in shown
        key = read_key_file(stocked.key)
        assert isinstance(key, WrappedKey)
        assert key_id(key.open("Tajné heslo")) == key.id

    def test_two_that_differ_change_nothing(self, stocked: Shell) -> None:
        before = keys(stocked)
        terminal = self.spawn(stocked, "store", "key", "passphrase")
        self.type(terminal, "New passphrase", "one")
        self.type(terminal, "Again", "another")
        assert self.end(terminal)[0] == USAGE
        assert keys(stocked) == before

    def test_it_is_asked_for_and_again_where_it_was_mistyped(self, wrapped: Shell) -> None:
        terminal = self.spawn(wrapped, "tokens", "show", "erp", "--reveal")
        self.type(terminal, "Passphrase", "corect horse")
        self.type(terminal, "Passphrase", "correct horse")
        code, shown = self.end(terminal)
        assert code == 0
        assert "value" in shown
        assert "horse" not in shown

    def test_three_that_are_wrong_are_enough(self, wrapped: Shell) -> None:
        terminal = self.spawn(wrapped, "tokens", "show", "erp", "--reveal")
        for _ in range(3):
            self.type(terminal, "Passphrase", "wrong")
        code, shown = self.end(terminal)
        assert code == STORE_UNUSABLE
        assert "value  " not in shown

    @pytest.mark.parametrize("words", [("tokens", "show", "erp", "--reveal"), ("store", "key", "passphrase")])
    def test_the_end_of_input_leaves_it_undone_in_one_line(self, wrapped: Shell, words: tuple[str, ...]) -> None:
        before = wrapped.store.read_bytes(), keys(wrapped)
        terminal = self.spawn(wrapped, *words)
        terminal.expect("Passphrase")
        terminal.sendeof()
        code, shown = self.end(terminal)
        assert code == INTERRUPTED
        assert shown.split("\r\n")[1:] == ["tokentui: interrupted.", ""]
        assert (wrapped.store.read_bytes(), keys(wrapped)) == before

    def test_to_bring_values_back_it_is_asked_for_once(self, stocked: Shell, right: str, tmp_path: Path) -> None:
        stocked.key.rename(tmp_path / "found")
        stocked.done("store", "rekey", "--lost", "--yes")
        stocked.done("store", "key", "passphrase", "--passphrase-file", right)
        terminal = self.spawn(stocked, "store", "rekey", "--from", str(tmp_path / "found"))
        self.type(terminal, "Passphrase", "correct horse")
        code, shown = self.end(terminal)
        assert code == 0
        assert "Brought back 5 values." in shown
