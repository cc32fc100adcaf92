"""What is asked of an activity trail, and what comes of looking through it; loaded by those alone who ask."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityQuery:
    """Entries of the activity trail, the newest first; what is left empty does not filter."""

    #: Words that what was done, who did it or the names of the records hold.
    text: str = ""
    who: str = ""
    #: Entries that tell of this endpoint, token or assignment; a token's and an endpoint's assignments are told too.
    record_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    #: The oldest first.
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of looking at every line of a trail."""

    #: How many lines there are, and the hash of the last one: who notes it can tell later what was cut off.
    lines: int
    head: str
    #: What somebody changed, a sentence each; empty where the trail is as it was written.
    problems: tuple[str, ...] = ()
    #: What crashes left, and is told by the trail itself.
    notes: tuple[str, ...] = ()
