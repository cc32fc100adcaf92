"""Reads Kong's declarative configuration (Kong Gateway 1.x to 3.x, decK): routes, keys, and who may call what.

A route is an endpoint, a consumer's key a token that is named after the consumer. Where key-auth guards a route,
every consumer may call it; with acl, those in its groups.
"""

import re
from collections.abc import Mapping

from tokentui.domain.errors import ImportRefused
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import ApiDescription, KongConfiguration
from tokentui.exchange.kong_consumers import consumers
from tokentui.exchange.kong_doors import Doors
from tokentui.exchange.kong_entities import Entity, Told, routes
from tokentui.exchange.kong_plugins import Plugins
from tokentui.exchange.kong_tokens import holders, mapped
from tokentui.exchange.opening import Opened
from tokentui.exchange.wording import kind, one_line

_VERSION = re.compile(r"(?P<major>[123])(?:\.\d+)?")


def kong_in(opened: Opened, watch: Watch, environ: Mapping[str, str] | None = None) -> KongConfiguration:
    """What the configuration in a file says. Nothing is changed anywhere.

    Keys that refer to the environment are taken from `environ` where it is given. Raises `ImportRefused`.
    """
    root, kong_2 = _checked(opened.document, opened.name)
    told = Told()
    found = routes(root, told.endpoint)
    doors = Doors(Plugins(root, found, told.endpoint), told, kong_2=kong_2)
    for count, route in enumerate(found):
        watch.reached(count / len(found))
        doors.take(route)
    doors.close_gaps()
    callers = holders(consumers(root, told), told, environ)
    tokens = mapped(opened.name, callers, doors, watch, told)
    watch.reached(1.0)
    api = ApiDescription(opened.name, tuple(door.draft for door in doors), tuple(told.endpoints))
    return KongConfiguration(api, tuple(tokens), tuple(told.tokens), tuple(told.assignments))


def _checked(root: object, name: str) -> tuple[Entity, bool]:
    """The configuration, and whether it is one of Kong 2 or before."""
    if not isinstance(root, dict):
        raise ImportRefused(f"{name}: it holds {kind(root)}, where an object with _format_version belongs.")
    version = root.get("_format_version")
    found = _VERSION.fullmatch(str(version)) if isinstance(version, str | int | float) else None
    if found is None:
        says = "no _format_version" if version is None else f"_format_version {one_line(str(version), 20)}"
        raise ImportRefused(f"{name}: it says {says}, where Kong says 1.1, 2.1 or 3.0; is this the right file?")
    return root, found["major"] != "3"
