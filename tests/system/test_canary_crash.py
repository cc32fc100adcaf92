"""A crash in any layer, with values in its text and in its variables, tells where it was and nothing of a value."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.canary import Canary
from tests.system.inside import with_fault
from tests.system.terminal import ROOT, Terminal, terminal

#: Where it breaks, and the command that gets there: with a value on stdin, and FILE holds one. A way is a line.
CRASHES = """
tokentui.domain.values:check_value                      tokens add new --value-file -
tokentui.domain.decision:Guard.decide                   explain GET /api/endpoint/stock/goods-in --token-stdin
tokentui.store.vault:KeyVault.seal                      tokens add new --value-file -
tokentui.store.vault:KeyVault.reveal                    tokens show erp --reveal
tokentui.store.vault:KeyVault.digest                    scan -
tokentui.store.transaction:DocumentTransaction.put      tokens rotate erp
tokentui.store.transaction:DocumentTransaction.put      tokens disable erp
tokentui.store.safe_storage:SafeStorage.save            tokens add new --value-file -
tokentui.store.file_format:parse                        tokens list --json
tokentui.services.uniqueness:_claims_of                 endpoints add Other --group stock
tokentui.services.rotating:rotate                       tokens rotate erp --reveal
tokentui.services.importing:import_opened               import FILE
tokentui.exchange.csv_reading:csv_in                    import FILE
tokentui.exchange.json_writing:_token                   export --reveal
tokentui.cli.shapes:Shapes.value                        tokens add new --reveal --value-file -
tokentui.cli.failures:_usage                            tokens nonsense
"""

#: Where it breaks in the terminal, and the keys that get there. A way is a line.
CRASHES_ON_SCREEN = """
tokentui.services.tokens:reveal_token                   2 v
tokentui.tui.token_rows:token_cell                      2
tokentui.tui.widgets.secret_field:RevealedValue.watch_value  2 enter tab v
tokentui.store.vault:KeyVault.seal                      2 a n enter
tokentui.tui.store_eye:StoreEye._look
tokentui.tui.workplace:Workplace.close                  q
"""


@pytest.fixture
def canary() -> Canary:
    return Canary()


@pytest.fixture
def values(tmp_path: Path, canary: Canary) -> Path:
    """A folder with a file that may be imported, and one with what a fault says."""
    folder = tmp_path / "values"
    folder.mkdir()
    (folder / "tokens.csv").write_text(f"name,value\nimported,{canary.value()}\n")
    (folder / "text").write_text(f"{canary.value()} and {canary.adopt('weak-7' + canary.value()[:30])}")
    return folder


@pytest.fixture
def places(tmp_path: Path, canary: Canary) -> list[str]:
    """Options that name a store with a token and an endpoint."""
    options = ["--store", str(tmp_path / "data" / "tokens.json"), "--key-file", str(tmp_path / "config" / "key")]
    command = [sys.executable, "-m", "tokentui", *options]
    added = subprocess.run([*command, "tokens", "add", "erp", "--reveal"], capture_output=True, check=True, cwd=ROOT)
    canary.adopt(added.stdout.decode().strip())
    made = [*command, "endpoints", "add", "Goods in", "--group", "stock"]
    subprocess.run(made, capture_output=True, check=True, cwd=ROOT)
    return options


def lines(table: str) -> list[str]:
    return [" ".join(line.split()) for line in table.strip().splitlines()]


def test_a_crash_of_a_command_tells_where_it_was_and_no_value(
    canary: Canary, values: Path, places: list[str], tmp_path: Path
) -> None:
    for line in lines(CRASHES):
        place, *words = line.replace("FILE", str(values / "tokens.csv")).split(" ")
        environ = {"HOME": str(tmp_path), "TEXTUAL_LOG": str(tmp_path / "log")}
        environ |= with_fault(tmp_path / "fault", place, values / "text")
        with (
            subprocess.Popen(
                [sys.executable, "-m", "tokentui", *places, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=ROOT,
                env=environ,
            ) as process,
            canary.watching(process.pid),
        ):
            printed, said = process.communicate(canary.value().encode())
        assert process.returncode == 70, (line, said.decode())
        assert b"in broken" in said, line
        assert b"RuntimeError" in said
        canary.look(f"what {line} prints", printed)
        canary.look(f"what {line} says", said)
    left(canary, tmp_path)
    canary.nowhere()


@pytest.mark.parametrize("line", lines(CRASHES_ON_SCREEN), ids=lambda line: line.split(" ")[0].rpartition(":")[2])
def test_a_crash_of_the_terminal_ui_tells_where_it_was_and_no_value(
    canary: Canary, values: Path, places: list[str], tmp_path: Path, line: str
) -> None:
    place, *keys = line.split(" ")
    more = {"TEXTUAL_LOG": str(tmp_path / "log"), "SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22"}
    more |= with_fault(tmp_path / "fault", place, values / "text")
    with terminal(*places, home=tmp_path, more=more, columns=120) as screen:
        screen.until(lambda: "stock/goods-in" in screen.text or not screen.runs)
        for key in keys:
            type_when_seen(screen, key)
        assert screen.ended() in (1, 70)
        assert b"in broken" in screen.written
        assert b"RuntimeError" in screen.written
        canary.look("the terminal", screen.written)
        canary.look("the screen", screen.text)
    left(canary, tmp_path)
    canary.nowhere()


def type_when_seen(screen: Terminal, key: str) -> None:
    """Press a key, and go on when it has been seen to."""
    waits = {"2": "erp", "enter": "Description", "a": "Description", "n": "n "}
    screen.press(key)
    if key == "tab":
        screen.until(lambda: screen.highlighted("••••"))
    if key in waits:
        screen.until(lambda: waits[key] in screen.text or not screen.runs)


def left(canary: Canary, folder: Path) -> None:
    """Look at all files that were left; those with values in them were asked for."""
    for path in folder.iterdir():
        if path.name not in ("values", "fault"):
            canary.look(str(path), path.read_bytes() if path.is_file() else b"")
            canary.look_under(path)
