"""What a foreign file says about endpoints, before anybody decides what to do with it."""

from dataclasses import dataclass

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
