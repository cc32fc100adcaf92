"""Records for the tests of the decision, with a digest that anyone can see through."""

from datetime import UTC, datetime, timedelta

from tokentui.domain.actors import Actor, Note
from tokentui.domain.decision import Decision, Guard, Request
from tokentui.domain.records import Assignment, Endpoint, EndpointToken, Secret
from tokentui.domain.slots import METHODS, Authentication, Slot

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
#: What a test's change says in the trail, where nobody reads it.
NOTE = Note(NOW, Actor("jan", "10.0.0.5", "gateway"), "changed something")
PRIMARIES = {Slot.POST: "post-value", Slot.GET: "get-value", Slot.DELETE: "delete-value"}


def digest(value: str) -> str:
    """Stands in for the keyed digest."""
    return f"digest of {value}"


def secret(value: str) -> Secret:
    return Secret(sealed="sealed", digest=digest(value), hint="hint", generated_at=NOW)


def endpoint(
    slug: str = "po",
    path: str = "",
    authentication: Authentication = Authentication.TOKEN,
    *,
    methods: tuple[Slot, ...] = METHODS,
    allow_deleting: bool = False,
    active: bool = True,
    ip_filter: tuple[str, ...] = (),
    primaries: dict[Slot, str] | None = None,
) -> Endpoint:
    """An endpoint `orders/<slug>` at `/<slug>`; `primaries` are plain values."""
    return Endpoint(
        id=f"endpoint-{slug}",
        name=slug.title(),
        group="orders",
        slug=slug,
        path=path or f"/{slug}",
        methods=methods,
        authentication=authentication,
        ip_filter=ip_filter,
        allow_deleting=allow_deleting,
        active=active,
        primaries={slot: secret(value) for slot, value in (primaries or {}).items()},
        created_at=NOW,
    )


def token(
    name: str = "erp",
    value: str = "",
    *,
    enabled: bool = True,
    active: bool = True,
    expires_at: datetime | None = None,
    previous: str = "",
    previous_until: datetime | None = None,
) -> EndpointToken:
    """An endpoint token whose value is `<name>-value` unless said."""
    return EndpointToken(
        id=f"token-{name}",
        name=name,
        secret=secret(value or f"{name}-value"),
        enabled=enabled,
        active=active,
        expires_at=expires_at,
        previous=secret(previous) if previous else None,
        previous_until=previous_until,
        created_at=NOW,
    )


def assign(of: EndpointToken, to: Endpoint, *slots: Slot) -> Assignment:
    return Assignment(token_id=of.id, endpoint_id=to.id, slots=slots or tuple(Slot), created_at=NOW)


def guard_of(*records: Endpoint | EndpointToken | Assignment) -> Guard:
    return Guard(
        [each for each in records if isinstance(each, Endpoint)],
        [each for each in records if isinstance(each, EndpointToken)],
        [each for each in records if isinstance(each, Assignment)],
        digest,
    )


def mapped(of: EndpointToken, to: Endpoint | None = None, *slots: Slot) -> Guard:
    """A guard of one token that is mapped to one endpoint."""
    place = to or endpoint()
    return guard_of(place, of, assign(of, place, *slots))


def bearer(value: str) -> tuple[str, ...]:
    return (f"Bearer {value}",)


def ask(
    guard: Guard,
    target: str | bytes = "/po",
    value: str | None = None,
    *,
    method: str = "GET",
    client: str = "192.0.2.1",
    now: datetime = NOW,
) -> Decision:
    """The guard's decision about a request, with the value as its bearer token if there is one."""
    return guard.decide(Request(method, target, bearer(value) if value else (), client), now)
