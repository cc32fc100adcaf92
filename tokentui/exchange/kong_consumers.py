"""The consumers of a Kong configuration: their keys, which become tokens, and the groups that acl plugins ask for.

A consumer may stand at the top, and once more, or only there, in consumer groups; its keys and groups inside it, or
at the top with a reference. All that bears the same name or id is one consumer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tokentui.exchange.kong_entities import Entity, Told, called, entities, names_of, reference, text
from tokentui.exchange.wording import one_line

#: Where a consumer's credentials of other kinds are listed, and what Kong calls them.
_OTHER_CREDENTIALS = {
    "basicauth_credentials": "basic-auth",
    "hmacauth_credentials": "hmac-auth",
    "jwt_secrets": "jwt",
    "keyauth_enc_credentials": "key-auth-enc",
    "mtls_auth_credentials": "mtls-auth",
    "oauth2_credentials": "oauth2",
}
_KEYS = "keyauth_credentials"
_ACLS = "acls"


@dataclass(slots=True, eq=False)
class Consumer:
    """A caller, with the entities of its keys."""

    name: str
    keys: list[Entity] = field(default_factory=list, repr=False)
    groups: set[str] = field(default_factory=set)
    consumer_groups: set[str] = field(default_factory=set)
    #: Kinds of credentials that are no keys.
    others: set[str] = field(default_factory=set)


def consumers(root: Entity, told: Told) -> list[Consumer]:
    """Every consumer, in the file's order."""
    reading = _Reading(told)
    for each in entities(root, "consumers", told.token):
        reading.take(each)
    for group in entities(root, "consumer_groups", told.token):
        for each in entities(group, "consumers", told.token):
            reading.take(each, names_of(group))
    for listed in (_KEYS, _ACLS, *_OTHER_CREDENTIALS):
        for each in entities(root, listed, told.token):
            reading.take_loose(listed, each)
    return reading.found


class _Reading:
    def __init__(self, told: Told) -> None:
        self.found: list[Consumer] = []
        self._told = told
        self._by_name: dict[str, Consumer] = {}

    def take(self, entity: Entity, consumer_groups: Iterable[str] = ()) -> None:
        """Take a consumer, or more of one that is known already."""
        names = names_of(entity)
        known = next((self._by_name[name] for name in sorted(names) if name in self._by_name), None)
        consumer = known or self._new(entity)
        if consumer is None:
            return
        self._by_name.update(dict.fromkeys(names, consumer))
        consumer.consumer_groups.update(consumer_groups)
        for group in entities(entity, "groups", self._told.token):
            consumer.consumer_groups.update(names_of(group))
        for listed in (_KEYS, _ACLS, *_OTHER_CREDENTIALS):
            for each in entities(entity, listed, self._told.token):
                _give(consumer, listed, each)

    def _new(self, entity: Entity) -> Consumer | None:
        name = called(entity, "username", "custom_id", otherwise="")
        if not name:
            self._told.token(text(entity, "id") or "a consumer", "It has neither username nor custom_id.")
            return None
        self.found.append(Consumer(name))
        return self.found[-1]

    def take_loose(self, listed: str, entity: Entity) -> None:
        """Take a credential or group that stands at the top and refers to its consumer."""
        wanted = reference(entity, "consumer")
        if wanted in self._by_name:
            _give(self._by_name[wanted], listed, entity)
        else:
            self._told.token(listed, f"There is no consumer {one_line(wanted) or 'that it names'}.")


def _give(consumer: Consumer, listed: str, entity: Entity) -> None:
    if listed == _KEYS:
        consumer.keys.append(entity)
    elif listed == _ACLS:
        consumer.groups.update(filter(None, [text(entity, "group")]))
    else:
        consumer.others.add(_OTHER_CREDENTIALS[listed])
