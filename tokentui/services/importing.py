"""Taking in what an API description says, without undoing what an admin has decided here.

What the API answers to comes from the file; who may call it is decided here. So a path that is not known yet becomes
an endpoint, and of an endpoint that is known a later import touches its methods and Allow deleting alone: they become
what the file says, gained and lost. Name, group, slug, path, description, authentication, IP filter and active stay
as they are here, and an endpoint that the file does not have (any more) is left alone. To import a file again
changes nothing.

A path in the file is the endpoint which answers to the same requests (`/pets/{id}` is `/pets/{petId}`), be it active
or not. Where there is none, but another endpoint has its `group/slug`, it cannot be told whether somebody moved the
endpoint or these are two: it is left out, and the report says so. Where that other endpoint is one of the file's
other paths, they are two: the new one gets a numbered slug.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import Authentication, Slot, in_order
from tokentui.domain.slug import next_free
from tokentui.domain.template import Template
from tokentui.exchange.documents import Watch
from tokentui.exchange.drafts import ApiDescription, EndpointDraft, Skipped
from tokentui.services.desk import Desk
from tokentui.services.endpoints import build_endpoint, with_fields
from tokentui.store.protocol import Reader, Transaction

#: The share of the work that reading the file is; the rest is taking it in.
_READING = 0.5


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do, to one endpoint."""

    #: Its `group/slug` here.
    subject: str
    path: str
    gained: tuple[Slot, ...]
    lost: tuple[Slot, ...] = ()
    #: The names of the endpoint tokens that are mapped to a lost slot; their assignments stay, refused.
    cut_off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: every path of the file is in one of the four, in the file's order."""

    added: tuple[Imported, ...]
    changed: tuple[Imported, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]


def _nobody_looks(_share: float) -> None:
    """The progress that nobody asked for."""


def _never() -> bool:
    return False


def import_file(
    desk: Desk,
    file: Path,
    *,
    authentication: Authentication | None = Authentication.TOKEN,
    dry_run: bool = False,
    progress: Callable[[float], None] = _nobody_looks,
    cancelled: Callable[[], bool] = _never,
) -> ImportReport:
    """Import an OpenAPI or Swagger file. New endpoints get `authentication`; None: what the file declares.

    `progress` is told 0 to 1; `cancelled` is asked often. With `dry_run` nothing is changed and no key is needed.
    Raises `ImportRefused` (also where it was cancelled), `StoreError`, `SealError`; nothing is changed then.
    """
    from tokentui.exchange.openapi import read_openapi

    watch = Watch(file.name, progress, cancelled)
    api = read_openapi(
        file,
        as_declared=authentication is None,
        progress=watch.within(0.0, _READING).reached,
        cancelled=cancelled,
    )
    if authentication is not None:
        api = replace(api, drafts=tuple(replace(draft, authentication=authentication) for draft in api.drafts))
    return import_endpoints(desk, api, dry_run=dry_run, reached=watch.within(_READING, 1.0).reached)


def import_endpoints(
    desk: Desk,
    api: ApiDescription,
    *,
    dry_run: bool = False,
    reached: Callable[[float], None] = _nobody_looks,
) -> ImportReport:
    """Take in an API description: one change, all or none. `reached` is told 0 to 1, and may raise to stop it.

    What a later import touches is told above. Raises `StoreError`, `SealError`.
    """
    if dry_run or not api.drafts:
        return _plan(desk.reader(), api).report()
    with desk.change(f"imported {api.title}") as transaction:
        plan = _plan(transaction.reader, api)
        _carry_out(desk, transaction, plan, reached)
    return plan.report()


@dataclass(slots=True)
class _Plan:
    """What is to be done to which endpoint, each with its line for the report."""

    added: list[tuple[EndpointFields, Imported]] = field(default_factory=list)
    changed: list[tuple[Endpoint, EndpointFields, Imported]] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def report(self) -> ImportReport:
        return ImportReport(
            added=tuple(told for _, told in self.added),
            changed=tuple(told for _, _, told in self.changed),
            unchanged=self.unchanged,
            skipped=tuple(self.skipped),
        )


def _plan(reader: Reader, api: ApiDescription) -> _Plan:
    here = _Here(reader.iter_endpoints())
    plan = _Plan(skipped=list(api.skipped))
    known = [here.answering(draft.path) for draft in api.drafts]
    in_file = {endpoint.ref for endpoint in known if endpoint}
    for draft, endpoint in zip(api.drafts, known, strict=True):
        if endpoint is not None:
            _plan_known(plan, reader, draft, endpoint)
        else:
            _plan_new(plan, here, draft, in_file)
    return plan


class _Here:
    """The endpoints that are in the store: which answers to a path, and which slugs are taken."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.refs: dict[str, Endpoint] = {}
        self.slugs: dict[str, set[str]] = {}
        self._shapes: dict[str, Endpoint] = {}
        for endpoint in endpoints:
            self.refs[endpoint.ref] = endpoint
            self.slugs.setdefault(endpoint.group, set()).add(endpoint.slug)
            shape = Template.parse(endpoint.path).shape
            # Only one active endpoint has this shape; inactive ones may have it too, and count for less.
            if endpoint.active or shape not in self._shapes:
                self._shapes[shape] = endpoint

    def answering(self, path: str) -> Endpoint | None:
        """The endpoint that answers to the same requests as `path`, or would if it were active."""
        return self._shapes.get(Template.parse(path).shape)

    def take_slug(self, group: str, slug: str) -> str:
        """The slug, numbered where it is taken; it is taken from now on."""
        taken = self.slugs.setdefault(group, set())
        free = next_free(slug, taken)
        taken.add(free)
        return free


def _plan_known(plan: _Plan, reader: Reader, draft: EndpointDraft, endpoint: Endpoint) -> None:
    before = set(endpoint.slots)
    after = {*draft.methods, *((Slot.DELETE,) if draft.allow_deleting else ())}
    if after == before:
        plan.unchanged += 1
        return
    lost = in_order(before - after)
    told = Imported(endpoint.ref, endpoint.path, in_order(after - before), lost, _cut_off(reader, endpoint, lost))
    fields = replace(EndpointFields.of(endpoint), methods=draft.methods, allow_deleting=draft.allow_deleting)
    plan.changed.append((endpoint, fields, told))


def _cut_off(reader: Reader, endpoint: Endpoint, lost: tuple[Slot, ...]) -> tuple[str, ...]:
    mapped = (each for each in reader.assignments_at(endpoint.id) if set(each.slots) & set(lost))
    return tuple(sorted(reader.token(each.token_id).name for each in mapped)) if lost else ()


def _plan_new(plan: _Plan, here: _Here, draft: EndpointDraft, in_file: set[str]) -> None:
    namesake = here.refs.get(f"{draft.group}/{draft.slug}")
    if namesake is not None and namesake.ref not in in_file:
        plan.skipped.append(Skipped(draft.path, _elsewhere(namesake)))
        return
    fields = checked_endpoint(
        EndpointFields(
            name=draft.name,
            group=draft.group,
            slug=here.take_slug(draft.group, draft.slug),
            path=draft.path,
            methods=draft.methods,
            allow_deleting=draft.allow_deleting,
            authentication=draft.authentication,
            description=draft.description,
        )
    )
    slots = in_order((*fields.methods, *((Slot.DELETE,) if fields.allow_deleting else ())))
    plan.added.append((fields, Imported(f"{fields.group}/{fields.slug}", fields.path, slots)))


def _elsewhere(namesake: Endpoint) -> str:
    return (
        f"{namesake.ref} is at {namesake.path} here. Change its path if this is the same endpoint, its slug if it is "
        "another, then import again."
    )


def _carry_out(desk: Desk, transaction: Transaction, plan: _Plan, reached: Callable[[float], None]) -> None:
    total = len(plan.added) + len(plan.changed)
    for done, (fields, _) in enumerate(plan.added):
        reached(done / total)
        transaction.put(build_endpoint(desk, fields))
    for done, (endpoint, fields, _) in enumerate(plan.changed, start=len(plan.added)):
        reached(done / total)
        transaction.put(with_fields(desk, endpoint, fields))
    reached(1.0)
