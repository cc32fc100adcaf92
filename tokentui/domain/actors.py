"""Who makes a change, and the note that goes with it into the activity trail."""

from datetime import datetime
from typing import NamedTuple


class Actor(NamedTuple):
    """Who makes changes: the user's name, the address that an SSH client came from, the host it was done on."""

    user: str
    address: str = ""
    host: str = ""

    @property
    def text(self) -> str:
        """`jan from 10.0.0.5 on gateway`."""
        parts = (self.user, self.address and f"from {self.address}", self.host and f"on {self.host}")
        return " ".join(part for part in parts if part)


#: Where nobody said who it is.
NOBODY = Actor("")


class Note(NamedTuple):
    """What a store writes into its trail before it saves a change."""

    at: datetime
    who: Actor
    #: In words without secrets: `disabled old-crm`.
    what: str
