"""Whatever the umask: every file that a command writes is its owner's alone, and every folder that it makes too."""

import os
import shlex
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tokentui.domain.requests import SeenRequest
from tokentui.services.settings import remember_theme
from tokentui.store.private_files import write_private

#: Commands that write. A way is a line.
COMMANDS = """
endpoints add "Goods in" --group stock
endpoints edit stock/goods-in --name Goods
endpoints generate stock/goods-in POST
tokens add erp
tokens add crm --value-file FOLDER/value
tokens assign erp stock/goods-in
tokens rotate erp --output FOLDER/new/../rotated.csv
tokens rotate erp crm --grace 1d --output FOLDER/rotated.json
tokens retire erp
tokens disable erp
tokens unassign erp stock/goods-in
audit acknowledge token-unassigned erp --reason "for now"
export --output FOLDER/export.json
export --reveal --output FOLDER/export-with-values.json
export --reveal --force --output FOLDER/export-with-values.json
export --format csv --output FOLDER/export.csv
export --format haproxy-map --output FOLDER/haproxy.cfg
export --format nginx-map --reveal --output FOLDER/nginx.conf
import FOLDER/export-with-values.json
store backup FOLDER/backup.tar
store restore 1 --yes
store key export --verify-only --output FOLDER/verify-key
store rekey
store check
"""


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the user, which nobody but the user has made."""
    folder = tmp_path / "mine"
    (folder / "new").mkdir(parents=True)
    write_private(folder / "value", b"a-value-of-old-times")
    for each in (folder, folder / "new"):
        each.chmod(0o700)
    return folder


def open_to_others(folder: Path) -> list[str]:
    """What below a folder somebody else may read or write."""
    return [
        f"{stat.S_IMODE(path.lstat().st_mode):o} {path.relative_to(folder)}"
        for path in folder.rglob("*")
        if stat.S_IMODE(path.lstat().st_mode) != (0o700 if path.is_dir() else 0o600)
    ]


@pytest.mark.usefixtures("_umask")
def test_what_commands_write_is_the_owners_alone(tmp_path: Path, folder: Path) -> None:
    shell = Shell(tmp_path / "a" / "b" / "tokens.json", tmp_path / "c" / "d" / "key")
    for line in COMMANDS.strip().splitlines():
        shell.done(*shlex.split(line.replace("FOLDER", str(folder))))
        assert open_to_others(tmp_path) == [], line
    written = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert written >= {"tokens.json", "activity.jsonl", "tokens.json.lock", "key", "rotated.json", "nginx.conf"}


@pytest.mark.usefixtures("_umask")
def test_the_settings_and_the_requests_seen_are_the_owners_alone(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "a" / "tokens.json", tmp_path / "c" / "key")
    shell.done("tokens", "add", "erp")
    requests = shell.office.store.requests
    with requests.recording() as recording:  # held open, so that what SQLite has beside its file is there
        recording.record(
            [SeenRequest(at=datetime.now(UTC), method="GET", path="/", status=401, reason="no_credential")]
        )
        assert [path.name for path in tmp_path.rglob("*-wal")] != []
        remember_theme(tmp_path / "x" / "y" / "config.toml", "nord")
        assert open_to_others(tmp_path) == []


@pytest.mark.usefixtures("_umask")
def test_a_demo_is_the_owners_alone_and_gone_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tokentui.cli.compose import demo_office

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with demo_office() as office:
        assert office.reader().counts().tokens
        assert open_to_others(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
