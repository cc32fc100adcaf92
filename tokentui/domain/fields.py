"""What people fill in for an endpoint or a token, and the checks that every face shares."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import TypeVar

from tokentui.domain.address import check_ip_filter
from tokentui.domain.errors import Invalid
from tokentui.domain.names import check_description, check_name
from tokentui.domain.records import Endpoint, EndpointToken
from tokentui.domain.slots import METHODS, Authentication, Slot, in_order
from tokentui.domain.slug import check_group, check_slug, slugify
from tokentui.domain.template import Template

#: Characters in an endpoint's name, at most: a path may be one.
ENDPOINT_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFields:
    """An endpoint as a form or a command has it; empty slug and path stand for the generated ones (see `filled`)."""

    name: str
    group: str
    slug: str = ""
    path: str = ""
    methods: tuple[Slot, ...] = METHODS
    authentication: Authentication = Authentication.NONE
    ip_filter: tuple[str, ...] = ()
    allow_deleting: bool = False
    active: bool = True
    description: str = ""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots that such an endpoint has."""
        return in_order((*self.methods, *((Slot.DELETE,) if self.allow_deleting else ())))

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointFields":
        """The fields of an endpoint as it stands."""
        return cls(
            name=endpoint.name,
            group=endpoint.group,
            slug=endpoint.slug,
            path=endpoint.path,
            methods=endpoint.methods,
            authentication=endpoint.authentication,
            ip_filter=endpoint.ip_filter,
            allow_deleting=endpoint.allow_deleting,
            active=endpoint.active,
            description=endpoint.description,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFields:
    """An endpoint token as a form or a command has it; its value is another matter."""

    name: str
    description: str = ""
    enabled: bool = True
    #: The instant from which it is refused; None: it does not expire.
    expires_at: datetime | None = None

    @classmethod
    def of(cls, token: EndpointToken) -> "TokenFields":
        """The fields of a token as it stands."""
        return cls(name=token.name, description=token.description, enabled=token.enabled, expires_at=token.expires_at)


def default_path(group: str, slug: str) -> str:
    """What an endpoint answers to unless somebody says otherwise."""
    return f"/api/endpoint/{group}/{slug}"


def filled(fields: EndpointFields) -> EndpointFields:
    """The fields with slug and path filled in where they were left empty."""
    slug = fields.slug.strip() or slugify(fields.name)
    group = fields.group.strip()
    return replace(fields, group=group, slug=slug, path=fields.path.strip() or default_path(group, slug))


def checked_endpoint(fields: EndpointFields) -> EndpointFields:
    """The fields, filled in and in their normal form; raises the first `Invalid` that is wrong with them."""
    fields = filled(fields)
    fields = replace(
        fields,
        name=check_name(fields.name, limit=ENDPOINT_NAME_LIMIT),
        group=check_group(fields.group),
        slug=check_slug(fields.slug),
        methods=in_order(fields.methods),
        ip_filter=check_ip_filter(fields.ip_filter),
        description=check_description(fields.description),
    )
    Template.parse(fields.path)
    _check_methods(fields)
    return fields


def _check_methods(fields: EndpointFields) -> None:
    if Slot.DELETE in fields.methods:
        raise Invalid("methods", "DELETE comes by Allow deleting; methods are POST and GET.")
    if not fields.methods and not fields.allow_deleting:
        raise Invalid("methods", "Choose POST or GET, or allow deleting: nothing could be called here.")


def endpoint_problems(fields: EndpointFields) -> dict[str, str]:
    """Field → what is wrong with it, for all fields at once; empty where `checked_endpoint` would pass."""
    given_path = fields.path.strip()
    fields = filled(fields)
    checks: tuple[Callable[[], object], ...] = (
        lambda: check_name(fields.name, limit=ENDPOINT_NAME_LIMIT),
        lambda: check_group(fields.group),
        lambda: check_slug(fields.slug),
        lambda: Template.parse(fields.path),
        lambda: _check_methods(fields),
        lambda: check_ip_filter(fields.ip_filter),
        lambda: check_description(fields.description),
    )
    problems = _problems(checks)
    if not given_path and problems.keys() & {"group", "slug"}:
        problems.pop("path", None)  # the path was made of what is wrong: one mistake, told once
    return problems


def checked_token(fields: TokenFields) -> TokenFields:
    """The fields in their normal form; raises the first `Invalid` that is wrong with them."""
    return replace(fields, name=check_name(fields.name), description=check_description(fields.description))


def token_problems(fields: TokenFields) -> dict[str, str]:
    """Field → what is wrong with it; empty where `checked_token` would pass."""
    return _problems((lambda: check_name(fields.name), lambda: check_description(fields.description)))


def _problems(checks: tuple[Callable[[], object], ...]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except Invalid as error:
            problems.setdefault(error.field, str(error))
    return problems


FieldsT = TypeVar("FieldsT", EndpointFields, TokenFields)


def rebased(mine: FieldsT, base: FieldsT, theirs: FieldsT) -> FieldsT:
    """My edits of `base` on top of theirs: a field that I left alone is as they saved it."""
    edited = {
        field.name: getattr(mine, field.name)
        for field in dataclass_fields(mine)
        if getattr(mine, field.name) != getattr(base, field.name)
    }
    return replace(theirs, **edited)
