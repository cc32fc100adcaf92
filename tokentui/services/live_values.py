"""The token values that a store holds now, by what is known of them without opening one: digest, length, last four.

Live is what is good, and what a switch would make good again: values of tokens that are disabled, inactive or
expired, and of primaries that are off. The value before a rotation is live until its grace time is over.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

from tokentui.domain.errors import SealError
from tokentui.domain.holders import Holder, Kind, PrimaryHolder, ReplacedHolder, TokenHolder
from tokentui.domain.reasons import Reason
from tokentui.domain.records import Endpoint, EndpointToken, Secret
from tokentui.services.desk import Desk
from tokentui.services.endpoints import primary_field
from tokentui.services.tokens import VALUE
from tokentui.store.protocol import Reader

#: How many of a value's last characters the vault tells.
HINT = 4
#: Texts that are remembered as nobody's value: the same words come again and again, and a digest takes 1 µs.
_REMEMBERED = 1 << 16

_STATES = {
    None: "valid",
    Reason.DISABLED_TOKEN: "disabled",
    Reason.INACTIVE_TOKEN: "inactive",
    Reason.EXPIRED_TOKEN: "expired",
    Reason.PRIMARY_OFF: "off",
}


class LiveValue(NamedTuple):
    """Whose a live value is: a token's name or `group/slug SLOT`, and how it stands with it."""

    token: str
    kind: Kind
    #: `valid`, `previous` (valid while its grace time runs), `disabled`, `inactive`, `expired`, or `off` (a primary).
    state: str


class _Kept(NamedTuple):
    """A secret, the place that it is sealed for, and its holder."""

    secret: Secret
    record_id: str
    field: str
    holder: Holder


class LiveValues:
    """All live values of a store as it is now. Raises `StoreError`, and `SealError` for a lost or wrong key."""

    def __init__(self, desk: Desk) -> None:
        self._vault = desk.vault
        self._by_digest: dict[str, LiveValue] = {}
        self._by_length: dict[int, list[_Kept]] = defaultdict(list)
        self._strangers: set[bytes] = set()
        self.hints = cache(self._hints)
        now = desk.clock()
        for kept in _kept(desk.reader()):
            if not kept.secret.lost and not kept.holder.ended(now):
                self._by_length[self._vault.length(kept.secret)].append(kept)
                self._by_digest.setdefault(kept.secret.digest, _live(kept.holder, now))
        if self._by_digest:
            self._vault.digest("")  # a key that is lost or wrong is told before anything is read

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths that live values have, in order."""
        return tuple(sorted(self._by_length))

    @property
    def count(self) -> int:
        return len(self._by_digest)

    def _hints(self, length: int) -> frozenset[bytes] | None:
        """How the live values of a length end: their last four characters.

        None where one of them does not tell, being short, or with a vault that cannot open it.
        """
        try:
            hints = [self._vault.hint(kept.secret, kept.record_id, kept.field) for kept in self._by_length[length]]
        except SealError:
            return None
        return frozenset(hint.encode() for hint in hints) if all(len(hint) == HINT for hint in hints) else None

    def among(self, texts: set[bytes]) -> dict[bytes, LiveValue]:
        """Those of the ASCII texts that are live values, with whose they are."""
        found = {}
        for text in texts - self._strangers:
            live = self._by_digest.get(self._vault.digest(text.decode("ascii")))
            if live is not None:
                found[text] = live
        if len(self._strangers) > _REMEMBERED:
            self._strangers.clear()
        self._strangers.update(texts - found.keys())
        return found


def _kept(reader: Reader) -> Iterator[_Kept]:
    for endpoint in reader.iter_endpoints():
        yield from _primaries(endpoint)
    for token in reader.iter_tokens():
        yield from _values(token)


def _primaries(endpoint: Endpoint) -> Iterator[_Kept]:
    for slot, secret in endpoint.primaries.items():
        yield _Kept(secret, endpoint.id, primary_field(slot), PrimaryHolder(endpoint, slot))


def _values(token: EndpointToken) -> Iterator[_Kept]:
    yield _Kept(token.secret, token.id, VALUE, TokenHolder(token))
    if token.previous is not None:
        yield _Kept(token.previous, token.id, VALUE, ReplacedHolder(token))


def _live(holder: Holder, now: datetime) -> LiveValue:
    refusal = holder.refusal(now)
    still = isinstance(holder, ReplacedHolder) and refusal is None
    return LiveValue(holder.name, holder.kind, "previous" if still else _STATES[refusal])
