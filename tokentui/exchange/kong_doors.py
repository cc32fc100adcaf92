"""Kong's routes as endpoint drafts: those with one path are one, and none opens what Kong guards."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from tokentui.domain.errors import Invalid
from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.slots import METHODS, SLOT_OF_METHOD, Authentication, Slot, in_order
from tokentui.domain.slug import next_free, slugify
from tokentui.domain.template import PathIndex, Template
from tokentui.exchange.drafts import EndpointDraft
from tokentui.exchange.kong_entities import Route, Told
from tokentui.exchange.kong_paths import bare_path, is_regex, path_template
from tokentui.exchange.kong_plugins import Guarding, Plugins
from tokentui.exchange.kong_routes import asked_of, fields_of, guard_remarks, is_served, remarks, why_not
from tokentui.exchange.kong_shadows import Guarded, beginning
from tokentui.exchange.wording import one_line

#: More pairs of a gap and a free endpoint are not looked at one by one: all those endpoints are closed.
_MOST_PAIRS = 1_000_000


@dataclass(slots=True, eq=False)
class Door:
    """An endpoint in the making, and how Kong guards each of its slots; routes with one path share it."""

    route: Route
    fields: EndpointFields
    guards: dict[Slot, Guarding] = field(default_factory=dict)
    #: The path of Kong itself, where that is a prefix: the template takes what is below.
    bare: str = ""
    #: The methods for which Kong gives requests to its routes.
    asked: set[str] = field(default_factory=set)

    @property
    def free(self) -> bool:
        return self.fields.authentication is Authentication.NONE

    @property
    def open(self) -> bool:
        """Whether anybody may call from anywhere."""
        return self.free and not self.fields.ip_filter

    @property
    def template(self) -> Template:
        return Template.parse(self.fields.path)

    @property
    def opened(self) -> set[str]:
        """The methods of its slots: a slot guards several, of which Kong may answer one."""
        return {method for method, slot in SLOT_OF_METHOD.items() if slot in self.guards}

    @property
    def draft(self) -> EndpointDraft:
        return EndpointDraft.of(self.fields)


class Doors:
    """The endpoints that have been taken so far; later routes must not clash with them."""

    def __init__(self, plugins: Plugins, told: Told, *, kong_2: bool) -> None:
        self._plugins = plugins
        self._told = told
        self._kong_2 = kong_2
        self._slugs: dict[str, set[str]] = {}
        self._doors: dict[str, Door] = {}
        self._guarded: dict[Guarded, None] = {}

    def __iter__(self) -> Iterator[Door]:
        return iter(self._doors.values())

    def take(self, route: Route) -> None:
        """Take a route, an endpoint for each of its paths; what cannot be taken is told."""
        guarding = self._plugins.guarding(route)
        reason = why_not(route)
        if reason:
            self._told.endpoint(route.name, reason)
            if is_served(route) and not guarding.open:
                self._guarded[Guarded(one_line(route.name), "/", asked_of(route))] = None
            return
        taken = [path for path in route.paths if self._take_path(route, path, guarding)]
        if taken:
            for remark in (*remarks(route), *guard_remarks(guarding)):
                self._told.endpoint(route.name, remark)

    def _take_path(self, route: Route, path: str, guarding: Guarding) -> bool:
        taken: Template | None = None
        try:
            template = path_template(path, kong_2=self._kong_2)
            fields = fields_of(route, template, guarding)
            self._accept(route, fields, guarding, bare=bare_path(path, template, kong_2=self._kong_2))
            taken = Template.parse(template)
        except Invalid as error:
            several = f"{one_line(path)}: " if len(route.paths) > 1 else ""
            self._told.endpoint(route.name, f"{several}{error}")
        if not guarding.open:
            regex = is_regex(path, kong_2=self._kong_2)
            start = beginning(path, kong_2=self._kong_2)
            self._guarded[Guarded(one_line(route.name), start, asked_of(route), taken, regex)] = None
        return taken is not None

    def _accept(self, route: Route, fields: EndpointFields, guarding: Guarding, *, bare: str = "") -> None:
        shape = Template.parse(fields.path).shape
        door = self._doors.get(shape)
        if door is None:
            slug = next_free(fields.slug, self._slugs.setdefault(fields.group, set()))
            door = Door(route, checked_endpoint(replace(fields, slug=slug)), bare=bare)
            self._slugs[fields.group].add(slug)
            self._doors[shape] = door
        else:
            door.fields = _together(door.fields, fields)
        door.guards.update(dict.fromkeys(fields.slots, guarding))
        door.asked.update(asked_of(route))

    def close_gaps(self) -> None:
        """See to it that no endpoint which is free answers for what Kong guards."""
        self._add_bare_paths()
        free = [door for door in self if door.free]
        many = len(free) * len(self._guarded) > _MOST_PAIRS
        for door in free:
            template, opened = door.template, door.opened
            each = (each for each in self._guarded if many or each.is_open_at(template, door.asked, opened))
            gap = next(each, None)
            if gap is not None:
                door.fields = replace(door.fields, authentication=Authentication.TOKEN)
                what = f"It is free in Kong, and would let in here what Kong guards by {gap.route}"
                self._told.endpoint(door.route.name, f"{what}: it wants a token until you make it free.")

    def _add_bare_paths(self) -> None:
        """`/api` beside `/api/*`, where an endpoint that is free would answer to it."""
        index: PathIndex[Door] = PathIndex()
        for door in self:
            index.add(door.template, door)
        for door in [door for door in self if door.bare and not door.open]:
            above = index.find(tuple(unquote(segment) for segment in door.bare[1:].split("/")))
            if above is not None and above.free and above.opened & door.asked and above.fields.path != door.bare:
                self._add_bare(door, above)

    def _add_bare(self, door: Door, above: Door) -> None:
        fields = replace(door.fields, path=door.bare, slug=slugify(door.route.name))
        for slot, guarding in door.guards.items():
            self._accept(door.route, _only(fields, slot), guarding)
        what = f"It is imported at {door.bare} too: {above.fields.name}, which is free, would answer there."
        self._told.endpoint(door.route.name, what)


def _only(fields: EndpointFields, slot: Slot) -> EndpointFields:
    return replace(fields, methods=(slot,) if slot in METHODS else (), allow_deleting=slot is Slot.DELETE)


def _together(first: EndpointFields, later: EndpointFields) -> EndpointFields:
    """Two routes with one path as one endpoint, as far as one can say both; raises `Invalid`."""
    shared = set(first.slots) & set(later.slots)
    if shared:
        what = " and ".join(in_order(shared))
        raise Invalid("path", f"It answers {what} to the same requests as {first.name}, which comes before it.")
    for name in ("authentication", "ip_filter"):
        if getattr(first, name) != getattr(checked_endpoint(later), name):
            what = name.replace("_", " ").replace("ip", "IP")
            raise Invalid("path", f"It has the path of {first.name}, which comes before it, and another {what}.")
    slots = in_order((*first.slots, *later.slots))
    methods = tuple(slot for slot in slots if slot in METHODS)
    return replace(first, methods=methods, allow_deleting=Slot.DELETE in slots)
