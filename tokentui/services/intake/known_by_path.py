"""Endpoints of a foreign file: known by what they answer to, and touched in nothing that an admin decides here.

A path in the file is the endpoint which answers to the same requests (`/pets/{id}` is `/pets/{petId}`), be it active
or not; its methods and Allow deleting become what the file says, gained and lost. Where there is none, but another
endpoint has its `group/slug`, it cannot be told whether somebody moved the endpoint or these are two: it is left out,
and the report says so. Where that other endpoint is one of the file's other paths, they are two: the new one gets a
numbered slug.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tokentui.domain.fields import EndpointFields, checked_endpoint
from tokentui.domain.records import Endpoint
from tokentui.domain.slots import in_order
from tokentui.domain.slug import next_free
from tokentui.domain.template import Template
from tokentui.exchange.drafts import ApiDescription, EndpointDraft
from tokentui.services.desk import Desk
from tokentui.services.intake.places import Place, cut_off, names_of, takes_tokens
from tokentui.services.intake.plan import EndpointPlan, Plan
from tokentui.services.intake.report import Imported
from tokentui.store.protocol import Reader


def plan_by_path(plan: Plan, desk: Desk, reader: Reader, api: ApiDescription) -> Mapping[str, Place]:
    """Plan the endpoints; returns, by what the file calls them, those that are here or will be."""
    here = _Here(reader.iter_endpoints())
    plan.told_endpoints.skipped.extend(api.skipped)
    known = [here.answering(draft.path) for draft in api.drafts]
    in_file = {endpoint.ref for endpoint in known if endpoint}
    places: dict[str, Place] = {}
    for draft, endpoint in zip(api.drafts, known, strict=True):
        if endpoint is not None:
            places[draft.ref] = _plan_known(plan, reader, draft, endpoint)
        else:
            _plan_new(plan, desk, here, draft, in_file, places)
    return places


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


def _plan_known(plan: Plan, reader: Reader, draft: EndpointDraft, endpoint: Endpoint) -> Place:
    before, after = set(endpoint.slots), set(draft.slots)
    place = Place(endpoint.id, endpoint.ref, draft.slots, takes_tokens(EndpointFields.of(endpoint)))
    if after == before:
        plan.told_endpoints.unchanged += 1
        return place
    lost = in_order(before - after)
    cut = cut_off(reader, endpoint, lost)
    told = Imported(endpoint.ref, endpoint.path, in_order(after - before), lost, names_of(reader, cut))
    fields = replace(EndpointFields.of(endpoint), methods=draft.methods, allow_deleting=draft.allow_deleting)
    plan.endpoints.append(EndpointPlan(before=endpoint, id=endpoint.id, fields=fields))
    plan.told_endpoints.changed.append(told)
    plan.cut += cut
    return place


def _plan_new(
    plan: Plan, desk: Desk, here: _Here, draft: EndpointDraft, in_file: set[str], places: dict[str, Place]
) -> None:
    namesake = here.refs.get(draft.ref)
    if namesake is not None and namesake.ref not in in_file:
        plan.told_endpoints.skip(draft.path, _elsewhere(namesake))
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
            ip_filter=draft.ip_filter,
            description=draft.description,
        )
    )
    new = EndpointPlan(before=None, id=desk.new_id(), fields=fields)
    ref = f"{fields.group}/{fields.slug}"
    plan.endpoints.append(new)
    plan.told_endpoints.added.append(Imported(ref, fields.path, draft.slots))
    places[draft.ref] = Place(new.id, ref, draft.slots)


def _elsewhere(namesake: Endpoint) -> str:
    return (
        f"{namesake.ref} is at {namesake.path} here. Change its path if this is the same endpoint, its slug if it is "
        "another, then import again."
    )
