"""What an import did, or would do, for those who tell it."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tokentui.domain.errors import TokenTuiError
from tokentui.domain.slots import Slot
from tokentui.exchange.drafts import Skipped
from tokentui.exchange.opening import Format

RowT = TypeVar("RowT")
ToldT = TypeVar("ToldT", covariant=True)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What one field was, and what it is, in words."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do, to one endpoint."""

    #: Its `group/slug` here.
    subject: str
    path: str
    gained: tuple[Slot, ...]
    lost: tuple[Slot, ...] = ()
    #: The names of the endpoint tokens that are let in no more where they were; their assignments stay, refused.
    cut_off: tuple[str, ...] = ()
    #: Its other fields; an API description touches none.
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedToken:
    """What an import did, or would do, to one endpoint token."""

    #: Its name here.
    subject: str
    fields: tuple[FieldChange, ...] = ()
    #: Whether it is refused everywhere from now on.
    switched_off: bool = False


@dataclass(frozen=True, slots=True)
class ImportedAssignment:
    """What an import did, or would do, to what a token may do on an endpoint."""

    token: str
    #: The endpoint's `group/slug` here.
    endpoint: str
    gained: tuple[Slot, ...]
    lost: tuple[Slot, ...] = ()
    #: The token, where it is let in no more by a lost slot.
    cut_off: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"{self.token} → {self.endpoint}"


@dataclass(frozen=True, slots=True)
class ImportedAcknowledgement:
    """What an import did, or would do, to a finding that somebody lets be."""

    subject: str
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Section(Generic[ToldT]):
    """What became of records of one kind, in the file's order."""

    added: tuple[ToldT, ...] = ()
    changed: tuple[ToldT, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()


@dataclass(slots=True)
class Telling(Generic[RowT]):
    """A section in the making."""

    added: list[RowT] = field(default_factory=list)
    changed: list[RowT] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, subject: str, reason: str) -> None:
        self.skipped.append(Skipped(subject, reason))

    def section(self) -> Section[RowT]:
        return Section(tuple(self.added), tuple(self.changed), self.unchanged, tuple(self.skipped))


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do; a kind that files of this format do not hold is None."""

    format: Format
    endpoints: Section[Imported]
    tokens: Section[ImportedToken] | None = None
    assignments: Section[ImportedAssignment] | None = None
    acknowledgements: Section[ImportedAcknowledgement] | None = None
    #: What else somebody should know, a sentence each.
    notes: tuple[str, ...] = ()


class WouldCutOff(TokenTuiError):
    """An import that would cut somebody off, and was not to; nothing was changed. `report` tells whom."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__("The import would cut off tokens, so nothing was changed.")
        self.report = report
