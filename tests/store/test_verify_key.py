"""A verifier's key: digests like the master key's, nothing else, and no byte of its line can be another."""

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import BEGINNING, MASTER_KEY
from tests.store.mutations import every_bit_turned
from tokentui.domain.errors import SealError
from tokentui.domain.records import Secret
from tokentui.store.keyfile import read_key, read_key_file
from tokentui.store.vault import Keys, KeyVault, derive, key_id
from tokentui.store.verify_key import PREFIX, VerifyKey

KEY = VerifyKey.of(MASTER_KEY)
VALUE = "Zz90" * 16
PLACE = ("0197-record", "value")


class Verifier:
    """The keys that a verifier has."""

    def fetch(self, id: str | None) -> Keys:
        return KEY.keys

    def unwrap(self, id: str | None, passphrase: str) -> Keys:
        return KEY.keys

    def is_wrapped(self, id: str | None) -> bool:
        return False


def kept(folder: Path, content: bytes) -> Path:
    file = folder / "verify.key"
    file.write_bytes(content)
    file.chmod(0o600)
    return file


def test_it_makes_the_digests_of_the_key_that_it_comes_from() -> None:
    vault = KeyVault(Verifier())
    assert vault.digest(VALUE) == KeyVault(lambda: MASTER_KEY).digest(VALUE)
    assert vault.key_id == key_id(MASTER_KEY)


def test_it_neither_shows_nor_makes_a_value() -> None:
    sealed, digest, hint = KeyVault(lambda: MASTER_KEY).seal(VALUE, *PLACE)
    secret = Secret(sealed=sealed, digest=digest, hint=hint, generated_at=BEGINNING)
    vault = KeyVault(Verifier())
    for deed in (
        lambda: vault.seal(VALUE, *PLACE),
        lambda: vault.reveal(secret, *PLACE),
        lambda: vault.hint(secret, *PLACE),
    ):
        with pytest.raises(SealError, match=r"for checking only.*--key-file"):
            deed()


def test_its_file_is_told_from_a_key(tmp_path: Path) -> None:
    file = kept(tmp_path, f"{KEY.line}\n".encode())
    key = read_key_file(file)
    assert isinstance(key, VerifyKey)
    assert (key.id, key.line) == (KEY.id, KEY.line)
    with pytest.raises(SealError, match="for checking only"):
        read_key(file)


def test_neither_the_master_key_nor_the_one_for_sealing_is_in_it() -> None:
    for hidden in (MASTER_KEY, derive(MASTER_KEY, "seal")):
        assert base64.b64encode(hidden).decode() not in KEY.line
        assert hidden.hex() not in KEY.line
    assert KEY.line not in repr(KEY) + str(KEY)


def refused(folder: Path, content: bytes) -> None:
    with pytest.raises(SealError, match="holds no TokenTUI key") as caught:
        read_key_file(kept(folder, content))
    assert PREFIX not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bit_turned_anywhere_is_refused(tmp_path: Path) -> None:
    for changed in every_bit_turned(f"{KEY.line}\n".encode()):
        refused(tmp_path, changed)


def test_a_line_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for length in range(len(KEY.line)):
        refused(tmp_path, KEY.line[:length].encode())


@given(st.integers(0, 140), st.binary(min_size=1, max_size=3))
@settings(deadline=None)
def test_bytes_put_in_anywhere_are_refused(tmp_path_factory: pytest.TempPathFactory, at: int, more: bytes) -> None:
    content = KEY.line.encode()
    changed = content[:at] + more + content[at:]
    if changed.strip(b" \t\r\n") != content:
        refused(tmp_path_factory.mktemp("changed"), changed)


def test_the_name_of_another_key_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, KEY.line.replace(KEY.id, "0" * 16).encode())
