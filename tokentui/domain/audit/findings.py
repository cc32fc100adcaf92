"""What the audit may tell: the codes, how grave each is, what it means, and what mends it.

A code is an interface: acknowledgements and scripts name it, so it keeps its spelling and its sense.
"""

import shlex
from dataclasses import dataclass
from enum import StrEnum

from tokentui.domain.slots import Slot


class Severity(StrEnum):
    """How soon somebody should look."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for the gravest: the order in which findings are told."""
        return _RANKS[self]

    @property
    def text(self) -> str:
        """Glyph and word: `▲ high`."""
        return f"{_GLYPHS[self]} {self.value}"


_RANKS = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}
_GLYPHS = {Severity.HIGH: "▲", Severity.MEDIUM: "◆", Severity.LOW: "◇"}


class Subject(StrEnum):
    """What a finding may be about."""

    ENDPOINT = "endpoint"
    PRIMARY = "primary"
    TOKEN = "token"
    ASSIGNMENT = "assignment"


class Deed(StrEnum):
    """What mends a finding: a deed that can be done to many at once, or a look into the right form."""

    ASSIGN = "assign"
    DEACTIVATE = "deactivate"
    DISABLE = "disable"
    GENERATE = "generate"
    OPEN = "open"
    RETIRE = "retire"
    ROTATE = "rotate"
    UNMAP = "unmap"


class Code(StrEnum):
    """What was found, in a stable word."""

    ENDPOINT_OPEN = "endpoint-open"
    PRIMARY_LOST = "primary-lost"
    PRIMARY_USED = "primary-used"
    TOKEN_WEAK = "token-weak"
    VALUE_LOST = "value-lost"
    ENDPOINT_ANY_ADDRESS = "endpoint-any-address"
    TOKEN_EVERYWHERE = "token-everywhere"
    TOKEN_EXPIRING = "token-expiring"
    TOKEN_NEVER_SEEN = "token-never-seen"
    TOKEN_ROTATION_DUE = "token-rotation-due"
    TOKEN_SILENT = "token-silent"
    ENDPOINT_UNUSED = "endpoint-unused"
    GRACE_OPEN = "grace-open"
    MAPPING_DEAD = "mapping-dead"
    TOKEN_DISABLED_LONG = "token-disabled-long"
    TOKEN_EXPIRED = "token-expired"
    TOKEN_UNASSIGNED = "token-unassigned"


@dataclass(frozen=True, slots=True)
class Kind:
    """What all findings of one code have in common."""

    severity: Severity
    about: Subject
    deed: Deed
    #: Why somebody should look.
    meaning: str
    #: What to do, with the command that does it; `{token}`, `{endpoint}` and `{slots}` stand for the subject's.
    remedy: str


KINDS: dict[Code, Kind] = {
    Code.ENDPOINT_OPEN: Kind(
        Severity.HIGH,
        Subject.ENDPOINT,
        Deed.OPEN,
        "Anybody who reaches it may call it.",
        "Ask for a token: tokentui endpoints edit {endpoint} --authentication token",
    ),
    Code.PRIMARY_LOST: Kind(
        Severity.HIGH,
        Subject.PRIMARY,
        Deed.GENERATE,
        "Nobody can show or check it, so it is refused.",
        "Generate another: tokentui endpoints generate {endpoint} {slots}",
    ),
    Code.PRIMARY_USED: Kind(
        Severity.HIGH,
        Subject.PRIMARY,
        Deed.GENERATE,
        "A primary token is not meant to be handed out, and somebody has this one.",
        "Give the caller an endpoint token, then generate: tokentui endpoints generate {endpoint} {slots}",
    ),
    Code.TOKEN_WEAK: Kind(
        Severity.HIGH,
        Subject.TOKEN,
        Deed.ROTATE,
        "The value was made elsewhere, and may be guessed or known.",
        "Rotate it: tokentui tokens rotate {token}",
    ),
    Code.VALUE_LOST: Kind(
        Severity.HIGH,
        Subject.TOKEN,
        Deed.ROTATE,
        "Nobody can show or check it, so its application is refused.",
        "Rotate it: tokentui tokens rotate {token}",
    ),
    Code.ENDPOINT_ANY_ADDRESS: Kind(
        Severity.MEDIUM,
        Subject.ENDPOINT,
        Deed.OPEN,
        "Who gets hold of a token can delete from wherever they are.",
        "Say whence it may be called: tokentui endpoints edit {endpoint} --ip-filter CIDR,...",
    ),
    Code.TOKEN_EVERYWHERE: Kind(
        Severity.MEDIUM,
        Subject.TOKEN,
        Deed.ASSIGN,
        "Who gets hold of it gets hold of all that.",
        "Take away what it does not need: tokentui tokens unassign {token} GROUP/SLUG...",
    ),
    Code.TOKEN_EXPIRING: Kind(
        Severity.MEDIUM,
        Subject.TOKEN,
        Deed.OPEN,
        "From then on it is refused, and its application with it.",
        "Give it a later end, or let it end: tokentui tokens edit --expires 'in 90 days' {token}",
    ),
    Code.TOKEN_NEVER_SEEN: Kind(
        Severity.MEDIUM,
        Subject.TOKEN,
        Deed.DISABLE,
        "Nobody seems to need it, and it still opens doors.",
        "Disable it: tokentui tokens disable {token}",
    ),
    Code.TOKEN_ROTATION_DUE: Kind(
        Severity.MEDIUM,
        Subject.TOKEN,
        Deed.ROTATE,
        "The policy does not let a value live so long.",
        "Rotate it: tokentui tokens rotate {token}",
    ),
    Code.TOKEN_SILENT: Kind(
        Severity.MEDIUM,
        Subject.TOKEN,
        Deed.DISABLE,
        "Its application may be gone, and it still opens doors.",
        "Disable it: tokentui tokens disable {token}",
    ),
    Code.ENDPOINT_UNUSED: Kind(
        Severity.LOW,
        Subject.ENDPOINT,
        Deed.DEACTIVATE,
        "Its primary tokens alone open it, which are not meant to be handed out.",
        "Deactivate it, or map a token: tokentui endpoints deactivate {endpoint}",
    ),
    Code.GRACE_OPEN: Kind(
        Severity.LOW,
        Subject.TOKEN,
        Deed.RETIRE,
        "The value before the last rotation is taken until then.",
        "Retire the old value once nobody uses it: tokentui tokens retire {token}",
    ),
    Code.MAPPING_DEAD: Kind(
        Severity.LOW,
        Subject.ASSIGNMENT,
        Deed.UNMAP,
        "It opens nothing now, and would again as soon as that changes.",
        "Unmap it: tokentui tokens unassign --slots {slots} {token} {endpoint}",
    ),
    Code.TOKEN_DISABLED_LONG: Kind(
        Severity.LOW,
        Subject.TOKEN,
        Deed.DEACTIVATE,
        "It is refused, and still on the active list.",
        "Deactivate it: tokentui tokens deactivate {token}",
    ),
    Code.TOKEN_EXPIRED: Kind(
        Severity.LOW,
        Subject.TOKEN,
        Deed.DEACTIVATE,
        "It is refused, and still on the active list.",
        "Deactivate it: tokentui tokens deactivate {token}",
    ),
    Code.TOKEN_UNASSIGNED: Kind(
        Severity.LOW,
        Subject.TOKEN,
        Deed.DEACTIVATE,
        "It opens nothing, and should not lie around.",
        "Deactivate it, or assign it: tokentui tokens deactivate {token}",
    ),
}

#: Between token and endpoint in the subject of an assignment; a `group/slug` does not hold it.
ARROW = " → "


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the audit thinks an admin should look at."""

    code: Code
    #: What people call it: a token's name, `group/slug`, `group/slug POST`, or `name → group/slug`.
    subject: str
    #: The record's id; of a primary token `<endpoint id>.<slot>`, as it is called in the requests seen.
    subject_id: str
    #: What was seen, in one short sentence.
    gist: str
    #: The slots in question, of a primary token or an assignment.
    slots: tuple[Slot, ...] = ()

    @property
    def id(self) -> str:
        """The same as long as it is the same finding about the same thing."""
        return f"{self.code}:{self.subject_id}"

    @property
    def severity(self) -> Severity:
        return KINDS[self.code].severity

    @property
    def about(self) -> Subject:
        return KINDS[self.code].about

    @property
    def deed(self) -> Deed:
        return KINDS[self.code].deed

    @property
    def message(self) -> str:
        """What was seen and why that matters."""
        return f"{self.gist} {KINDS[self.code].meaning}"

    @property
    def remedy(self) -> str:
        """What to do, with the command that does it to this very subject, safe to be pasted into a shell."""
        token, endpoint = self._names
        return KINDS[self.code].remedy.format(token=_word(token), endpoint=endpoint, slots=",".join(self.slots))

    @property
    def _names(self) -> tuple[str, str]:
        """The names of the token and of the endpoint, as far as it is about them."""
        match self.about:
            case Subject.TOKEN:
                return self.subject, ""
            case Subject.ENDPOINT:
                return "", self.subject
            case Subject.PRIMARY:
                return "", self.subject.rpartition(" ")[0]
            case Subject.ASSIGNMENT:
                token, _, endpoint = self.subject.rpartition(ARROW)
                return token, endpoint


def remedy_of(code: Code) -> str:
    """What mends all findings of a code: the command with words for the names."""
    return KINDS[code].remedy.format(token="NAME", endpoint="GROUP/SLUG", slots="SLOT")


def _word(name: str) -> str:
    """The name as a shell takes it; one that begins like an option is told to be none."""
    quoted = shlex.quote(name)
    return f"-- {quoted}" if name.startswith("-") else quoted
