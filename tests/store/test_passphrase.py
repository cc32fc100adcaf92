"""A wrapped key: its passphrase opens it and nothing else does, whatever became of a byte of its line."""

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import MASTER_KEY
from tests.store.mutations import every_bit_turned
from tokentui.domain.errors import Locked, SealError, WrongPassphrase
from tokentui.store.keyfile import make_key, read_key, read_key_file
from tokentui.store.passphrase import COST, PREFIX, Cost, WrappedKey
from tokentui.store.vault import key_id

PASSPHRASE = "correct horse battery staple"
#: As little as Argon2id does, so that thousands can be tried.
CHEAP = Cost(8, 1, 1)
NAME = key_id(MASTER_KEY)
WRAPPED = WrappedKey.wrap(MASTER_KEY, NAME, PASSPHRASE, CHEAP)


def kept(folder: Path, content: bytes) -> Path:
    file = folder / "key"
    file.write_bytes(content)
    file.chmod(0o600)
    return file


def opened(file: Path, passphrase: str) -> bytes:
    key = read_key_file(file)
    assert isinstance(key, WrappedKey)
    return key.open(passphrase)


def refused(folder: Path, content: bytes, passphrase: str = PASSPHRASE) -> None:
    """A file with this content opens no key, and says so in one line that holds nothing of it."""
    with pytest.raises(SealError) as caught:
        opened(kept(folder, content), passphrase)
    assert "\n" not in str(caught.value)
    assert PREFIX not in str(caught.value)


def test_its_passphrase_opens_it() -> None:
    assert WRAPPED.open(PASSPHRASE) == MASTER_KEY


def test_the_work_is_what_rfc_9106_recommends() -> None:
    wrapped = WrappedKey.wrap(MASTER_KEY, NAME, PASSPHRASE)
    assert COST == (65536, 3, 4)
    assert "argon2id,m=65536,t=3,p=4:" in wrapped.line
    assert wrapped.open(PASSPHRASE) == MASTER_KEY


def test_a_key_is_wrapped_anew_each_time() -> None:
    lines = {WrappedKey.wrap(MASTER_KEY, NAME, PASSPHRASE, CHEAP).line for _ in range(20)}
    assert len({line.split(":")[2] for line in lines}) == len({line.split(":")[4] for line in lines}) == 20


def test_its_line_is_read_again_and_fits_a_key_file(tmp_path: Path) -> None:
    key = read_key_file(kept(tmp_path, f"{WRAPPED.line}\n".encode()))
    assert isinstance(key, WrappedKey)
    assert (key.id, key.line) == (NAME, WRAPPED.line)
    assert key.open(PASSPHRASE) == MASTER_KEY


def test_who_wants_the_key_itself_is_told_that_it_is_locked(tmp_path: Path) -> None:
    file = kept(tmp_path, WRAPPED.line.encode())
    with pytest.raises(Locked, match="--passphrase-file"):
        read_key(file)
    with pytest.raises(Locked):
        make_key(file)


@pytest.mark.parametrize("typed", ["P\u0159\u00edstup", "Pr\u030ci\u0301stup"])
def test_letters_are_the_same_however_a_terminal_composes_them(typed: str) -> None:
    assert WrappedKey.wrap(MASTER_KEY, NAME, "P\u0159\u00edstup", CHEAP).open(typed) == MASTER_KEY


@given(st.text(max_size=60))
@settings(deadline=None)
def test_another_passphrase_is_refused(passphrase: str) -> None:
    if passphrase != PASSPHRASE:
        with pytest.raises(WrongPassphrase) as caught:
            WRAPPED.open(passphrase)
        assert "\n" not in str(caught.value)


def test_a_bit_turned_anywhere_is_refused(tmp_path: Path) -> None:
    for changed in every_bit_turned(f"{WRAPPED.line}\n".encode()):
        refused(tmp_path, changed)


def test_a_line_cut_anywhere_is_refused(tmp_path: Path) -> None:
    content = WRAPPED.line.encode()
    for length in range(len(content)):
        refused(tmp_path, content[:length])


@given(st.integers(0, 200), st.binary(min_size=1, max_size=3))
@settings(deadline=None)
def test_bytes_put_in_anywhere_are_refused(tmp_path_factory: pytest.TempPathFactory, at: int, more: bytes) -> None:
    content = WRAPPED.line.encode()
    changed = content[:at] + more + content[at:]
    if changed.strip(b" \t\r\n") != content:
        refused(tmp_path_factory.mktemp("changed"), changed)


@pytest.mark.parametrize(
    "asked", ["m=104857600,t=3,p=4", "m=65536,t=999999999,p=4", "m=65536,t=3,p=17", "m=8,t=1,p=4", "m=0,t=1,p=1"]
)
def test_a_forged_line_that_asks_for_too_much_or_too_little_is_no_key(tmp_path: Path, asked: str) -> None:
    """In particular it is refused before any of the work is done."""
    refused(tmp_path, WRAPPED.line.replace("m=8,t=1,p=1", asked).encode())


def test_the_name_of_the_key_cannot_be_another(tmp_path: Path) -> None:
    refused(tmp_path, WRAPPED.line.replace(NAME, "0" * 16).encode())


def test_no_repr_shows_the_key() -> None:
    shown = repr(WRAPPED) + str(WRAPPED)
    assert base64.b64encode(MASTER_KEY).decode() not in shown
    assert WRAPPED.line not in shown
