"""The key file: made once and for its owner alone, refused where it is not that."""

import base64
import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tokentui.domain.errors import SealError
from tokentui.store.keyfile import KEY_BYTES, make_key, read_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "within" / "key"


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_key_and_folders_are_the_owners_alone_whatever_the_umask(file: Path) -> None:
    make_key(file)
    assert mode(file) == 0o600
    assert mode(file.parent) == mode(file.parent.parent) == 0o700


def test_the_key_is_32_random_bytes(file: Path, tmp_path: Path) -> None:
    keys = {make_key(file), make_key(tmp_path / "other")}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {KEY_BYTES}
    assert read_key(file) in keys


def test_a_key_that_is_there_is_never_made_over(file: Path) -> None:
    assert make_key(file) == make_key(file) == read_key(file)


def test_nothing_but_the_key_is_left_in_its_folder(file: Path) -> None:
    make_key(file)
    make_key(file)
    assert [each.name for each in file.parent.iterdir()] == ["key"]


def test_processes_that_make_the_key_at_once_agree(file: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tokentui.store.keyfile import make_key;"
        f"print('ready', flush=True); sys.stdin.read(1); print(make_key(Path({str(file)!r})).hex())"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for maker in makers:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "ready\n"
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.write("!")
        maker.stdin.flush()
    assert {maker.communicate(timeout=30)[0].strip() for maker in makers} == {read_key(file).hex()}


@pytest.mark.parametrize("loose", [0o640, 0o604, 0o620, 0o610, 0o601, 0o666])
def test_a_key_that_others_may_touch_is_refused_with_the_command_that_mends_it(file: Path, loose: int) -> None:
    make_key(file)
    file.chmod(loose)
    with pytest.raises(SealError, match=f"chmod 600 '{file}'"):
        read_key(file)
    subprocess.run(f"chmod 600 '{file}'", shell=True, check=True)  # noqa: S602  # as the user would type it
    read_key(file)


def test_a_credential_of_systemd_may_show_the_groups_right_to_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd may let a service read a credential by an ACL, whose mask stands in the mode (systemd.exec(5))."""
    make_key(file)
    file.chmod(0o440)
    with pytest.raises(SealError):
        read_key(file)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    read_key(file)
    for loose in (0o444, 0o460, 0o402):
        file.chmod(loose)
        with pytest.raises(SealError):
            read_key(file)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent.parent))
    file.chmod(0o440)
    with pytest.raises(SealError):
        read_key(file)


def test_a_lost_key_is_told_with_its_place(file: Path) -> None:
    with pytest.raises(SealError, match=f"{file} is not there"):
        read_key(file)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"not a key",
        b"tokentui-key-v1:",
        b"tokentui-key-v1:" + base64.b64encode(bytes(31)),
        b"tokentui-key-v1:" + base64.b64encode(bytes(33)),
        b"tokentui-key-v2:" + base64.b64encode(bytes(32)),
        b"tokentui-key-v1:" + b"*" * 44,
        "tokentui-key-v1:ž".encode(),
        b"tokentui-key-v1:" + base64.b64encode(bytes(32)) + b" " * 2000 + b"more",
        bytes(range(256)),
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
    ],
)
def test_what_is_no_key_is_refused_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(SealError, match="holds no TokenTUI key") as caught:
        read_key(file)
    assert "tokentui-key" not in str(caught.value)
    assert make_key_refuses(file)
    assert file.read_bytes() == content


def make_key_refuses(file: Path) -> bool:
    with pytest.raises(SealError):
        make_key(file)
    return True


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key", 0o600)
    with pytest.raises(SealError, match="not a regular file"):
        read_key(tmp_path / "key")


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(SealError):
        read_key(tmp_path)


@pytest.mark.parametrize("call", ["open", "fsync", "link", "fchmod", "mkdir"])
def test_a_fault_while_the_key_is_made_leaves_no_key_and_no_rest(
    file: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fault(*args: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fault)
        with pytest.raises(SealError, match="No space left on device"):
            make_key(file)
    assert not file.parent.exists() or list(file.parent.iterdir()) in ([], [file])
    make_key(file)
