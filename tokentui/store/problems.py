"""What can be wrong with a store and the files beside it, each with a stable code and what mends it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is."""

    #: Something that was kept is lost, changed or contradicts itself.
    ERROR = "error"
    #: All that was kept is there, but not as it should stand.
    WARNING = "warning"
    #: What could not be looked at, or only be looked at; no fault.
    NOTE = "note"


class Code(StrEnum):
    """What is wrong, in a stable word: scripts rely on it."""

    STORE_MISSING = "store-missing"
    STORE_UNREADABLE = "store-unreadable"
    STORE_EMPTY = "store-empty"
    STORE_CUT = "store-cut"
    STORE_FOREIGN = "store-foreign"
    STORE_NEWER = "store-newer"
    META_DAMAGED = "meta-damaged"
    TABLE_MISSING = "table-missing"
    TABLE_DAMAGED = "table-damaged"
    RECORD_DAMAGED = "record-damaged"
    RECORD_DOUBLED = "record-doubled"
    FIELD_INVALID = "field-invalid"
    REV_INVALID = "rev-invalid"
    NAME_DOUBLED = "name-doubled"
    SLUG_DOUBLED = "slug-doubled"
    PATH_DOUBLED = "path-doubled"
    VALUE_DOUBLED = "value-doubled"
    ASSIGNMENT_DANGLING = "assignment-dangling"
    ASSIGNMENT_EMPTY = "assignment-empty"
    SLOTS_REPEATED = "slots-repeated"
    KEY_UNUSABLE = "key-unusable"
    KEY_WRONG = "key-wrong"
    KEY_MISSING = "key-missing"
    VALUES_LOST = "values-lost"
    SEALS_UNCHECKED = "seals-unchecked"
    SEAL_BROKEN = "seal-broken"
    VALUE_CONTRADICTED = "value-contradicted"
    TRAIL_BROKEN = "trail-broken"
    TRAIL_UNREADABLE = "trail-unreadable"
    TRAIL_CONTRADICTED = "trail-contradicted"
    CHANGES_LOST = "changes-lost"
    FILE_OPEN = "file-open"
    FOLDER_OPEN = "folder-open"
    LEFTOVER = "leftover"
    REQUESTS_DAMAGED = "requests-damaged"
    GENERATION_DAMAGED = "generation-damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: `subject` is what people call it, never a value; `remedy` is what to do."""

    code: Code
    severity: Severity = Severity.ERROR
    subject: str
    message: str
    remedy: str
    #: The id of the record, or the path of the file, that `--repair` can put right in the only way there is.
    certain: str = ""

    @property
    def unfit(self) -> bool:
        """Whether a store with it is unfit to be restored; a field that today's rules refuse was good once."""
        return self.severity is Severity.ERROR and self.code is not Code.FIELD_INVALID
