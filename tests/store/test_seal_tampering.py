"""A store file in which somebody changed what is sealed: every face refuses it, says so, and changes nothing."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Shell
from tests.conftest import BEGINNING, MASTER_KEY
from tokentui.domain.errors import SealError
from tokentui.domain.records import Secret
from tokentui.domain.values import generate
from tokentui.store.keyfile import make_key
from tokentui.store.vault import KeyVault

VAULT = KeyVault(lambda: MASTER_KEY)
PLACE = ("0197-record", "value")
REFUSAL = "The sealed value does not open"

Tables = dict[str, Any]
Tamper = Callable[[Tables], None]


# ---------------------------------------------------------------------- one sealed value, changed in any way


def _sealed(value: str) -> Secret:
    sealed, digest, hint = VAULT.seal(value, *PLACE)
    return Secret(sealed=sealed, digest=digest, hint=hint, generated_at=BEGINNING)


def _value(step: int) -> str:
    return generate(lambda count: bytes(step * number % 256 for number in range(count)))


NOW, BEFORE = _sealed(_value(7)), _sealed(_value(11))
#: Envelopes and digests that come near to the sound ones.
_bytes_near = st.sampled_from([NOW, BEFORE]).flatmap(
    lambda secret: st.sampled_from([base64.b64decode(text) for text in (secret.sealed, secret.hint)]).flatmap(
        lambda sound: st.one_of(
            st.integers(0, 8 * len(sound) - 1).map(lambda bit: _flipped(sound, bit)),
            st.integers(0, len(sound)).map(lambda end: sound[:end]),
            st.binary(min_size=1, max_size=40).map(lambda more: sound + more),
            st.binary(min_size=1, max_size=40).map(lambda more: more + sound),
            st.tuples(st.integers(0, len(sound)), st.integers(0, len(sound))).map(
                lambda cut: sound[: min(cut)] + sound[max(cut) :]
            ),
            st.just(sound),
            st.binary(max_size=120),
        )
    )
)
_texts_near = st.one_of(
    _bytes_near.map(lambda content: base64.b64encode(content).decode()),
    _bytes_near.map(lambda content: base64.urlsafe_b64encode(content).decode()),
    _bytes_near.map(lambda content: base64.b64encode(content).decode().rstrip("=")),
    _bytes_near.map(bytes.hex),
    st.text(max_size=100),
)
_digests_near = st.one_of(
    st.sampled_from([NOW.digest, BEFORE.digest, NOW.digest.upper(), NOW.digest + " ", NOW.digest[:-1], ""]),
    st.integers(0, 255).map(lambda bit: _flipped(bytes.fromhex(NOW.digest), bit).hex()),
    st.text(max_size=64),
)


def _flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(_texts_near, _texts_near, _digests_near, st.integers(1, 7))
@settings(max_examples=400, deadline=None)
def test_whatever_of_a_secret_was_changed_does_not_open(sealed: str, hint: str, digest: str, which: int) -> None:
    changed = replace(
        NOW,
        sealed=sealed if which & 1 else NOW.sealed,
        hint=hint if which & 2 else NOW.hint,
        digest=digest if which & 4 else NOW.digest,
    )
    whole = replace(changed, hint=NOW.hint) in (NOW, BEFORE)
    assert _opens(VAULT.reveal, changed) is whole
    assert _opens(VAULT.hint, changed) is ((changed.hint, changed.digest) in _HINTS)


_HINTS = {(secret.hint, secret.digest) for secret in (NOW, BEFORE)}


def _opens(open_: Callable[..., str], secret: Secret) -> bool:
    try:
        open_(secret, *PLACE)
    except SealError as error:
        if not str(error).startswith(REFUSAL):
            raise
        return False
    return True


# ---------------------------------------------------------------------- a whole store, changed by hand


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Two tokens, one of which was rotated, and an endpoint with three primaries."""
    shell = Shell(tmp_path / "data" / "tokens.json", tmp_path / "config" / "key")
    shell.done("endpoints", "add", "Goods in", "--group", "stock", "--allow-deleting")
    shell.done("tokens", "add", "erp")
    shell.done("tokens", "add", "crm")
    shell.done("tokens", "rotate", "erp", "--grace", "1d")
    return shell


def _tokens(tables: Tables) -> tuple[dict[str, Any], dict[str, Any]]:
    erp, crm = sorted(tables["tokens"].values(), key=lambda each: each["name"] == "crm")
    return erp, crm


def _primaries(tables: Tables) -> dict[str, Any]:
    (endpoint,) = tables["endpoints"].values()
    primaries: dict[str, Any] = endpoint["primaries"]
    return primaries


def _swap(one: dict[str, Any], other: dict[str, Any], *names: str) -> None:
    for name in names or ("sealed", "digest", "hint"):
        one[name], other[name] = other[name], one[name]


def _spoil(secret: dict[str, Any], name: str, change: Callable[[str], str]) -> None:
    secret[name] = change(secret[name])


def _turned(text: str) -> str:
    return base64.b64encode(_flipped(base64.b64decode(text), 100)).decode()


#: What is done to the values of tokens, so that that of erp does not open.
TO_TOKENS: dict[str, Tamper] = {
    "two tokens swapped": lambda tables: _swap(_tokens(tables)[0]["secret"], _tokens(tables)[1]["secret"]),
    "their seals swapped": lambda tables: _swap(_tokens(tables)[0]["secret"], _tokens(tables)[1]["secret"], "sealed"),
    "their digests swapped": lambda tables: _swap(
        _tokens(tables)[0]["secret"], _tokens(tables)[1]["secret"], "digest"
    ),
    "value for hint": lambda tables: _tokens(tables)[0]["secret"].update(sealed=_tokens(tables)[0]["secret"]["hint"]),
    "a primary in its place": lambda tables: _swap(_tokens(tables)[0]["secret"], _primaries(tables)["GET"]),
    "rolled back but for its digest": lambda tables: _swap(
        _tokens(tables)[0]["secret"], _tokens(tables)[0]["previous"], "sealed", "hint"
    ),
    "rolled back in its digest": lambda tables: _swap(
        _tokens(tables)[0]["secret"], _tokens(tables)[0]["previous"], "digest"
    ),
    "a bit of the seal": lambda tables: _spoil(_tokens(tables)[0]["secret"], "sealed", _turned),
    "a digit of the digest": lambda tables: _spoil(
        _tokens(tables)[0]["secret"], "digest", lambda text: ("0" if text[0] != "0" else "1") + text[1:]
    ),
    "cut": lambda tables: _spoil(_tokens(tables)[0]["secret"], "sealed", lambda text: text[:40]),
    "longer": lambda tables: _spoil(
        _tokens(tables)[0]["secret"], "sealed", lambda text: text[:-4] + "AAAA" + text[-4:]
    ),
    "another spelling": lambda tables: _spoil(_tokens(tables)[0]["secret"], "sealed", lambda text: text + "="),
    "empty": lambda tables: _spoil(_tokens(tables)[0]["secret"], "sealed", lambda text: ""),
}
TO_PRIMARIES: dict[str, Tamper] = {
    "POST and GET swapped": lambda tables: _swap(_primaries(tables)["POST"], _primaries(tables)["GET"]),
    "DELETE in the place of POST": lambda tables: _primaries(tables).update(POST=_primaries(tables)["DELETE"]),
    "a token in its place": lambda tables: _swap(_primaries(tables)["POST"], _tokens(tables)[1]["secret"]),
    "a bit of the seal": lambda tables: _spoil(_primaries(tables)["POST"], "sealed", _turned),
}


def tampered(shell: Shell, tamper: Tamper) -> None:
    tables = json.loads(shell.store.read_bytes())
    tamper(tables)
    shell.store.write_text(json.dumps(tables))


@pytest.mark.parametrize("tamper", TO_TOKENS)
def test_a_token_value_that_was_tampered_with_is_refused_by_every_command_that_reveals_it(
    shell: Shell, tamper: str
) -> None:
    tampered(shell, TO_TOKENS[tamper])
    for words in (
        ("tokens", "show", "erp", "--reveal"),
        ("tokens", "show", "erp", "crm", "--reveal", "--json"),
        ("tokens", "show", "erp", "--reveal", "--as", "header"),
        ("tokens", "list", "--reveal"),
        ("export", "--reveal"),
        ("export", "--reveal", "--format", "csv"),
    ):
        assert REFUSAL in shell.refused(5, *words)
    assert [each["name"] for each in shell.json("tokens", "list")] == ["crm", "erp"]


@pytest.mark.parametrize("tamper", TO_PRIMARIES)
def test_a_primary_that_was_tampered_with_is_refused_by_every_command_that_reveals_it(
    shell: Shell, tamper: str
) -> None:
    tampered(shell, TO_PRIMARIES[tamper])
    for words in (
        ("endpoints", "show", "stock/goods-in", "--reveal"),
        ("endpoints", "list", "--reveal", "--json"),
        ("export", "--reveal"),
        ("export", "--reveal", "--format", "nginx-map"),
    ):
        assert REFUSAL in shell.refused(5, *words)
    assert shell.json("endpoints", "show", "stock/goods-in")["slots"] == ["POST", "GET", "DELETE"]


def test_what_does_not_open_is_mended_by_a_new_value_and_its_old_one_is_refused(shell: Shell) -> None:
    before = shell.done("tokens", "show", "erp", "--reveal", "--as", "value").strip()
    tampered(shell, TO_TOKENS["a digit of the digest"])
    value = shell.done("tokens", "rotate", "erp", "--grace", "none", "--reveal").strip()
    assert shell.json("tokens", "show", "erp", "--reveal")["value"] == value
    answer = shell.run("explain", "GET", "/api/endpoint/stock/goods-in", "--token-stdin", stdin=before)
    assert answer.exit_code == 1
    assert "unknown_token" in answer.stdout


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize(
    "words", [("tokens", "show", "erp", "--reveal"), ("export", "--reveal"), ("tokens", "list", "--reveal")]
)
def test_with_another_key_nothing_is_revealed(shell: Shell, words: tuple[str, ...], marked: bool) -> None:
    """Also where somebody took the mark out of the store that tells whose key it is."""
    shell.key.unlink()
    make_key(shell.key)
    if not marked:
        tampered(shell, lambda tables: tables["meta"]["1"].update(key_id=None))
    assert (REFUSAL if not marked else "Wrong key") in shell.refused(5, *words)


@pytest.mark.parametrize("words", [("tokens", "rotate", "erp"), ("tokens", "add", "new")])
def test_with_another_key_nothing_is_sealed(shell: Shell, words: tuple[str, ...]) -> None:
    shell.key.unlink()
    make_key(shell.key)
    assert "Wrong key" in shell.refused(5, *words)


def test_a_whole_value_of_before_opens_in_its_own_place_and_the_trail_tells_that_it_is_not_the_last(
    shell: Shell,
) -> None:
    """No seal can tell when it was made: seal, digest and hint together, put back where they were, are sound.

    What the trail tells of the record last is another value, and nobody without the key makes one that is the same.
    """
    tampered(shell, lambda tables: _swap(_tokens(tables)[0]["secret"], _tokens(tables)[0]["previous"]))
    assert shell.run("tokens", "show", "erp", "--reveal").exit_code == 0
    checked = shell.run("store", "check", "--json")
    assert checked.exit_code == 1
    assert [problem["code"] for problem in json.loads(checked.stdout)] == ["trail-contradicted"]


def test_a_whole_record_of_before_is_told_by_the_trail_too(shell: Shell) -> None:
    """Its `rev` and its values are not those that the trail tells of it last."""
    before = json.loads(shell.store.read_bytes())
    shell.done("tokens", "rotate", "erp", "--grace", "none")

    def put_back(tables: Tables) -> None:
        id = next(id for id, token in tables["tokens"].items() if token["name"] == "erp")
        tables["tokens"][id] = before["tokens"][id]

    tampered(shell, put_back)
    checked = shell.run("store", "check", "--json")
    assert checked.exit_code == 1
    assert [problem["code"] for problem in json.loads(checked.stdout)] == ["trail-contradicted"]
