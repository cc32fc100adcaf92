"""Keys of Kong's consumers as token drafts, each with the endpoints that Kong lets it into."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tokentui.domain.errors import ImportRefused, Invalid
from tokentui.domain.names import NAME_LIMIT, check_name, name_key
from tokentui.domain.slots import Slot, in_order
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import AssignmentDraft, TokenDraft, ValueDraft
from tokentui.exchange.kong_consumers import Consumer
from tokentui.exchange.kong_doors import Door
from tokentui.exchange.kong_entities import Entity, Told
from tokentui.exchange.kong_keys import key_value
from tokentui.exchange.kong_plugins import Guarding

#: The most assignments that are made of one file: consumers times routes may be more than anybody can look through.
MAX_ASSIGNMENTS = 500_000


@dataclass(frozen=True, slots=True)
class Holder:
    """A consumer with its keys as drafts that are mapped nowhere yet."""

    consumer: Consumer
    tokens: tuple[TokenDraft, ...]


def holders(found: Iterable[Consumer], told: Told, environ: Mapping[str, str] | None) -> list[Holder]:
    """The consumers that have a key which can be a token here; the others are told."""
    named = list(_named(found, told))
    keys = _Keys(named, told, environ)
    return [Holder(consumer, tokens) for consumer in named if (tokens := tuple(keys.of(consumer)))]


def _named(found: Iterable[Consumer], told: Told) -> Iterator[Consumer]:
    for consumer in found:
        try:
            consumer.name = check_name(consumer.name)
        except Invalid as error:
            told.token(consumer.name, str(error))
        else:
            yield consumer


class _Keys:
    """The keys that have been taken so far; no two have one name, or one value."""

    def __init__(self, found: Iterable[Consumer], told: Told, environ: Mapping[str, str] | None) -> None:
        self._told = told
        self._environ = environ
        #: Names that are a consumer's own, until the first key of that name has come.
        self._reserved = {name_key(consumer.name) for consumer in found}
        self._taken: set[str] = set()
        self._values: dict[str, str] = {}

    def of(self, consumer: Consumer) -> Iterator[TokenDraft]:
        """The consumer's keys as tokens: `foo`, `foo-2`, …"""
        if consumer.others:
            kinds = " and ".join(sorted(consumer.others))
            self._told.token(consumer.name, f"Credentials of {kinds} are not taken over, only keys are.")
        elif not consumer.keys:
            self._told.token(consumer.name, "It has no key.")
        for number, key in enumerate(consumer.keys, start=1):
            try:
                yield self._token(consumer, key)
            except Invalid as error:
                subject = consumer.name if len(consumer.keys) == 1 else f"{consumer.name}, key {number}"
                self._told.token(subject, str(error))

    def _token(self, consumer: Consumer, key: Entity) -> TokenDraft:
        value = key_value(key.get("key"), self._environ)
        if value in self._values:
            raise Invalid("key", f"Its key is that of {self._values[value]}; every token needs its own.")
        expires_at = _expiry(key)
        name = self._free(consumer.name)
        self._values[value] = name
        said = {"expires_at": expires_at} if expires_at else {}
        return TokenDraft(name=name, value=ValueDraft(value), said=said)

    def _free(self, name: str) -> str:
        candidate, number = name, 1
        while name_key(candidate) in self._taken or (number > 1 and name_key(candidate) in self._reserved):
            number += 1
            suffix = f"-{number}"
            candidate = name[: NAME_LIMIT - len(suffix)] + suffix
        self._taken.add(name_key(candidate))
        return candidate


def _expiry(key: Entity) -> datetime | None:
    """When a key with a lifetime ends, both in seconds; raises `Invalid` where the file does not say."""
    lifetime, created = key.get("ttl"), key.get("created_at")
    if lifetime in (None, 0):
        return None
    if not (_is_number(lifetime) and _is_number(created)):
        raise Invalid("key", "It has a lifetime (ttl), and the file does not say since when (created_at).")
    try:
        return datetime.fromtimestamp(float(str(created)), UTC) + timedelta(seconds=float(str(lifetime)))
    except (OverflowError, ValueError, OSError):
        raise Invalid("key", "The end of its lifetime (created_at and ttl) is no time.") from None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Grants:
    """Who may call what, collected door by door."""

    def __init__(self, name: str, found: list[Holder], watch: Watch, told: Told) -> None:
        self._name = name
        self._holders = found
        self._watch = watch.silent()
        self._told = told
        self._of: dict[str, list[AssignmentDraft]] = {token.name: [] for each in found for token in each.tokens}
        self._count = 0

    def at(self, door: Door) -> None:
        """Map the tokens to a door as Kong guards it, each slot by itself."""
        ref, guards = door.draft.ref, door.guards.items()
        self._watch.reached(0.0)
        for holder in self._holders:
            slots = in_order(slot for slot, guard in guards if _admits(guard, holder.consumer))
            if slots:
                self._map(holder, ref, slots)
        denied = sorted({group for _, guard in guards if guard.access for group in guard.access.deny})
        if denied:
            self._told.assignment(ref, f"Who is in {' or '.join(denied)}, which acl denies, is not mapped.")

    def _map(self, holder: Holder, ref: str, slots: tuple[Slot, ...]) -> None:
        self._count += len(holder.tokens)
        if self._count > MAX_ASSIGNMENTS:
            raise ImportRefused(
                f"{self._name}: it maps consumers to more than {MAX_ASSIGNMENTS:,} endpoints in all; split it."
            )
        for token in holder.tokens:
            self._of[token.name].append(AssignmentDraft(ref, slots))

    def of(self, token: TokenDraft) -> tuple[AssignmentDraft, ...]:
        return tuple(self._of[token.name])


def _admits(guard: Guarding, consumer: Consumer) -> bool:
    if guard.access is None or not guard.key_auth:
        return guard.key_auth
    return guard.access.admits(consumer.groups, consumer.consumer_groups)


def mapped(name: str, found: list[Holder], doors: Iterable[Door], watch: Watch, told: Told) -> list[TokenDraft]:
    """The tokens with their assignments; raises `ImportRefused` where these are too many."""
    grants = _Grants(name, found, watch, told)
    for door in doors:
        grants.at(door)
    return [replace(token, assignments=grants.of(token)) for each in found for token in each.tokens]
