"""Sealing: a value opens with its key, in its own place, as it was sealed; in every other case it is refused."""

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import BEGINNING, MASTER_KEY
from tokentui.domain.errors import Locked, SealError, WrongPassphrase
from tokentui.domain.records import Secret
from tokentui.domain.values import generate
from tokentui.store.vault import Keys, KeyVault, derive, key_id

VAULT = KeyVault(lambda: MASTER_KEY)
VALUE = "Zz90" * 16
PLACE = ("0197-record", "value")


def sealed(value: str = VALUE, record_id: str = PLACE[0], field: str = PLACE[1], vault: KeyVault = VAULT) -> Secret:
    text, digest, hint = vault.seal(value, record_id, field)
    return Secret(sealed=text, digest=digest, hint=hint, generated_at=BEGINNING)


def refused(secret: Secret, *place: str, vault: KeyVault = VAULT) -> None:
    """Neither value nor hint opens, and the refusal holds nothing of them."""
    for opens in (vault.reveal, vault.hint):
        with pytest.raises(SealError) as caught:
            opens(secret, *(place or PLACE))
        assert VALUE not in str(caught.value)
        assert VALUE[-4:] not in str(caught.value)
        assert caught.value.__cause__ is None


def flipped(text: str, position: int, bit: int) -> str:
    """The base64 text of the same bytes with one bit turned."""
    content = bytearray(base64.b64decode(text))
    content[position % len(content)] ^= 1 << bit
    return base64.b64encode(content).decode()


# ---------------------------------------------------------------------- what opens


@given(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=4096))
def test_what_was_sealed_opens_in_its_place(value: str) -> None:
    assert VAULT.reveal(sealed(value), *PLACE) == value


def test_the_hint_is_the_last_four_characters() -> None:
    assert VAULT.hint(sealed(), *PLACE) == "Zz90"


@pytest.mark.parametrize("length", [1, 4, 15])
def test_a_short_value_has_no_hint(length: int) -> None:
    assert VAULT.hint(sealed("s" * length), *PLACE) == ""


@given(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=4096))
@settings(deadline=None)
def test_the_length_of_a_value_is_known_without_the_key(value: str) -> None:
    def lost() -> bytes:
        raise SealError("The key file is not there.")

    assert KeyVault(lost).length(sealed(value)) == len(value)


@pytest.mark.parametrize("text", ["", "????", "AAAA", base64.b64encode(bytes(28)).decode(), "AAAA" * 10 + "AB=="])
def test_a_seal_that_is_none_has_no_length(text: str) -> None:
    with pytest.raises(SealError):
        VAULT.length(replace(sealed(), sealed=text))


def test_the_key_is_fetched_when_it_is_first_needed_and_once() -> None:
    fetched: list[bytes] = []

    def fetch() -> bytes:
        fetched.append(MASTER_KEY)
        return MASTER_KEY

    vault = KeyVault(fetch)
    assert fetched == []
    vault.reveal(sealed(vault=vault), *PLACE)
    vault.digest(VALUE)
    assert len(fetched) == 1


def test_a_vault_without_its_key_says_so_and_tries_again() -> None:
    lost = [True]

    def fetch() -> bytes:
        if lost:
            raise SealError("The key file is not there.")
        return MASTER_KEY

    vault = KeyVault(fetch)
    with pytest.raises(SealError, match="not there"):
        vault.digest(VALUE)
    lost.clear()
    assert vault.digest(VALUE)


# ---------------------------------------------------------------------- keys that come and go


class Wrapped:
    """A key that its passphrase unwraps."""

    def fetch(self, key_id: str | None) -> Keys:
        raise Locked("The key is locked.")

    def unwrap(self, key_id: str | None, passphrase: str) -> Keys:
        if passphrase != "open":
            raise WrongPassphrase("The passphrase does not open the key.")
        return Keys.of(MASTER_KEY)

    def is_wrapped(self, key_id: str | None) -> bool:
        return True


def locked(vault: KeyVault) -> None:
    """Nothing that takes a key is done, and the vault says why."""
    assert vault.needs_passphrase
    secret = sealed()
    for deed in (
        lambda: vault.digest(VALUE),
        lambda: vault.seal(VALUE, *PLACE),
        lambda: vault.reveal(secret, *PLACE),
        lambda: vault.hint(secret, *PLACE),
        lambda: vault.key_id,
    ):
        with pytest.raises(Locked):
            deed()


def test_a_wrapped_key_is_locked_until_its_passphrase_comes_and_after_it_was_forgotten() -> None:
    vault = KeyVault(Wrapped())
    locked(vault)
    with pytest.raises(WrongPassphrase):
        vault.unlock("another")
    locked(vault)
    vault.unlock("open")
    assert not vault.needs_passphrase
    assert vault.reveal(sealed(), *PLACE) == VALUE
    vault.forget()
    locked(vault)
    assert vault.length(sealed()) == len(VALUE)


def test_a_key_that_is_not_wrapped_is_fetched_again_after_it_was_forgotten() -> None:
    fetched: list[bytes] = []

    def fetch() -> bytes:
        fetched.append(MASTER_KEY)
        return MASTER_KEY

    vault = KeyVault(fetch)
    for times in (1, 2, 3):
        assert vault.digest(VALUE) == VAULT.digest(VALUE)
        assert len(fetched) == times
        assert not vault.needs_passphrase
        vault.forget()
        assert not vault.needs_passphrase


def test_a_vault_that_has_forgotten_its_keys_holds_none() -> None:
    vault = KeyVault(Wrapped())
    vault.unlock("open")
    vault.digest(VALUE)
    vault.forget()
    assert not any(isinstance(held, Keys) for held in vars(vault).values())


def test_a_key_that_is_replaced_while_its_passphrase_is_worked_at_is_not_held() -> None:
    """To work at a passphrase takes a while, in which others may save the store under another key."""

    class Replaced(Wrapped):
        def unwrap(self, key_id: str | None, passphrase: str) -> Keys:
            asked.append(key_id)
            vault.follow(second)
            return Keys.of(MASTER_KEY if key_id == second else bytes(32))

    asked: list[str | None] = []
    second, vault = key_id(MASTER_KEY), KeyVault(Replaced())
    vault.follow(key_id(bytes(32)))
    vault.unlock("open")
    assert vault.key_id == second
    assert asked == [key_id(bytes(32)), second]


def test_a_key_that_is_dropped_while_its_passphrase_is_worked_at_does_not_come_back() -> None:
    class Dropped(Wrapped):
        def unwrap(self, key_id: str | None, passphrase: str) -> Keys:
            vault.forget()
            return super().unwrap(key_id, passphrase)

    vault = KeyVault(Dropped())
    with pytest.raises(Locked):
        vault.unlock("open")
    locked(vault)


def test_to_drop_the_keys_tells_whether_a_passphrase_is_needed_from_then_on() -> None:
    wrapped, plain = KeyVault(Wrapped()), KeyVault(lambda: MASTER_KEY)
    wrapped.unlock("open")
    plain.digest(VALUE)
    assert wrapped.forget()
    assert not plain.forget()


def test_a_vault_drops_the_keys_of_another_store_than_it_follows() -> None:
    keys = [bytes(32), MASTER_KEY]
    vault = KeyVault(lambda: keys.pop(0))
    vault.follow(None)
    vault.follow(key_id(bytes(32)))
    assert vault.key_id == key_id(bytes(32))
    vault.follow(key_id(bytes(32)))
    assert keys == [MASTER_KEY]
    vault.follow(key_id(MASTER_KEY))
    assert vault.key_id == key_id(MASTER_KEY)


# ---------------------------------------------------------------------- what each seal is made of


def test_each_seal_has_a_nonce_of_its_own() -> None:
    seals = [sealed() for _ in range(200)]
    texts = [text for secret in seals for text in (secret.sealed, secret.hint)]
    assert len({base64.b64decode(text)[:12] for text in texts}) == 400


def test_equal_values_have_equal_digests_wherever_they_are() -> None:
    assert sealed().digest == sealed(record_id="other", field="primary.POST").digest == VAULT.digest(VALUE)


def test_other_values_and_other_keys_have_other_digests() -> None:
    other = KeyVault(lambda: bytes(32))
    assert len({VAULT.digest(VALUE), VAULT.digest(VALUE[:-1]), VAULT.digest(VALUE.lower()), other.digest(VALUE)}) == 4


def test_the_keys_for_sealing_digesting_and_naming_are_three() -> None:
    keys = {derive(MASTER_KEY, purpose) for purpose in ("seal", "digest", "key-id")}
    assert len(keys) == 3
    assert MASTER_KEY not in keys
    assert key_id(MASTER_KEY) != key_id(bytes(32))
    assert MASTER_KEY.hex()[:16] != key_id(MASTER_KEY)


def test_keys_are_derived_as_rfc_5869_says() -> None:
    """Written out here, because stores that exist depend on it."""
    import hashlib
    import hmac

    pseudorandom = hmac.digest(bytes(32), MASTER_KEY, hashlib.sha256)
    assert derive(MASTER_KEY, "seal") == hmac.digest(pseudorandom, b"tokentui/seal/v1\x01", hashlib.sha256)


# ---------------------------------------------------------------------- what is refused


@given(st.integers(0, 91), st.integers(0, 7))
def test_a_bit_turned_anywhere_in_a_seal_is_refused(position: int, bit: int) -> None:
    secret = sealed()
    changed = replace(secret, sealed=flipped(secret.sealed, position, bit), hint=flipped(secret.hint, position, bit))
    refused(changed)


def test_every_byte_of_a_seal_is_guarded() -> None:
    secret = sealed()
    for position in range(len(base64.b64decode(secret.sealed))):
        refused(replace(secret, sealed=flipped(secret.sealed, position, 0), hint=flipped(secret.hint, position, 0)))


def test_the_same_bytes_in_another_spelling_are_refused() -> None:
    """The last base64 character before the padding has bits that say nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    def respelt(text: str) -> str:
        kept = text.rstrip("=")
        other = kept[:-1] + alphabet[alphabet.index(kept[-1]) ^ 1] + text[len(kept) :]
        assert base64.b64decode(other) == base64.b64decode(text)
        return other

    secret = sealed()
    refused(replace(secret, sealed=respelt(secret.sealed), hint=respelt(secret.hint)))


@given(st.integers(0, 1000), st.characters(codec="utf-8"))
def test_any_other_character_in_a_seal_is_refused(position: int, other: str) -> None:
    def changed(text: str) -> str:
        at = position % len(text)
        return text[:at] + other + text[at + 1 :]

    secret = sealed()
    for spoilt in (replace(secret, sealed=changed(secret.sealed)), replace(secret, hint=changed(secret.hint))):
        opens = VAULT.reveal if spoilt.hint == secret.hint else VAULT.hint
        if spoilt != secret:
            with pytest.raises(SealError):
                opens(spoilt, *PLACE)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:4],
        lambda text: text[:16],
        lambda text: text[:40],
        lambda text: text[:-4],
        lambda text: text[:-1],
        lambda text: text + "AAAA",
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: "ž" + text[1:],
        lambda text: "no base64 at all!",
    ],
)
def test_a_seal_that_is_cut_or_padded_is_refused(spoil: Callable[[str], str]) -> None:
    secret = sealed()
    refused(replace(secret, sealed=spoil(secret.sealed), hint=spoil(secret.hint)))


@pytest.mark.parametrize("place", [("other", "value"), ("0197-record", "primary.POST"), ("0197-record|value", "")])
def test_a_seal_in_another_place_is_refused(place: tuple[str, str]) -> None:
    refused(sealed(), *place)


def test_seals_swapped_between_two_records_are_refused() -> None:
    mine, theirs = sealed(), sealed(VALUE[::-1], "other")
    refused(replace(theirs, digest=mine.digest))
    refused(replace(mine, sealed=theirs.sealed, hint=theirs.hint))


def test_an_older_seal_of_the_same_field_is_refused_beside_the_digest_of_now() -> None:
    before, now = sealed(VALUE[::-1]), sealed()
    refused(replace(now, sealed=before.sealed, hint=before.hint))


def test_a_digest_that_was_changed_is_refused() -> None:
    refused(replace(sealed(), digest=VAULT.digest("another value")))
    refused(replace(sealed(), digest="é"))


def test_a_hint_is_no_value_and_a_value_no_hint() -> None:
    secret = sealed()
    refused(replace(secret, sealed=secret.hint, hint=secret.sealed))


def test_another_key_opens_nothing() -> None:
    refused(sealed(), vault=KeyVault(lambda: bytes(32)))


# ---------------------------------------------------------------------- what is never shown


def test_no_repr_shows_a_value_a_digest_or_a_key(randomness: Callable[[int], bytes]) -> None:
    value = generate(randomness)
    secret = sealed(value)
    shown = repr(secret) + repr(VAULT) + str(secret)
    for hidden in (value, value[-4:], secret.sealed, secret.digest, secret.hint, MASTER_KEY.hex(), repr(MASTER_KEY)):
        assert hidden not in shown
