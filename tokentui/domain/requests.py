"""The requests that were seen: who called which endpoint with which token, and what was decided."""

from dataclasses import dataclass
from datetime import datetime

#: The status of a request that passed.
PASSED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """One request and what was decided; ids are empty where they are not known."""

    at: datetime
    method: str
    #: Without the query.
    path: str
    endpoint_id: str = ""
    slot: str = ""
    token_id: str = ""
    #: Whose token it was: `primary`, `endpoint` or nobody's.
    kind: str = ""
    #: Whether it came with the value from before the token's last rotation.
    previous: bool = False
    #: Of a token that nobody has: the beginning of its digest, in hexadecimal digits.
    fingerprint: str = ""
    address: str = ""
    status: int
    reason: str
    #: How long the decision took, in microseconds.
    duration: int = 0

    @property
    def let_in(self) -> bool:
        """Whether it passed."""
        return self.status == PASSED
