"""What stands in a Kong configuration, entity by entity, wherever it may stand; what is no entity is told.

Sources: Kong Gateway declarative configuration (format 1.1 to 3.0) and decK's, which nests and refers by name.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tokentui.exchange.drafts import Skipped
from tokentui.exchange.wording import kind, one_line

Entity = dict[str, object]
#: Takes the subject and the reason of what is left out.
Tell = Callable[[str, str], None]


@dataclass(slots=True)
class Told:
    """What was left out, by what it would have become."""

    endpoints: list[Skipped] = field(default_factory=list)
    tokens: list[Skipped] = field(default_factory=list)
    assignments: list[Skipped] = field(default_factory=list)

    def endpoint(self, subject: str, reason: str) -> None:
        self.endpoints.append(_skipped(subject, reason))

    def token(self, subject: str, reason: str) -> None:
        self.tokens.append(_skipped(subject, reason))

    def assignment(self, subject: str, reason: str) -> None:
        self.assignments.append(_skipped(subject, reason))


def _skipped(subject: str, reason: str) -> Skipped:
    return Skipped(one_line(subject) or "(no name)", one_line(reason, 400))


def entities(owner: Entity, field: str, tell: Tell) -> Iterator[Entity]:
    """The objects of a list; what is none of them is told."""
    value = owner.get(field)
    if value is None:
        return
    if not isinstance(value, list):
        tell(field, f"It is {kind(value)}, where a list belongs.")
        return
    for position, each in enumerate(value, start=1):
        if isinstance(each, dict):
            yield each
        else:
            tell(f"{field}, number {position}", f"It is {kind(each)}, where an object belongs.")


def text(entity: Entity, field: str) -> str:
    """A field that is text; empty where it is not there, or something else."""
    value = entity.get(field)
    return value if isinstance(value, str) else ""


def texts(entity: Entity, field: str) -> tuple[str, ...]:
    """The texts of a list; a text alone is a list of one."""
    value = entity.get(field)
    listed = value if isinstance(value, list) else [value]
    return tuple(each for each in listed if isinstance(each, str))


def names_of(entity: Entity) -> frozenset[str]:
    """All that others may refer to the entity by."""
    return frozenset(filter(None, (text(entity, each) for each in ("id", "name", "username", "custom_id"))))


def reference(entity: Entity, field: str) -> str:
    """The name or id in a reference, which is text or an object with one of them; empty where there is none."""
    value = entity.get(field)
    if isinstance(value, dict):
        return next((text(value, each) for each in ("id", "name", "username", "custom_id") if text(value, each)), "")
    return value if isinstance(value, str) else ""


def called(entity: Entity, *fields: str, otherwise: str) -> str:
    """What people call the entity: the first of these fields that it has."""
    return next((text(entity, each) for each in fields if text(entity, each)), otherwise)


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """An upstream with its routes; `entity` is empty for routes that have no service."""

    entity: Entity = field(repr=False)

    @property
    def name(self) -> str:
        return called(self.entity, "name", "host", otherwise="kong")

    @property
    def enabled(self) -> bool:
        return self.entity.get("enabled") is not False


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A route with the service that it belongs to."""

    entity: Entity = field(repr=False)
    service: Service

    @property
    def paths(self) -> tuple[str, ...]:
        return texts(self.entity, "paths")

    @property
    def name(self) -> str:
        return called(self.entity, "name", otherwise=self.paths[0] if self.paths else text(self.entity, "id"))


def routes(root: Entity, tell: Tell) -> list[Route]:
    """Every route: those inside the services, then those at the top, which refer to a service or have none."""
    services = [Service(each) for each in entities(root, "services", tell)]
    found = [Route(each, service) for service in services for each in entities(service.entity, "routes", tell)]
    by_name = {name: service for service in reversed(services) for name in names_of(service.entity)}
    alone = Service({})
    for each in entities(root, "routes", tell):
        wanted = reference(each, "service")
        if wanted and wanted not in by_name:
            tell(Route(each, alone).name, f"There is no service {one_line(wanted)}.")
        else:
            found.append(Route(each, by_name.get(wanted, alone)))
    return found


def refers(entity: Entity, field: str, names: Iterable[str]) -> bool:
    """Whether a reference leads to the entity with these names."""
    return reference(entity, field) in names
