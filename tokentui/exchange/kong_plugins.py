"""Which plugins of a Kong configuration guard a route, the most specific one of each kind, and what they ask for.

Source: Kong Gateway, "Plugin precedence" (a route's plugin before its service's before a global one), key-auth, acl,
ip-restriction. Whatever guards a route in another way never leaves it free here.
"""

from dataclasses import dataclass
from itertools import product

from tokentui.exchange.kong_entities import Entity, Route, Tell, entities, names_of, reference, text, texts

KEY_AUTH = "key-auth"
_ACL = "acl"
_IP = "ip-restriction"
#: Plugins that let nobody in without a credential that is no key of ours.
_OTHER_GUARDS = frozenset(
    {
        *("basic-auth", "hmac-auth", "jwt", "jwt-signer", "key-auth-enc", "ldap-auth", "ldap-auth-advanced"),
        *("mtls-auth", "oauth2", "oauth2-introspection", "openid-connect", "saml", "header-cert-auth", "vault-auth"),
    }
)
_READ = _OTHER_GUARDS | {KEY_AUTH, _ACL, _IP}


#: What a plugin is bound to: an entity by its identity, one by its name or id, or none: it is for all.
_Scope = int | str | None


@dataclass(frozen=True, slots=True)
class Access:
    """What the acl plugin says; `allow` None: it lets in every group that is not in `deny`."""

    allow: frozenset[str] | None
    deny: frozenset[str]
    #: Whether the consumer groups count as groups too.
    with_consumer_groups: bool = False

    def admits(self, groups: set[str], consumer_groups: set[str]) -> bool:
        all_groups = groups | consumer_groups if self.with_consumer_groups else groups
        return not self.deny & all_groups and (self.allow is None or bool(self.allow & all_groups))


@dataclass(frozen=True, slots=True)
class Guarding:
    """How Kong guards a route."""

    key_auth: bool
    #: The consumer that whoever brings no key counts as.
    anonymous: str
    access: Access | None
    #: Other plugins that ask for a credential.
    others: tuple[str, ...]
    #: The addresses that may call; None: any.
    addresses: tuple[str, ...] | None
    denies_addresses: bool

    @property
    def free(self) -> bool:
        """Whether anybody may call without a credential."""
        return not (self.key_auth or self.access or self.others)

    @property
    def open(self) -> bool:
        """Whether anybody may call from anywhere."""
        return self.free and self.addresses is None and not self.denies_addresses


class Plugins:
    """All plugins that are enabled, and that say who may call."""

    def __init__(self, root: Entity, routes: list[Route], tell: Tell) -> None:
        self._shared = root.get("_plugin_configs")
        #: By name, route and service; the first of several at one place counts.
        self._configs: dict[tuple[str, _Scope, _Scope], Entity] = {}
        self._place(root, None, None, tell)
        for service in {id(route.service): route.service for route in routes}.values():
            self._place(service.entity, None, id(service.entity), tell)
        for route in routes:
            self._place(route.entity, id(route.entity), None, tell)

    def _place(self, owner: Entity, route: int | None, service: int | None, tell: Tell) -> None:
        """Take the plugins inside `owner`; those at the top may refer to a route, a service or a consumer."""
        for each in entities(owner, "plugins", tell):
            name = text(each, "name")
            if name not in _READ or each.get("enabled") is False:
                continue
            whose = next((field for field in ("consumer", "consumer_group") if each.get(field)), "")
            if whose:
                what = f"It is for the {whose.replace('_', ' ')} {reference(each, whose)} alone, which is not read."
                tell(f"plugin {name}", what)
                continue
            at_route: _Scope = route or reference(each, "route") or None
            at_service: _Scope = service or reference(each, "service") or None
            self._configs.setdefault((name, at_route, at_service), self._config(each))

    def _config(self, plugin: Entity) -> Entity:
        """Its own config over the one that several plugins share (decK's `_config`)."""
        name = text(plugin, "_config")
        shared = self._shared.get(name) if name and isinstance(self._shared, dict) else None
        own = plugin.get("config")
        return {**(shared if isinstance(shared, dict) else {}), **(own if isinstance(own, dict) else {})}

    def guarding(self, route: Route) -> Guarding:
        """What guards a route."""
        places = list(product(_scopes(route.entity), _scopes(route.service.entity)))
        found = {name: config for name in sorted(_READ) if (config := self._most_specific(name, places)) is not None}
        key_auth, acl, ip = found.get(KEY_AUTH), found.get(_ACL), found.get(_IP, {})
        return Guarding(
            key_auth=key_auth is not None,
            anonymous=text(key_auth or {}, "anonymous"),
            access=None if acl is None else _access(acl),
            others=tuple(name for name in found if name in _OTHER_GUARDS),
            addresses=_listed(ip, "allow", "whitelist"),
            denies_addresses=_listed(ip, "deny", "blacklist") is not None,
        )

    def _most_specific(self, name: str, places: list[tuple[_Scope, _Scope]]) -> Entity | None:
        return next((self._configs[name, *place] for place in places if (name, *place) in self._configs), None)


def _scopes(entity: Entity) -> list[_Scope]:
    """All that a plugin for the entity may be bound to, the least specific last."""
    return [id(entity), *sorted(names_of(entity)), None]


def _access(config: Entity) -> Access:
    """Without any list that can be read it lets nobody in."""
    allow, deny = _listed(config, "allow", "whitelist"), _listed(config, "deny", "blacklist")
    return Access(
        None if allow is None and deny is not None else frozenset(allow or ()),
        frozenset(deny or ()),
        config.get("include_consumer_groups") is True,
    )


def _listed(config: Entity, *fields: str) -> tuple[str, ...] | None:
    """The texts of the first list that is there; Kong 1 and 2 called them otherwise."""
    return next((texts(config, field) for field in fields if config.get(field)), None)
