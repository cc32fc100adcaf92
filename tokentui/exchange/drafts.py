"""What a foreign file says about endpoints and tokens, before anybody decides what to do with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from tokentui.domain.fields import EndpointFields
from tokentui.domain.records import Acknowledgement
from tokentui.domain.slots import Authentication, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDraft:
    """What a file says about one endpoint. Every field passes the domain's checks."""

    name: str
    group: str
    slug: str
    path: str
    methods: tuple[Slot, ...]
    allow_deleting: bool
    authentication: Authentication
    description: str
    ip_filter: tuple[str, ...] = ()

    @classmethod
    def of(cls, fields: EndpointFields) -> Self:
        """What fields that are filled and checked say."""
        return cls(
            name=fields.name,
            group=fields.group,
            slug=fields.slug,
            path=fields.path,
            methods=fields.methods,
            allow_deleting=fields.allow_deleting,
            authentication=fields.authentication,
            description=fields.description,
            ip_filter=fields.ip_filter,
        )

    @property
    def ref(self) -> str:
        """`group/slug` in the file; here it may get a number."""
        return f"{self.group}/{self.slug}"

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots that the endpoint would have."""
        return (*self.methods, *((Slot.DELETE,) if self.allow_deleting else ()))


@dataclass(frozen=True, slots=True)
class ValueDraft:
    """A token value, which no `repr` shows, and when it was generated where the file says so."""

    value: str = field(repr=False)
    generated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AssignmentDraft:
    """What a token may do on the endpoint that the file calls so; `slots` None: all that the endpoint has."""

    endpoint: str
    slots: tuple[Slot, ...] | None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDraft:
    """What a file says about one endpoint token. Every field passes the domain's checks."""

    name: str
    id: str = ""
    #: The other fields that the file has, as the record has them; what is not here, the file does not say.
    said: Mapping[str, Any] = field(default_factory=dict)
    value: ValueDraft | None = None
    #: The value before the last rotation; `said` tells its `previous_until`.
    previous: ValueDraft | None = None
    #: None: the file does not say.
    assignments: tuple[AssignmentDraft, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEndpoint:
    """An endpoint as our own JSON has it: by its id, else by its `group/slug`."""

    group: str
    slug: str
    id: str = ""
    #: As in `TokenDraft`.
    said: Mapping[str, Any] = field(default_factory=dict)
    primaries: Mapping[Slot, ValueDraft] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        return f"{self.group}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in the file that was left out, or taken only in part, and why. One line each, fit to be shown."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApiDescription:
    """A whole file: the endpoints in the file's order, no two with the same `group/slug` or the same path."""

    title: str
    drafts: tuple[EndpointDraft, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class KongConfiguration:
    """A whole gateway: its routes as endpoints, its consumers' keys as tokens, no two with one name or value."""

    api: ApiDescription
    tokens: tuple[TokenDraft, ...]
    #: What was left out of consumers and keys, and of who may call what.
    skipped_tokens: tuple[Skipped, ...]
    skipped_assignments: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Our own JSON or CSV: no two endpoints, and no two tokens, are the same."""

    title: str
    endpoints: tuple[ListedEndpoint, ...] = ()
    tokens: tuple[TokenDraft, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
